"""`sprout batch check`: what a run would do with each row, and nothing is filed."""

from collections.abc import Iterator

import click

from worker.batches import checking, prediction, previewing, showing
from worker.batches.checking import Found, Totals
from worker.batches.rows import NotABatch
from worker.cli import batch_opening, batch_words, options, printing
from worker.cli.batch_opening import Given
from worker.cli.endings import Failure
from worker.domain.fields import single_line
from worker.shown import Shown


@click.command()
@batch_opening.options
@click.option(
    "--row", type=int, metavar="N", help="Only this row: its text and the JSON body, exactly as they would be sent."
)
@options.as_json
@click.pass_context
def check(
    context: click.Context, file: str, organization: str | None, pairs: tuple[str, ...], row: int | None, as_json: bool
) -> None:
    """\b
    sprout batch check jobs.csv
    sprout batch check jobs.xlsx --map description="Text"
    sprout batch check jobs.csv --row 12

    Say of every row what `batch run` would do with it, and how long that would take. Nothing is filed.

    Ends with 0 if every row can be filed, else with 1.
    """
    given = batch_opening.opened(file, organization, pairs, quiet=as_json)
    if row is not None:
        _one(given, row, as_json=as_json)
        return
    if look(given, as_json=as_json).faulty:
        context.exit(1)


def look(given: Given, *, as_json: bool) -> Totals:
    """Check, and print each row and the totals."""
    counted = Totals()
    rows: list[Shown] = []
    for found in _each(given):
        counted.add(found)
        if as_json:
            rows.append(showing.checked(found))
        else:
            click.echo(f"row {found.row.number}: {single_line(found.text)}")
    now, ends = given.bridge.ledger.read(lambda tx: prediction.of_calls(tx, counted.calls))
    told = showing.totals(counted, now, ends)
    if as_json:
        said = {"notes": [*given.sheet.notes], "ignored": [*given.sheet.ignored]}
        printing.as_document({"name": given.sheet.name, **said, **told, "items": rows})
    else:
        printing.lines([batch_words.of_check(told), batch_words.duration(told)])
    return counted


def _each(given: Given) -> Iterator[Found]:
    try:
        yield from checking.check(given.bridge.ledger, given.judge, given.sheet.each())
    except NotABatch as fault:
        raise Failure("not_a_batch", str(fault)) from None


def _one(given: Given, number: int, *, as_json: bool) -> None:
    found = next((one for one in _each(given) if one.row.number == number), None)
    if found is None:
        raise Failure("not_found", f"{given.sheet.name} has no row {number}.")
    seen = previewing.preview(found)
    if as_json:
        body = None if seen is None else seen.body.decode()
        text = None if seen is None else seen.text
        printing.as_document({**showing.checked(found), "job_description": text, "body": body})
        return
    printing.note(f"row {number}: {found.text}")
    if seen is not None:
        printing.heading("The description")
        printing.lines(seen.text.split("\n"))
        printing.heading("The JSON body")
        printing.lines([seen.body.decode()])
        if found.request is None:
            printing.note(f"The label {previewing.LABEL} is drawn when the row is filed.")
