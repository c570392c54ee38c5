"""A post office: a stage whose organization has targets, and a courier that carries when it is told to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from config import Secret, settings
from tests.delivery.receivers import SECRET
from tests.ledger.stage import ACME, Stage
from worker import assembly
from worker.delivery.courier import Courier
from worker.domain.delivery import Delivery, DeliveryState
from worker.domain.message import Happened
from worker.ledger import deliveries, delivery_lists, targets
from worker.ledger.connection import Ledger
from worker.ledger.delivery_lists import DeliveryFilters
from worker.outbound import Outbound
from worker.shown import Shown
from worker.shown_deliveries import one_delivery, one_target

EVERYTHING = tuple(one.value for one in Happened)
CRM = "crm"


def a_target(url: str, name: str = CRM, *, secrets: Sequence[str] = (SECRET,), **more: object) -> settings.Target:
    wanted = {"kind": "webhook", "organization": ACME, "events": EVERYTHING, **more}
    return settings.Target(name=name, url=url, secret=[Secret(one) for one in secrets], **wanted)


@dataclass
class Office:
    """`stage` makes things happen; `carry` takes what is due and waits until it has landed."""

    stage: Stage
    courier: Courier

    @classmethod
    def on(
        cls, ledger: Ledger, folder: Path, *configured: settings.Target, outbound: Outbound | None = None
    ) -> "Office":
        stage = Stage.on(ledger, folder)
        known = stage.bridge.settings.model_copy(update={"targets": {one.name: one for one in configured}})
        stage.bridge = replace(stage.bridge, settings=known)
        assembly.prepare(stage.bridge)
        return cls(stage, Courier(stage.bridge, "boot", outbound))

    def carry(self) -> timedelta | None:
        """Everything that may go now, one round after the other. Returns how long until more is due."""
        while True:
            tries = self._tries()
            wait = self.courier.work_once()
            assert self.courier.land(30), "a delivery does not end"
            if self._tries() == tries and wait != timedelta(0):
                return wait

    def _tries(self) -> int:
        return sum(one.fence for one in self.all())

    def all(self, **filters: str) -> list[Delivery]:
        """Oldest first."""
        page = self.stage.ask(delivery_lists.page, DeliveryFilters(**filters), 200, None)
        return list(reversed(page.items))

    def only(self, **filters: str) -> Delivery:
        (found,) = self.all(**filters)
        return found

    def states(self) -> list[DeliveryState]:
        return [one.state for one in self.all()]

    def shown(self, delivery_id: str) -> Shown:
        found = self.stage.ask(deliveries.get, delivery_id)
        assert found is not None
        return self.stage.ask(one_delivery, found)

    def target(self, name: str = CRM) -> Shown:
        shown = self.stage.ask(one_target, name)
        assert shown is not None
        return shown

    def standing(self, name: str = CRM) -> targets.Standing:
        found = self.stage.ask(targets.get, name)
        assert found is not None
        return found
