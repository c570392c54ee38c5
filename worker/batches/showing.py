"""A batch and its rows as the API, the command line and the pages show them, each made once, so that they can't differ.

`state` is one of: filing (rows are still to be filed, or its file is still read), unfinished (its file was not read to its end:
run it again), running, paused, cancelled, done (nothing of it moves). `reason` says why it stands still, where it does.
"""

from collections.abc import Mapping
from datetime import datetime

from worker.batches import prediction
from worker.batches.checking import Found, Totals
from worker.domain.request import Code, GenerationRequest, State, Tier
from worker.ledger import batch_rows, batch_standing
from worker.ledger.batch_rows import RowAndRequest
from worker.ledger.batch_standing import Moving
from worker.ledger.batches import Batch, BatchState
from worker.ledger.connection import Tx
from worker.moments import instant
from worker.policy import reasons
from worker.policy.reasons import Timing
from worker.policy.verdicts import Verdict
from worker.shown import Shown, request_list

STATES = ("filing", "unfinished", "running", "paused", "cancelled", "done")
GOES_ON = frozenset({Code.NEXT_SLOT, Code.IN_LINE, Code.UNDER_WAY, Code.SHARED_BUDGET})  # it waits, and it moves


def batch(tx: Tx, found: Batch, timing: Timing) -> Shown:
    """A batch as in lists."""
    standing = batch_standing.standing(tx, found.id)
    counts, moving = standing.counts, standing.moving
    told = batch_rows.verdicts(tx, found.id)
    state = _state(found, told, moving, tx.now())
    reason = _reason(tx, found, moving, timing)
    stands_still = found.blocks or state == "filing" or (reason is not None and reason[0] == Code.NO_WORKER)
    _, ends = (None, None) if stands_still else prediction.of_batch(tx, moving)
    return {
        "id": found.id,
        "name": found.name,
        "organization": found.organization,
        "state": state,
        "reason": None if reason is None else reason[1],
        "reason_code": None if reason is None else reason[0],
        "eta": instant(ends) if moving else None,
        "rows": sum(told.values()),
        "unfiled": told.get(None, 0),
        "verdicts": {verdict: told.get(verdict, 0) for verdict in Verdict},
        "counts": {one: counts.get(one, 0) for one in State},
        "created_by": found.actor,
        "decided_by": found.decided_by,
        "decided_at": instant(found.decided_at),
        "created_at": instant(found.created_at),
    }


def whole(tx: Tx, found: Batch, timing: Timing, most: int) -> Shown:
    """A batch with the first of its rows that can't be filed, and of those that need somebody: requests, each with its `row`."""
    stuck = batch_rows.awaiting_somebody(tx, found.id, most)
    told = request_list(tx, [request for _, request in stuck], timing)
    wrong = batch_rows.faulty(tx, found.id, most)
    return {
        **batch(tx, found, timing),
        "bad_rows": [{"row": one.number, "verdict": one.verdict, "text": one.text} for one in wrong],
        "needs_somebody": [{**request, "row": number} for (number, _), request in zip(stuck, told, strict=True)],
    }


def row(found: RowAndRequest) -> Shown:
    """One row of a batch."""
    request = found.request
    return {
        "row": found.row.number,
        "verdict": found.row.verdict,
        "text": found.row.text,
        "same_as": found.row.same_as,
        "request_id": None if request is None else request.id,
        "state": None if request is None else request.state,
        "share_link": found.share_link,
    }


def checked(found: Found) -> Shown:
    """One row of a check."""
    return {
        "row": found.row.number,
        "verdict": found.verdict,
        "text": found.text,
        "same_as": found.same_as,
        "request_id": None if found.request is None else found.request.id,
        "state": None if found.request is None else found.request.state,
        "share_link": found.share_link,
        "condensed": None if found.condensing is None else [found.condensing.before, found.condensing.after],
    }


def totals(found: Totals, now: datetime, ends: datetime | None) -> Shown:
    """What a check has found in all, and how long a run would take."""
    return {
        "rows": found.rows,
        "verdicts": {verdict: found.verdicts[verdict] for verdict in Verdict},
        "condensed": found.condensed,
        "faulty": found.faulty,
        "takes_seconds": None if ends is None else round((ends - now).total_seconds(), 1),
        "eta": instant(ends),
    }


def _state(
    found: Batch, told: Mapping[Verdict | None, int], moving: Mapping[tuple[str, Tier], Moving], now: datetime
) -> str:
    if found.state is not BatchState.OPEN:
        return found.state
    if told.get(None) or found.is_read(now):
        return "filing"
    if found.read_at is None:
        return "unfinished"
    return "running" if moving else "done"


def _reason(tx: Tx, found: Batch, moving: Mapping[tuple[str, Tier], Moving], timing: Timing) -> tuple[str, str] | None:
    """The first obstacle that one of its queues has."""
    if found.state is not BatchState.OPEN and found.decided_at is not None:
        sentence = reasons.decided(found.state, found.decided_by or "somebody", found.decided_at)
        return (Code.BATCH_PAUSED if found.state is BatchState.PAUSED else Code.CANCELLED_BY_PERSON), sentence
    first: list[GenerationRequest] = [one.first for one in moving.values() if one.first is not None]
    for told in request_list(tx, first, timing):
        if told["reason_code"] not in GOES_ON:
            return told["reason_code"], told["reason"]
    return None
