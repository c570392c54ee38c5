"""`sprout batch list` and `show`."""

import click

from worker.batches import showing
from worker.cli import batch_words, finding, opening, options, printing
from worker.cli.printing import Cell
from worker.domain.request import State
from worker.ledger import batches
from worker.ledger.connection import Tx
from worker.policy.verdicts import ACCEPTED, Verdict
from worker.shown import Shown

FIRST_ONES = 20  # bad rows, and requests that need somebody, on one screen


@click.command()
@options.paging
@options.as_json
def list_batches(limit: int, cursor: str | None, as_json: bool) -> None:
    """\b
    sprout batch list

    List batches, newest first.
    """
    bridge = opening.bridge()

    def page(tx: Tx) -> tuple[list[Shown], str | None]:
        found = batches.page(tx, limit, cursor)
        return [showing.batch(tx, one, bridge.timing) for one in found.items], found.next

    shown, following = bridge.ledger.read(page)
    if as_json:
        printing.as_list(shown, following)
    elif not shown:
        printing.note("There are no batches. To make one: sprout batch run FILE")
    else:
        printing.table(("Batch", "State", "File", "Rows", "Created", "Not filed", "Done about"), map(_row, shown))
        printing.more(following)


@click.command()
@click.argument("batch_id", metavar="ID")
@options.as_json
def show(batch_id: str, as_json: bool) -> None:
    """\b
    sprout batch show 01j2c

    Show one batch: where it stands, which of its rows can't be filed, and which of its requests need somebody.
    """
    bridge = opening.bridge()

    shown = bridge.ledger.read(lambda tx: showing.whole(tx, finding.batch(tx, batch_id), bridge.timing, FIRST_ONES))
    if as_json:
        printing.as_document(shown)
        return
    _print(shown)
    if shown["bad_rows"]:
        printing.heading("Rows that can't be filed")
        printing.lines(f"row {one['row']}: {one['text']}" for one in shown["bad_rows"])
    if shown["needs_somebody"]:
        printing.heading("Requests that need somebody")
        printing.table(
            ("Row", "Request", "State", "Title", "Why"),
            (
                (str(one["row"]), one["label"], printing.state(one["state"]), one["title"], one["reason"])
                for one in shown["needs_somebody"]
            ),
        )


def _print(shown: Shown) -> None:
    eta = None if shown["eta"] is None else batch_words.clock(shown["eta"])
    verdicts = {verdict: count for verdict, count in shown["verdicts"].items() if count}
    printing.facts(
        (
            ("Batch", shown["id"]),
            ("File", shown["name"]),
            ("State", printing.state(shown["state"])),
            ("Why", shown["reason"]),
            ("Rows", batch_words.verdicts(shown["rows"], verdicts)),
            ("Requests", batch_words.of_states(shown["counts"])),
            ("Done about", eta),
            ("Begun by", shown["created_by"]),
            ("Begun", printing.moment(shown["created_at"])),
        )
    )


def _row(shown: Shown) -> tuple[Cell, ...]:
    faulty = sum(count for verdict, count in shown["verdicts"].items() if Verdict(verdict) not in ACCEPTED)
    eta = None if shown["eta"] is None else batch_words.clock(shown["eta"])
    created = shown["counts"][State.CREATED]
    return (
        shown["id"],
        printing.state(shown["state"]),
        shown["name"],
        str(shown["rows"]),
        str(created),
        str(faulty),
        eta,
    )
