"""What a person decides about batches, from the API and from the pages alike. Each raises Refusal."""

from collections.abc import Callable

from web.context import context, person
from web.naming import is_id
from worker.batches import deciding, showing
from worker.ledger import batch_standing, batches
from worker.ledger.batches import Batch
from worker.ledger.connection import Tx
from worker.operators import Person, Refusal, Why
from worker.shown import Shown

FOLLOWED_AT_ONCE = 2000  # rows; of more, the requests follow a decision with the next sweep


def pause(batch_id: str) -> Shown:
    """Nothing of it is sent any more."""
    return _decided(batch_id, deciding.pause)


def resume(batch_id: str) -> Shown:
    """It goes on."""
    return _decided(batch_id, deciding.resume)


def cancel(batch_id: str) -> Shown:
    """The rest of it is not wanted."""
    return _decided(batch_id, deciding.cancel)


def told(tx: Tx, batch_id: str) -> Shown | None:
    """The batch as it stands."""
    found = batches.get(tx, batch_id)
    return None if found is None else showing.batch(tx, found, context().bridge.timing)


def _decided(batch_id: str, decide: Callable[[Tx, Person, str], Batch]) -> Shown:
    if not is_id(batch_id):
        raise Refusal(Why.NOT_FOUND, "There is no batch of that id.")
    ledger, who = context().bridge.ledger, person()
    ledger.write(lambda tx: decide(tx, who, batch_id))
    after = ledger.read(lambda tx: told(tx, batch_id))
    assert after is not None, "it was decided about"
    if after["rows"] <= FOLLOWED_AT_ONCE:
        deciding.follow(ledger, batch_id)
        after = ledger.read(lambda tx: told(tx, batch_id))
        assert after is not None, "batches are never deleted"
    for organization, _ in ledger.read(lambda tx: batch_standing.moving(tx, batch_id)):
        context().hinting.pump(organization)
    return after
