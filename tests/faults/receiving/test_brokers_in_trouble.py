"""Hints are lost, doubled, late and handed out again; brokers die. Only latency changes."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from tests.faults.receiving.houses_on import house_on
from tests.faults.receiving.webs import migrated
from tests.journeys.household import Household, household, post, text
from tests.servers import BrokerServer, PostgresServer, valkey
from tests.web.houses import House
from web.dashboard import needs
from worker.health import stored
from worker.health.check import State as CheckState
from worker.hints import Hints
from worker.ledger import processes
from worker.ledger.connection import database_clock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BATCH = 8
# Both databases where two claim or nobody hints; else one, in turn: each starts many processes and takes half a minute.
ON_SQLITE = pytest.mark.parametrize("bridge", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("bridge", ["postgres"], indirect=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def broker() -> Iterator[BrokerServer]:
    with valkey() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def bridge(request: pytest.FixtureRequest, broker: BrokerServer) -> str:
    """Lines of configuration: the test's own broker, and one of the databases."""
    lines = f'broker_url = "{broker.url}"\n'
    if request.param == "sqlite":
        return lines
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return lines + f'database_url = "{migrated(server.create_database())}"\n'


@contextmanager
def every(seconds: float, do: Callable[[], None]) -> Iterator[None]:
    """Again and again while the block runs."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(seconds):
            do()

    nemesis = threading.Thread(target=go_on)
    nemesis.start()
    try:
        yield
    finally:
        over.set()
        nemesis.join()


def deliver_some(house: Household, first: int, count: int = BATCH) -> None:
    for number in range(first, first + count):
        assert house.deliver("careers", post(2 * number, text(number)))[0] == 200


def assert_once_each(house: Household, count: int) -> None:
    """Every request is created, by one call that was executed, and nothing is left over."""
    made = house.until_state("created", count)
    executed = house.calls(executed=True)
    assert len(made) == len(executed) == count
    assert len({one["interview_id"] for one in made}) == count


@ON_POSTGRES
def test_f58_a_broker_that_forgets_everything_again_and_again_costs_only_time(
    tmp_path: Path, broker: BrokerServer, bridge: str
) -> None:
    """FLUSHALL several times a second, then SHUTDOWN NOSAVE: each delivery becomes one interview."""

    def flush() -> None:
        with broker.client() as client:
            client.flushall()

    with household(tmp_path, bridge=bridge) as house:
        house.start()
        with every(0.2, flush):
            deliver_some(house, 1)
            assert_once_each(house, BATCH)
        with broker.client() as client, suppress(redis.ConnectionError):
            client.shutdown(nosave=True, now=True, force=True)
        broker.program.process.wait(10)
        broker.restart()
        deliver_some(house, 100, 2)
        assert_once_each(house, BATCH + 2)


def test_f59_while_the_broker_is_down_receipts_succeed_and_work_goes_on(
    tmp_path: Path, broker: BrokerServer, bridge: str
) -> None:
    """The broker is away: deliveries succeed, /readyz stays 200 and names it, the sweep finds the work; then it is back."""
    with household(tmp_path, bridge=bridge) as house:
        house.start()
        broker.close()
        deliver_some(house, 1)
        status, body = house.get("/readyz")
        assert status == 200
        assert "away" in body
        assert_once_each(house, BATCH)

        broker.restart()
        house.until(lambda: '"broker":"ok"' in house.get("/readyz")[1].replace(" ", ""), "the broker is named as well")
        deliver_some(house, 100, 2)
        assert_once_each(house, BATCH + 2)


@ON_SQLITE
def test_f60_every_hint_ten_times_out_of_order_and_for_what_is_long_done_changes_nothing(
    tmp_path: Path, broker: BrokerServer, bridge: str
) -> None:
    """Copies of every hint, also of events that were read and of ids that never were: one interview each."""
    hints = Hints(broker.url, timedelta(seconds=10))
    with household(tmp_path, bridge=bridge) as house:
        house.start()
        deliver_some(house, 1)
        known = [one["id"] for one in house.told("events", "list")["items"]]
        for _ in range(10):
            for event_id in reversed(known):
                assert hints.read(event_id)
                assert hints.pump("acme")
        assert_once_each(house, BATCH)
        for event_id in [*known, "never-was", ""]:
            hints.read(event_id)
        hints.read("", *known, "never-was", *known)
        hints.pump("nobody")
        deliver_some(house, 100, 1)
        assert_once_each(house, BATCH + 1)


@ON_POSTGRES
def test_f62_a_message_that_is_handed_out_again_during_its_call_finds_nothing_due(
    tmp_path: Path, broker: BrokerServer, bridge: str
) -> None:
    """The broker's visibility time-out is shorter than a call: redelivered, and still one call each."""
    environment = {"PYTHONPATH": f"{HERE / 'impatient'}{os.pathsep}{ROOT}"}
    with household(tmp_path, bridge=bridge, speed=1, latency=(3, 4), deadline="20s") as house:
        house.start(env=environment)
        deliver_some(house, 1, 3)
        assert_once_each(house, 3)
        assert len(house.calls()) == 3


def test_f63_two_sweeps_double_nothing_and_one_that_dies_is_followed(tmp_path: Path, bridge: str) -> None:
    """Two workers sweep for one ledger without a broker's help; the one with the duty is killed; work goes on, once each."""
    with household(tmp_path, bridge=bridge) as house:
        up = house.start()
        second = house.start("worker")
        house.until(lambda: "is ready" in second.last_words(), "the second worker works")
        deliver_some(house, 1)
        assert_once_each(house, BATCH)
        first = next(one for one in up.family() if "worker.cli" in one.cmdline() and "worker" in one.cmdline()[-1:])
        first.kill()
        deliver_some(house, 100, 2)
        assert_once_each(house, BATCH + 2)


def test_f63_a_sweep_that_nobody_does_is_noticed(tmp_path: Path, database_url: str) -> None:
    """No worker reports, or none any more for a minute: pages and doctor say so as soon as there is work."""
    with house_on(tmp_path, database_url) as house:
        assert titles(house) == []
        house.api().file()
        assert (titles(house), stored.worker(house.bridge).state) == (["No worker"], CheckState.FAIL)
        house.write(lambda tx: processes.report(tx, "boot", "here", 1))
        assert (titles(house), stored.worker(house.bridge).state) == ([], CheckState.OK)

        ledger = house.bridge.ledger
        ledger.clock = lambda conn: database_clock(conn) + MINUTE
        assert (titles(house), stored.worker(house.bridge).state) == (["No worker"], CheckState.FAIL)


def titles(house: House) -> list[str]:
    found = house.bridge.ledger.read(lambda tx: needs.groups(tx, house.bridge.timing, house.bridge.settings.sources))
    return [item.title for group in found for item in group.items]


@ON_SQLITE
def test_f66_a_description_that_kills_its_worker_is_parked_and_the_others_go_on(tmp_path: Path, bridge: str) -> None:
    """kill -9 whenever it is read: counted before the work, parked after three; what comes with it and after it is read."""
    environment = {"PYTHONPATH": f"{HERE / 'marked'}{os.pathsep}{ROOT}"}
    with household(tmp_path, bridge=bridge) as house:
        up = house.start(env=environment)
        assert house.deliver("careers", post(50, f"{text(50)} Kills its reader."))[0] == 200
        deliver_some(house, 100, 1)

        def parked() -> list[str]:
            return [str(one["reason"]) for one in house.told("events", "list", "--state", "unreadable")["items"]]

        (reason,) = house.until(parked, "the deadly event is parked", seconds=90)
        deliver_some(house, 200, 1)
        house.until(lambda: len(house.told("events", "list", "--state", "read")["items"]) == 2, "the others are read")
        # A call that was under way when its worker died is unknown, as it must be; of what came later nothing is.
        house.until(lambda: house.requests()[0]["state"] == "created", "the later one is created")

        house.until(
            lambda: {one["state"] for one in house.requests()} <= {"created", "unknown"},
            "nothing is on its way any more",
        )

        assert "3 times" in reason
        assert up.is_running()
