"""The results of a batch as a file that is taken away, by the API and from its page alike."""

import tempfile
from typing import IO

from flask import Response, send_file

from web import problems
from web.context import context
from web.naming import is_id
from web.problems import Fault, Problem
from worker.assembly import Bridge
from worker.batches import exporting
from worker.batches.writing import FORMATS, workbook
from worker.ledger import batches
from worker.ledger.batches import Batch

TYPES = {
    "csv": "text/csv",  # Flask adds the charset to what is text
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}


def answer(batch_id: str, kind: str) -> Response:
    """`kind` is one of TYPES. Raises Problem where there is no such batch, or it does not fit into such a file."""
    bridge = context().bridge
    found = bridge.ledger.read(lambda tx: batches.get(tx, batch_id)) if is_id(batch_id) else None
    if found is None:
        raise Problem(problems.NOT_FOUND, "There is no batch of that id.")
    name = f"batch-{found.id}.{kind}"
    made = send_file(_file(bridge, found, kind), mimetype=TYPES[kind], as_attachment=True, download_name=name)
    made.headers["Cache-Control"] = "no-store"
    return made


def _file(bridge: Bridge, batch: Batch, kind: str) -> IO[bytes]:
    """It goes when it is closed."""
    stream = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        FORMATS[f".{kind}"](stream, exporting.titles(batch), exporting.records(bridge, batch))
    except workbook.DoesNotFit as fault:
        raise problems.invalid([Fault("format", str(fault).rstrip("."), "csv or jsonl")]) from None
    stream.seek(0)
    return stream
