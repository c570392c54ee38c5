"""F-36: a worker is stopped past its lease, as by a machine that hangs, and then goes on as if nothing had happened."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.generating.workshop import ORGANIZATION, Workshop, workshop
from tests.processes import Program
from tests.servers import BrokerServer, PostgresServer
from worker.domain.interview import Origin
from worker.domain.request import State, Tier
from worker.ledger import budgets
from worker.ledger.connection import LedgerFault, Tx

pytestmark = pytest.mark.slow
LATENCY = (60, 60)  # one second


@pytest.fixture
def shop(tmp_path: Path, valkey_server: BrokerServer) -> Iterator[Workshop]:
    """Nobody works in it yet. A lease lasts for 4 seconds."""
    with workshop(tmp_path, start=False, latency=LATENCY, broker=valkey_server.url, deadline="2s", margin="2s") as made:
        yield made


def _stopped(shop: Workshop, at: str) -> tuple[Program, str]:
    """A worker that stopped itself at a step of this request's call; it sweeps seldom, so as to stop between transactions."""
    shop.configure(sweep="3s")
    worker = shop.process(stop_at=at)
    filed = shop.file(kick=False)
    shop.until(lambda: _rests(worker), f"the worker stops {at}")
    shop.configure(sweep="200ms")
    return worker, filed


def _rests(worker: Program) -> bool:
    return all(member.status() == "stopped" for member in worker.family()[:1])


def test_f36_stopped_before_sending_it_finds_that_it_is_too_late_and_sends_nothing(shop: Workshop) -> None:
    worker, filed = _stopped(shop, "after_claim")
    shop.start(shop.assemble())
    shop.until_state("created")
    worker.resume()
    shop.until(lambda: "call ended" in worker.last_words(), "the stopped one has given up")

    assert len(shop.attempts(filed)) == 2
    assert [one["label"] for one in shop.calls()] == [f"{shop.request(filed).label}-2"]
    shop.judge()


def test_f36_stopped_with_the_connection_open_the_guard_sends_nothing(shop: Workshop) -> None:
    worker, filed = _stopped(shop, "after_connect")
    shop.start(shop.assemble())
    shop.until_state("created")
    worker.resume()
    shop.until(lambda: "call ended" in worker.last_words(), "the stopped one has given up")

    assert [one["label"] for one in shop.calls()] == [f"{shop.request(filed).label}-2"]
    shop.judge()


def test_f36_stopped_while_it_waits_its_late_answer_settles_the_unknown(shop: Workshop) -> None:
    worker = shop.process()
    filed = shop.file(kick=False)
    shop.until(shop.calls, "the call has reached the sandbox")
    worker.pause()
    shop.start(shop.assemble())
    shop.until_state("unknown")
    worker.resume()
    shop.until_state("created")

    assert len(shop.attempts(filed)) == 1
    assert shop.interviews(filed)[0].origin is Origin.CREATED
    shop.judge()


@pytest.mark.parametrize("at", ["after_response", "after_journal"])
def test_f36_stopped_before_recording_its_late_success_settles_the_unknown(shop: Workshop, at: str) -> None:
    worker, filed = _stopped(shop, at)
    shop.start(shop.assemble())
    shop.until_state("unknown")
    worker.resume()
    shop.until_state("created")

    assert len(shop.attempts(filed)) == 1
    shop.judge()


def test_f36_a_late_failure_of_an_old_attempt_changes_nothing(shop: Workshop) -> None:
    shop.fault("status:500", latency=0)
    worker, filed = _stopped(shop, "after_response")
    shop.start(shop.assemble())
    shop.until_state("unknown")
    shop.until(lambda: shop.says_not_there(filed), "the quarantine is over")
    shop.kick()
    created = shop.until_state("created")[0]
    worker.resume()
    shop.until(lambda: shop.attempts(filed)[0].outcome == "NotExecuted", "the late outcome is noted")

    assert shop.request(filed) == created
    shop.judge(retries=1)


def test_f36_a_late_failure_does_not_touch_the_attempt_that_is_under_way(shop: Workshop) -> None:
    shop.fault("status:500", latency=0)
    worker, filed = _stopped(shop, "after_response")
    shop.start(shop.assemble())
    shop.until_state("unknown")
    shop.until(lambda: shop.says_not_there(filed), "the quarantine is over")
    shop.kick()
    shop.until(lambda: len(shop.calls()) == 2, "the second call is under way")
    worker.resume()
    shop.until(lambda: shop.attempts(filed)[0].outcome == "NotExecuted", "the late outcome is noted")

    assert shop.request(filed).state in (State.SENDING, State.CREATED)
    shop.until_state("created")
    assert len(shop.attempts(filed)) == 2
    shop.judge(retries=1)


def test_f36_a_late_success_beside_a_newer_one_is_kept_as_one_too_many(shop: Workshop) -> None:
    worker, filed = _stopped(shop, "after_response")
    shop.start(shop.assemble())
    shop.until_state("unknown")
    shop.until(lambda: shop.says_not_there(filed), "the quarantine is over")
    shop.kick()
    shop.until_state("created")
    worker.resume()
    shop.until(lambda: len(shop.interviews(filed)) == 2, "the late one is kept")

    assert [one.origin for one in shop.interviews(filed)] == [Origin.CREATED, Origin.SURPLUS]
    shop.judge(retries=1)


def test_f36_stopped_within_a_transaction_it_holds_up_nobody_for_long(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """PostgreSQL takes its locks from it. On SQLite they stay until it goes on or ends."""
    with workshop(tmp_path, start=False, database=postgres_server.create_database()) as shop:
        frozen = shop.assemble().ledger
        with suppress(LedgerFault), frozen.engine.connect() as conn, conn.begin():
            budgets.lock(Tx(conn, frozen.clock), ORGANIZATION, Tier.AI)
            shop.start()
            shop.file(kick=False)
            shop.until_state("created")
        shop.judge()
