"""F-71: the process ends between a target's answer and our commit. The message goes out again, and is known by its id."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.receivers import SECRET, Receiver, listening
from tests.faults.generating.workshop import Workshop, workshop
from tests.journeys.household import household, post, text
from tests.servers import BrokerServer
from worker.domain.delivery import DeliveryState
from worker.ledger import deliveries, delivery_lists
from worker.ledger.delivery_lists import DeliveryFilters

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
TARGET = """
[targets.crm]
kind = "webhook"
organization = "acme"
url = "{url}"
secret = "{secret}"
events = ["interview.created", "result.completed"]
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def shop(tmp_path: Path, valkey_server: BrokerServer, receiver: Receiver) -> Iterator[Workshop]:
    """Nobody works in it yet."""
    with workshop(tmp_path, start=False, broker=valkey_server.url) as made:
        with made.path.open("a") as file:
            file.write(TARGET.format(url=receiver.url, secret=SECRET))
        yield made


def test_f71_a_worker_that_dies_after_sending_sends_the_same_message_again(shop: Workshop, receiver: Receiver) -> None:
    """At least once, under one id: by the next worker on this machine within seconds, without waiting for the lease."""
    worker = shop.process(crash_at="after_delivery_sent")
    shop.file()
    shop.until(lambda: not worker.is_running(), "the worker dies after it has sent")
    assert len(receiver.given) == 1
    shop.process()

    def delivered() -> bool:
        (found,) = shop.bridge.ledger.read(lambda tx: delivery_lists.page(tx, DeliveryFilters(), 9, None)).items
        return found.state is DeliveryState.DELIVERED

    shop.until(delivered, "it is delivered")
    first, second = receiver.given
    assert first.id == second.id
    assert json.loads(first.body) == json.loads(second.body)
    assert second.verified()
    newest, died = shop.bridge.ledger.read(lambda tx: deliveries.tries(tx, first.id))
    assert (newest.status, died.fault) == (204, deliveries.DIED)
    shop.judge()


def test_f71_from_a_webhook_to_a_delivery_through_kill_9_each_message_has_one_id(
    tmp_path: Path, receiver: Receiver
) -> None:
    """Whatever is killed while jobs arrive and targets are told: by id each interview is told of exactly once."""
    target = TARGET.format(url=receiver.url, secret=SECRET)
    jobs = 6
    with household(tmp_path, latency=(2, 6), bridge=target) as house:
        for round_number in range(2):
            up = house.start()
            for number in range(3):
                house.deliver("careers", post(round_number * 10 + number + 1, text(number)))
            house.until(lambda count=round_number: len(receiver.given) > count, "somebody is told")
            up.kill()
        house.start()
        house.until(lambda: not house.requests(state="waiting") and not house.requests(state="sending"), "all is sent")
        made = {one["id"]: one["interview_id"] for one in house.requests(state="created")}
        house.until(lambda: not house.told("deliveries", "list", "--state", "waiting")["items"], "all is told", 90)
        house.until(lambda: not house.told("deliveries", "list", "--state", "sending")["items"], "all is told", 90)

        told = {one.id: one.verified()["data"]["interview"]["id"] for one in receiver.given}
        assert sorted(told.values()) == sorted(made.values())
        assert len(house.requests()) == jobs
        assert {one["state"] for one in house.told("deliveries", "list")["items"]} == {"delivered"}
