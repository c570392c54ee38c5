"""What a person decides about deliveries and targets, from the API and from the pages alike. Each raises Refusal."""

from collections.abc import Callable

from web.context import context, person
from web.naming import is_id
from worker import operators
from worker.ledger import deliveries, targets
from worker.ledger.connection import Tx
from worker.operators import Person, Refusal, Why
from worker.shown_deliveries import Shown, one_delivery
from worker.shown_deliveries import one_target as shown_target


def resend(delivery_id: str) -> Shown:
    """Send it once more, under its id."""
    who = person()

    def unit(tx: Tx) -> Shown:
        if not is_id(delivery_id) or deliveries.get(tx, delivery_id) is None:
            raise Refusal(Why.NOT_FOUND, f"There is no delivery {delivery_id[:40]!r}.")
        operators.resend(tx, who, delivery_id)
        found = deliveries.get(tx, delivery_id)
        assert found is not None, "deliveries are never deleted"
        return one_delivery(tx, found)

    told = context().bridge.ledger.write(unit)
    context().hinting.deliver(str(told["organization"]))
    return told


def pause(name: str) -> Shown:
    """Send a target nothing more."""
    return _about(name, operators.pause_target)


def resume(name: str) -> Shown:
    """Send to it again."""
    told = _about(name, operators.resume_target)
    context().hinting.deliver(str(told["organization"]))
    return told


def _about(name: str, decide: Callable[[Tx, Person, str], None]) -> Shown:
    who = person()

    def unit(tx: Tx) -> Shown:
        if not is_id(name) or targets.get(tx, name) is None:
            raise Refusal(Why.NOT_FOUND, f"There is no target {name[:40]!r}.")
        decide(tx, who, name)
        told = shown_target(tx, name)
        assert told is not None, "it was found in this transaction"
        return told

    return context().bridge.ledger.write(unit)
