"""F-64: a worker is told to end while calls are in flight. Asked, it lets them finish; killed, only those are unknown."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.generating.workshop import Workshop, workshop
from tests.processes import Program
from tests.servers import BrokerServer
from worker.domain.request import Code

pytestmark = pytest.mark.slow
IN_FLIGHT, WAITING = 3, 4
ALL = IN_FLIGHT + WAITING


@pytest.fixture
def shop(tmp_path: Path, valkey_server: BrokerServer) -> Iterator[Workshop]:
    """Slots are a second apart, a call takes three."""
    with workshop(
        tmp_path, speed=3, latency=(9, 9), start=False, broker=valkey_server.url, deadline="5s", margin="4s"
    ) as made:
        yield made


def _working(shop: Workshop) -> Program:
    """A worker with some calls in flight and others waiting for their slot."""
    worker = shop.process()
    shop.file_many(ALL, kick=False)
    shop.until(lambda: len(shop.calls()) >= IN_FLIGHT, "calls are in flight")
    return worker


def test_f64_asked_to_end_a_worker_claims_nothing_more_and_finishes_its_calls(shop: Workshop) -> None:
    worker = _working(shop)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(20) == 0

    made = [one for one in shop.requests() if one.state == "created"]
    assert IN_FLIGHT <= len(made) <= IN_FLIGHT + 1
    assert len(shop.calls()) == len(made), "what was sent was finished, and nothing else was sent"
    assert {one.state for one in shop.requests()} == {"created", "waiting"}
    assert list((shop.folder / "data/journal").iterdir()) == []
    shop.start()
    shop.until_state("created", ALL)
    shop.judge()


def test_f64_asked_twice_it_ends_at_once_and_says_that_its_calls_are_unknown(shop: Workshop) -> None:
    worker = _working(shop)
    worker.process.send_signal(signal.SIGTERM)
    shop.until(lambda: "Stopping" in worker.last_words(), "it was heard")
    worker.process.send_signal(signal.SIGINT)
    assert worker.process.wait(20) == 0

    _expect_only_those_in_flight_unknown(shop)


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGKILL])
def test_f64_killed_only_the_calls_in_flight_are_unknown(shop: Workshop, number: signal.Signals) -> None:
    worker = _working(shop)
    worker.process.send_signal(number)
    worker.process.wait(20)

    _expect_only_those_in_flight_unknown(shop)


def test_f64_killed_while_it_finishes_its_calls_it_is_as_if_killed_at_once(shop: Workshop) -> None:
    worker = _working(shop)
    worker.process.send_signal(signal.SIGTERM)
    shop.until(lambda: "Stopping" in worker.last_words(), "it was heard")
    worker.kill()

    _expect_only_those_in_flight_unknown(shop)


def _expect_only_those_in_flight_unknown(shop: Workshop) -> None:
    sent = {one["label"].rpartition("-")[0] for one in shop.calls()}
    shop.start()
    shop.until(lambda: {one.state for one in shop.requests()} <= {"created", "unknown"}, "all have settled", 60)
    unknown = [one for one in shop.requests() if one.state == "unknown"]

    assert 1 <= len(unknown) <= IN_FLIGHT + 1
    assert {one.label for one in unknown} <= sent
    assert {one.because.code for one in unknown if one.because} == {Code.DIED_SENDING}
    assert len(shop.calls()) == ALL, "each was sent once"
    shop.judge(unheard=len(unknown))
