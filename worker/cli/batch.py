"""`sprout batch run`: a request for every row of a file. Interrupted and run again, it files nothing twice."""

from collections import Counter
from pathlib import Path

import click

from config.settings import Organization
from worker.assembly import Bridge
from worker.cli import batch_rows, opening, options, printing, waiting
from worker.cli.batch_filing import Filing, file_rows
from worker.cli.batch_rows import Sheet
from worker.cli.endings import Failure, Interrupted
from worker.cli.progress import Progress
from worker.domain.request import GenerationRequest, State
from worker.ledger import requests
from worker.ledger.connection import Tx


@click.command()
@click.argument("file", metavar="FILE.csv", type=click.Path(path_type=Path))
@click.option("--organization", metavar="NAME", help="Whose the rows are that name none themselves.")
@click.option("--wait", is_flag=True, help="Wait until every interview exists.")
@options.as_json
@click.pass_context
def run(context: click.Context, file: Path, organization: str | None, wait: bool, as_json: bool) -> None:
    """\b
    sprout batch run jobs.csv --wait
    sprout batch run jobs.csv --organization acme --json

    File a request for every row of a CSV file whose first row names the columns: job_description, and if wanted id, title,
    organization and any optional field of an interview. Run it again after an interruption: nothing is filed twice.

    Ends with 0 if every row was filed (with --wait: has its interview), else with 1.
    """
    bridge = opening.assembled()
    sheet = _sheet(file)
    owner = _owner(bridge, sheet, organization)
    opening.with_schema(bridge)
    opening.with_rows(bridge)
    _say_what_is_ignored(sheet)
    done = _file(bridge, sheet, owner)
    ids = list(dict.fromkeys(one.request_id for one in done.accepted))
    ended = waiting.for_all(bridge, ids) if wait and ids else bridge.ledger.read(lambda tx: _all(tx, ids))
    _print(sheet, done, ended, as_json=as_json)
    if done.bad or (wait and any(one.state is not State.CREATED for one in ended)):
        context.exit(1)


def _sheet(path: Path) -> Sheet:
    try:
        return batch_rows.read(path)
    except batch_rows.NotABatch as fault:
        raise Failure("not_a_batch", str(fault)) from None


def _owner(bridge: Bridge, sheet: Sheet, name: str | None) -> Organization | None:
    """None where every row has to say it: there are several, none was named, and the file has a column for it."""
    if name is None and len(bridge.settings.organizations) > 1 and batch_rows.ORGANIZATION in sheet.columns:
        return None
    return opening.organization_of(bridge, name)


def _say_what_is_ignored(sheet: Sheet) -> None:
    if not sheet.ignored:
        return
    near = {title: batch_rows.meant(title) for title in sheet.ignored}
    named = ", ".join(f'"{title}"' + (f" (did you mean {field}?)" if field else "") for title, field in near.items())
    printing.note(f"Columns that mean nothing here: {named}.")


def _file(bridge: Bridge, sheet: Sheet, owner: Organization | None) -> Filing:
    done = Filing()
    told = 0
    try:
        with Progress() as progress:
            for done in file_rows(bridge, sheet, owner):
                for bad in done.bad[told:]:
                    printing.note(f"row {bad.number}: {bad.reason}")
                told = len(done.bad)
                if sheet.rows > done.seen:
                    progress.tell(f"{done.seen:,} of {sheet.rows:,} rows looked at, {done.new:,} filed.", "filing")
    except KeyboardInterrupt:
        sentence = (
            f"Interrupted: {done.seen:,} of {sheet.rows:,} rows were looked at, {done.new:,} were filed. "
            "Run the same command again: nothing is filed twice."
        )
        raise Interrupted(sentence, batch=done.batch) from None
    return done


def _all(tx: Tx, ids: list[str]) -> list[GenerationRequest]:
    return [found for one in ids if (found := requests.get(tx, one)) is not None]


def _print(sheet: Sheet, done: Filing, ended: list[GenerationRequest], *, as_json: bool) -> None:
    counts = Counter(one.state for one in ended)
    repeated = len(done.accepted) - done.new
    if as_json:
        printing.as_document(
            {
                "id": done.batch,
                "name": sheet.path.name,
                "rows": sheet.rows,
                "filed": done.new,
                "already_filed": repeated,
                "bad_rows": [{"row": one.number, "reason": one.reason} for one in done.bad],
                "counts": {state: counts[state] for state in State},
            }
        )
        return
    for one in ended:
        if one.state in (State.HELD, State.UNKNOWN):
            printing.note(f"{one.label} is {one.state}: sprout requests show {one.label}")
    states = ", ".join(f"{counts[state]:,} {state}" for state in State if counts[state])
    bad = f", {len(done.bad):,} bad" if done.bad else ""
    printing.lines(
        [f"{sheet.rows:,} rows: {done.new:,} filed, {repeated:,} known already{bad}. Requests: {states or 'none'}."]
    )
    if done.batch is not None:
        printing.note(f"Next: sprout requests list --batch {done.batch}")
