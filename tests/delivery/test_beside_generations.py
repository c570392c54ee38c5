"""Deliveries have seats, threads and claims of their own: a target that takes for ever keeps no generation waiting."""

import threading
from dataclasses import replace
from pathlib import Path

from tests.delivery.office import a_target
from tests.delivery.receivers import Given, Receiver, Says
from tests.ledger.stage import ACME
from tests.sending.shop import opened, until
from worker import assembly
from worker.delivery.courier import Courier
from worker.domain.delivery import DeliveryState, Occurrence, Subjects
from worker.domain.message import Happened
from worker.domain.request import State
from worker.ledger import announcing, deliveries, delivery_lists
from worker.ledger.connection import Ledger, Tx

WAITING, WANTED = 500, 30


def announce_many(tx: Tx) -> None:
    for number in range(WAITING):
        about = Subjects(batch="b")
        announcing.announce(tx, Occurrence(Happened.BATCH_FINISHED, ACME, f"{number}", f"{number}", about))


def test_generations_go_on_while_a_target_holds_everything_that_it_may(
    ledger: Ledger, tmp_path: Path, receiver: Receiver
) -> None:
    free = threading.Event()

    def hold(_given: Given) -> Says:
        free.wait(60)
        return Says()

    receiver.answer = hold
    with opened(ledger, tmp_path) as shop:
        settings = shop.bridge.settings.model_copy(update={"targets": {"crm": a_target(receiver.url)}})
        bridge = replace(shop.bridge, settings=settings)
        assembly.prepare(bridge)
        ledger.write(announce_many)
        courier = Courier(bridge, "boot")
        courier.start()
        until(lambda: len(receiver.given) == deliveries.AT_ONCE, "the target has its hands full")
        for number in range(WANTED):
            shop.file(f"Number {number}. You repair bicycles, talk with customers and keep a workshop in order.")
        shop.pump.run(ACME)
        until(lambda: shop.states().get(State.CREATED) == WANTED, "everything is made")

        assert len(receiver.given) == deliveries.AT_ONCE
        courier.stop()
        free.set()
        assert courier.land(30)
    counted = ledger.read(delivery_lists.counts)
    assert counted["crm", DeliveryState.DELIVERED] == deliveries.AT_ONCE
    assert counted["crm", DeliveryState.WAITING] == WAITING + WANTED - deliveries.AT_ONCE
