"""`sprout results export`: all results of a list as a file, or for a pipe; like a list it holds no transcript, no recording."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from worker.batches import writing
from worker.batches.writing import comma_separated
from worker.cli import narrowing, opening, options, printing
from worker.cli.endings import Failure
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.shown import Shown, result

COLUMNS = (  # a dot leads into an object; what a list shows, in its order
    "id",
    "event",
    "organization",
    "interview_id",
    "share_link",
    "candidate.id",
    "candidate.name",
    "candidate.email",
    "candidate.phone",
    "candidate.external_id",
    "score",
    "passed",
    "completed_at",
    "test",
    "state",
    "matched_by",
    "contradicted",
    "application_id",
    "application_by",
    "claim",
    "attempt",
    "attempts",
    "latest",
    "best",
)
TITLES = [column.replace(".", "_") for column in COLUMNS]
FOR_ITS_OWNER = 0o600


@click.command()
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@options.of_state(("matched", "unmatched"))
@options.of_organization
@options.as_json
def export(file: Path | None, state: str | None, organization: str | None, as_json: bool) -> None:
    """\b
    sprout results export results.xlsx
    sprout results export --state unmatched > unmatched.csv

    Write all results that a list would show, newest first: as CSV, XLSX or JSONL, by the file's ending; without FILE as CSV on
    standard output. Transcripts and recordings are in `show`.
    """
    bridge = opening.bridge()
    filters = narrowing.filters(bridge, Filters(state=state, organization=organization))
    found = bridge.ledger.read(lambda tx: list(_all(tx, filters)))
    if file is not None:
        _save(file, found, as_json=as_json)
    elif as_json:
        printing.as_list(found)
    else:
        _to_stdout(found)


def _all(tx: Tx, filters: Filters) -> Iterator[Shown]:
    following: str | None = None
    while True:
        page = listing.results_page(tx, filters, listing.MOST, following)
        yield from map(result, page.items)
        following = page.next
        if following is None:
            return


def _save(file: Path, found: list[Shown], *, as_json: bool) -> None:
    try:
        count = writing.save(file, TITLES, map(_record, found), mode=FOR_ITS_OWNER)
    except writing.CantWrite as fault:
        raise Failure("file", str(fault)) from None
    if as_json:
        printing.as_document({"file": str(file), "rows": count})
    else:
        printing.lines([f"{count:,} {'result is' if count == 1 else 'results are'} in {file}."])


def _to_stdout(found: list[Shown]) -> None:
    """As bytes, because CSV has its own line ends and its own encoding, whatever the terminal's are."""
    written = io.BytesIO()
    comma_separated.write(written, TITLES, map(_record, found))
    sys.stdout.buffer.write(written.getvalue())


def _record(one: Shown) -> list[object]:
    return [_at(one, column) for column in COLUMNS]


def _at(one: Shown, column: str) -> object:
    outer, _, inner = column.partition(".")
    return one[outer][inner] if inner else one[outer]
