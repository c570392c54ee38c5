"""`sprout batch export`: the rows of a batch and what became of each, as a file."""

from pathlib import Path

import click

from worker.batches import exporting, writing
from worker.cli import finding, opening, options, printing
from worker.cli.endings import Failure
from worker.domain.fields import single_line


@click.command()
@click.argument("batch_id", metavar="ID")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@options.as_json
def export(batch_id: str, file: Path, as_json: bool) -> None:
    """\b
    sprout batch export 01j2c results.csv
    sprout batch export 01j2c results.xlsx

    Write the columns of the batch's file, and of each row the interview, its share link, the state, the reason and the request;
    as CSV, XLSX or JSONL, by the file's ending. While the batch runs, too.
    """
    bridge = opening.bridge()
    found = bridge.ledger.read(lambda tx: finding.batch(tx, batch_id))
    never = None if found.origin is None else Path(found.origin)
    try:
        count = writing.save(file, exporting.titles(found), exporting.records(bridge, found), never=never)
    except writing.CantWrite as fault:
        raise Failure("file", str(fault)) from None
    if as_json:
        printing.as_document({"id": found.id, "file": str(file), "rows": count})
    else:
        rows = f"{count:,} {'row' if count == 1 else 'rows'} of {single_line(found.name)}"
        printing.lines([f"{rows} {'is' if count == 1 else 'are'} in {file}."])
