"""The results of a batch: the columns of its file, and what became of each row; while it runs as well as after."""

from collections.abc import Iterator

from worker.assembly import Bridge
from worker.batches import results
from worker.batches.results import Result
from worker.batches.rows import Sheet
from worker.batches.running import written
from worker.domain.request import State
from worker.ledger import batch_rows, listing
from worker.ledger.batch_rows import RowAndRequest
from worker.ledger.batches import Batch
from worker.ledger.connection import Tx
from worker.policy.verdicts import ACCEPTED, Verdict
from worker.scene import Places
from worker.shown import request_list

AT_ONCE = 500  # rows read in one transaction


def titles(batch: Batch) -> list[str]:
    """Those of the file, then ours."""
    return results.titles([title for title, _ in batch.columns])


def records(bridge: Bridge, batch: Batch) -> Iterator[list[object]]:
    """A record for each row, in the order of the file."""
    sheet = _sheet(batch)
    places = bridge.ledger.read(lambda tx: listing.places(tx, batch.id))

    def some(tx: Tx, after: int) -> tuple[int, list[list[object]]]:
        found = batch_rows.some(tx, batch.id, after, AT_ONCE)
        reasons = _reasons(tx, bridge, found, places)
        last = found[-1].row.number if found else after
        return last, [results.values(sheet, written(one.row), _result(one, reasons)) for one in found]

    last = 0
    while True:
        last, chunk = bridge.ledger.read(lambda tx, after=last: some(tx, after))  # type: ignore[misc]  # a default binds it
        if not chunk:
            return
        yield from chunk


def _reasons(tx: Tx, bridge: Bridge, found: list[RowAndRequest], places: Places) -> dict[str, str]:
    """Of the requests that are not final."""
    waiting = {one.request.id: one.request for one in found if one.request and one.request.state is not State.CREATED}
    told = request_list(tx, list(waiting.values()), bridge.timing, places)
    return {one["id"]: one["reason"] for one in told if one["reason"]}


def _result(found: RowAndRequest, reasons: dict[str, str]) -> Result:
    request, row = found.request, found.row
    if row.verdict is None:
        return Result(reason="Not filed yet.")
    if request is None or row.verdict not in ACCEPTED:
        return Result(state=row.verdict, reason=row.text or "")
    why = [row.text or ""] if row.verdict is Verdict.SAME else []
    why += [reasons[request.id]] if request.id in reasons else []
    return Result(
        interview_id=request.interview_id or "",
        share_link=found.share_link or "",
        state=request.state,
        reason=" ".join(why),
        request_id=request.id,
    )


def _sheet(batch: Batch) -> Sheet:
    """The input's columns again, without its rows."""
    columns = {title: field for title, field in batch.columns if field is not None}
    return Sheet(batch.name, [title for title, _ in batch.columns], columns, [], [], lambda: iter(()))
