"""Two targets, what is announced to them, and what becomes of it: what tests of deliveries say."""

from datetime import timedelta

from tests.ledger.stage import ACME, Stage
from worker.domain.delivery import Delivery, DeliveryState, Ended, Occurrence, Subjects
from worker.domain.message import Happened
from worker.ledger import announcing, deliveries, delivery_lists
from worker.ledger.delivery_lists import DeliveryFilters
from worker.policy import redelivery

LEASE = timedelta(seconds=60)
CRM, CHAT = "crm", "chat"
ALL = tuple(one.value for one in Happened)


def planned(stage: Stage, **filters: str) -> list[Delivery]:
    """Oldest first."""
    return list(reversed(stage.ask(delivery_lists.page, DeliveryFilters(**filters), 200, None).items))


def events(stage: Stage, target: str = CRM) -> list[str]:
    return [one.event for one in planned(stage, target=target)]


def claim(stage: Stage, target: str = CRM, most: int = 10) -> list[Delivery]:
    return list(stage.tell(deliveries.claim, target, "boot", LEASE, most).deliveries)


def settle(stage: Stage, held: Delivery, ended: Ended) -> bool:
    def unit(tx: object) -> bool:
        return deliveries.settle(tx, held, ended, redelivery.after(ended, held.tries, tx.now(), lambda _: 0.0))

    return stage.tell(unit)


def happen(stage: Stage, cause: str, lane: str = "a lane", event: Happened = Happened.BATCH_FINISHED) -> int:
    return stage.tell(announcing.announce, Occurrence(event, ACME, lane, cause, Subjects(batch="b")))


def state_of(stage: Stage, held: Delivery) -> DeliveryState:
    found = stage.ask(deliveries.get, held.id)
    assert found is not None
    return found.state
