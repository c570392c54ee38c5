"""PostgreSQL is killed or stopped while deliveries come in: each is acknowledged in time, and stored once afterwards."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.servers import PostgresServer, postgres
from tests.web.houses import TWO_ORGANIZATIONS, Clock, House, assembled
from web.app import create_app
from worker.ledger import schema

pytestmark = pytest.mark.slow
STRICTEST_SENDER_SECONDS = 3.0


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One of this module's own, because it is killed."""
    with postgres() as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, server: PostgresServer) -> Iterator[House]:
    url = server.create_database()
    made = opened(tmp_path, url)
    schema.upgrade(made.bridge.ledger)
    yield made
    made.bridge.ledger.close()


def opened(folder: Path, url: str) -> House:
    bridge = assembled(folder, TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\ndatabase_url = "{url}"'))
    return House(bridge, create_app(bridge), Clock(), folder)


def send(house: House, number: int) -> TestResponse:
    return house.deliver("careers", b'{"n": %d}' % number, **{"Greenhouse-Event-ID": f"delivery-{number}"})


def fifty_at_once(house: House, first: int) -> dict[int, Any]:
    """What each was told, within the time that the strictest sender gives."""
    with ThreadPoolExecutor(50) as pool:
        began = time.monotonic()
        answers = {number: pool.submit(send, house, number) for number in range(first, first + 50)}
        told = {
            number: answer.result(max(0, began + STRICTEST_SENDER_SECONDS - time.monotonic()))
            for number, answer in answers.items()
        }
    assert {answer.status_code for answer in told.values()} == {200}
    return {number: answer.json for number, answer in told.items()}


def assert_kept_once(house: House, told: dict[int, Any]) -> None:
    """All that was acknowledged is drained, under the ids that were told; a repeat finds it."""
    house.until(lambda: house.client().get("/readyz").json.get("spooling") is False)
    assert list((house.bridge.settings.bridge.data_dir / "spool").iterdir()) == []
    assert house.count("event") == len(told)
    for number, answer in told.items():
        assert send(house, number).json == {"event_id": answer["event_id"], "duplicate": True}


def test_while_postgresql_is_dead_every_delivery_is_acknowledged_and_kept(house: House, server: PostgresServer) -> None:
    told = {0: send(house, 0).json}
    server.kill()
    told |= fifty_at_once(house, 1)
    ready = house.client().get("/readyz")
    server.restart()

    assert (ready.status_code, ready.json["spooling"]) == (200, True)
    assert_kept_once(house, told)


def test_while_postgresql_hangs_every_delivery_is_acknowledged_and_kept(house: House, server: PostgresServer) -> None:
    told = {0: send(house, 0).json}
    server.pause()
    try:
        told |= fifty_at_once(house, 1)
        told |= fifty_at_once(house, 51)
        ready = house.client().get("/readyz")
    finally:
        server.resume()

    assert (ready.status_code, ready.json["spooling"]) == (200, True)
    assert_kept_once(house, told)


def test_a_receiver_that_starts_while_postgresql_hangs_takes_deliveries_too(
    house: House, server: PostgresServer, tmp_path: Path
) -> None:
    again = opened(tmp_path, house.bridge.ledger.url)
    server.pause()
    try:
        told = fifty_at_once(again, 0)
        forged = again.client().post("/webhooks/forms", data=b"{}", headers={"Content-Type": "application/json"})
    finally:
        server.resume()

    assert forged.status_code == 503  # nobody can tell now whether the source is still being set up
    assert_kept_once(again, told)
    again.bridge.ledger.close()
