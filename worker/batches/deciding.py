"""What a person may decide about a batch: pause, resume, cancel the rest, retry what is held or cancelled.

A decision is one small transaction on the batch itself, compare-and-set and audited; from then on nothing of the batch is
claimed that should not be. Its requests follow, some at a time, so that nobody waits for a hundred thousand of them; what
dies half-way the sweep takes up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from worker import operators
from worker.domain.request import State
from worker.ledger import audit, batch_rows, batches
from worker.ledger.batches import Batch, BatchState
from worker.ledger.connection import Ledger, Tx
from worker.operators import Changes, Person, Refusal, Why
from worker.policy import reasons

AT_ONCE = 250  # requests that follow in one transaction
RETRIED_AT_ONCE = 25
RETRIED = frozenset({State.HELD, State.CANCELLED})
_Step = Callable[[Tx, str], str | None]


def pause(tx: Tx, who: Person, batch_id: str) -> Batch:
    """Nothing of it is sent any more; what flies lands. Raises Refusal."""
    return _decide(tx, who, batch_id, {BatchState.OPEN}, BatchState.PAUSED)


def resume(tx: Tx, who: Person, batch_id: str) -> Batch:
    """It goes on. Raises Refusal."""
    return _decide(tx, who, batch_id, {BatchState.PAUSED}, BatchState.OPEN)


def cancel(tx: Tx, who: Person, batch_id: str) -> Batch:
    """The rest of it is not wanted: what waits, is held, or was not filed yet. Raises Refusal."""
    return _decide(tx, who, batch_id, {BatchState.OPEN, BatchState.PAUSED}, BatchState.CANCELLED)


def follow(ledger: Ledger, batch_id: str) -> None:
    """Have the requests of a batch say what was decided about it. Safe to repeat, and at once from several processes.

    Each step looks whether the decision still stands: whoever decides anew has the requests follow that.
    """
    batch = ledger.read(lambda tx: batches.get(tx, batch_id))
    if batch is None or not batch.following:
        return
    _all(ledger, batch)
    if batch.state is BatchState.CANCELLED:
        text = reasons.dropped(batch.decided_by or "somebody")
        while ledger.write(
            lambda tx: batches.stands(tx, batch) and batch_rows.drop_unfiled(tx, batch_id, text, AT_ONCE)
        ):
            pass
        if ledger.read(lambda tx: batch_rows.is_flying(tx, batch_id)):
            return  # what flies may come back into line: the sweep looks again
    ledger.write(lambda tx: batches.followed(tx, batch))


@dataclass
class Retried:
    """How many requests are in line again, and why others are not."""

    count: int = 0
    refusals: list[str] = field(default_factory=list)


def retry(
    ledger: Ledger, who: Person, batch_id: str, changes: Changes, wait: timedelta, states: frozenset[State] = RETRIED
) -> Retried:
    """What is held or cancelled of it, perhaps with changes, each as its own decision. Raises Refusal."""
    batch = ledger.read(lambda tx: _found(batches.get(tx, batch_id), batch_id))
    if batch.state is BatchState.CANCELLED and batch.following:
        raise Refusal(
            Why.TOO_LATE, "The batch is being cancelled: calls under way have not ended. Try again in a minute."
        )
    done, after = Retried(), ""

    def some(tx: Tx) -> list[str]:
        return batch_rows.in_state(tx, batch_id, states, after, RETRIED_AT_ONCE)

    while ids := ledger.read(some):
        count, refusals = ledger.write(lambda tx, these=ids: _retry_some(tx, who, these, changes, wait))  # type: ignore[misc]  # bound now
        done.count += count
        done.refusals += refusals
        after = ids[-1]
    if done.count:
        ledger.write(lambda tx: _reopened(tx, who, batch, done.count))
    return done


def _retry_some(tx: Tx, who: Person, ids: list[str], changes: Changes, wait: timedelta) -> tuple[int, list[str]]:
    count, refusals = 0, []
    for one in ids:
        try:
            operators.retry(tx, who, one, not_there=False, changes=changes, wait=wait)
            count += 1
        except Refusal as refusal:
            refusals.append(str(refusal))
    return count, refusals


def _reopened(tx: Tx, who: Person, batch: Batch, count: int) -> None:
    if batches.decide(tx, batch.id, {BatchState.CANCELLED}, BatchState.OPEN, who.name):
        audit.record(tx, who.name, "reopen batch", batch.id, {"retried": count})


def _decide(tx: Tx, who: Person, batch_id: str, starts: set[BatchState], to: BatchState) -> Batch:
    batch = _found(batches.get(tx, batch_id, lock=True), batch_id)
    if batch.state not in starts:
        raise Refusal(Why.TOO_LATE, reasons.batch_is(batch.state, batch.decided_by, batch.decided_at))
    batches.decide(tx, batch_id, starts, to, who.name)
    audit.record(tx, who.name, f"{_VERBS[to]} batch", batch_id, {"was": batch.state})
    return _found(batches.get(tx, batch_id), batch_id)


_VERBS = {BatchState.PAUSED: "pause", BatchState.OPEN: "resume", BatchState.CANCELLED: "cancel"}


def _found(batch: Batch | None, batch_id: str) -> Batch:
    if batch is None:
        raise Refusal(Why.NOT_FOUND, f"There is no batch {batch_id[:40]!r}.")
    return batch


def _step(batch: Batch) -> _Step:
    match batch.state:
        case BatchState.PAUSED:
            return lambda tx, after: batch_rows.park(tx, batch.id, after, AT_ONCE)
        case BatchState.OPEN:
            return lambda tx, after: batch_rows.unpark(tx, batch.id, after, AT_ONCE)
        case BatchState.CANCELLED:
            actor = batch.decided_by or "somebody"
            return lambda tx, after: batch_rows.cancel(tx, batch.id, actor, after, AT_ONCE)


def _all(ledger: Ledger, batch: Batch) -> None:
    step = _step(batch)
    last: str | None = ""
    while last is not None:
        last = ledger.write(lambda tx, after=last: step(tx, after) if batches.stands(tx, batch) else None)  # type: ignore[misc]  # bound now
