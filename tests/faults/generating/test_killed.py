"""F-32 to F-34: a worker is killed at every step of a call. What was not sent goes back in line by itself, what may have run is
unknown, and an answer that was written down is never lost.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.generating.workshop import ROOT, Workshop, workshop
from tests.processes import Program
from tests.servers import BrokerServer
from worker import shown
from worker.domain.interview import Origin
from worker.domain.request import Code, State

pytestmark = pytest.mark.slow
LONG_LEASE = {"deadline": "60s", "margin": "60s"}
QUIET_SECONDS = 2.0  # longer than quarantine and two sweeps
WORKER_WITHOUT_BROKER = """
import sys, threading
from pathlib import Path
from config import load
from worker import assembly
from worker.station import Station
Station(assembly.assemble(load(Path(sys.argv[1]), assembly.kinds()))).start()
print("worker is ready", flush=True)
threading.Event().wait()
"""


STRACE = shutil.which("strace") or ""


def _strace_works() -> bool:
    return bool(STRACE) and subprocess.run([STRACE, "-o", "/dev/null", "true"], check=False).returncode == 0


@pytest.fixture
def shop(tmp_path: Path, valkey_server: BrokerServer) -> Iterator[Workshop]:
    """Nobody works in it yet. A lease lasts for 3 seconds, a call for half of one."""
    with workshop(
        tmp_path, start=False, latency=(30, 30), broker=valkey_server.url, deadline="1s", margin="2s"
    ) as made:
        yield made


def _killed(shop: Workshop, at: str) -> str:
    """A request, and a worker that died of it."""
    worker = shop.process(crash_at=at)
    filed = shop.file(kick=False)
    shop.until(lambda: not worker.is_running(), f"the worker dies {at}")
    return filed


@pytest.mark.parametrize("at", ["after_claim", "after_connect"])
def test_f32_killed_before_any_byte_left_it_goes_back_in_line_at_once(shop: Workshop, at: str) -> None:
    shop.configure(**LONG_LEASE)
    filed = _killed(shop, at)
    assert shop.calls() == []
    shop.start()
    shop.until_state("created")

    first, second = shop.attempts(filed)
    assert (first.sent_at, first.outcome) == (None, "not sent")
    assert second.slot_at < first.lease_until, "nobody had to wait for the lease's end"
    assert len(shop.calls()) == 1
    shop.judge()


def test_f32_killed_where_its_journal_is_out_of_reach_it_goes_back_in_line_when_its_lease_ends(shop: Workshop) -> None:
    filed = _killed(shop, "after_claim")
    assert shop.calls() == []
    _take_the_journal_away(shop)
    shop.start()
    shop.until_state("created")

    first, second = shop.attempts(filed)
    assert (first.sent_at, first.outcome) == (None, "not sent")
    assert second.slot_at >= first.lease_until
    assert [one["label"] for one in shop.calls()] == [f"{shop.request(filed).label}-2"]
    shop.judge()


@pytest.mark.parametrize(("at", "ran"), [("after_sent_mark", 0), ("after_body_sent", 1)])
def test_f33_killed_with_the_request_on_the_wire_it_is_unknown_and_never_sent_again_by_itself(
    shop: Workshop, at: str, ran: int
) -> None:
    filed = _killed(shop, at)
    _expect_unknown(shop, filed)
    assert len(shop.calls(executed=True)) == ran
    shop.judge(unheard=ran)


def test_f33_a_killed_processs_call_is_unknown_at_once_and_its_quarantine_stays_as_long_as_ever(shop: Workshop) -> None:
    shop.configure(**LONG_LEASE)
    filed = _killed(shop, "after_body_sent")
    shop.start()
    shop.until_state("unknown")

    attempt = shop.attempts(filed)[0]
    assert attempt.ended_at is not None
    assert attempt.ended_at < attempt.lease_until, "nobody had to wait for the lease's end"
    assert not shop.says_not_there(filed), "bytes may still be on the wire"
    shop.ahead += attempt.lease_until + shop.bridge.settings.bridge.quarantine - attempt.ended_at
    assert shop.says_not_there(filed)


def test_f33_the_leases_of_a_process_that_lives_are_left_alone_when_another_one_dies(shop: Workshop) -> None:
    shop.configure(**LONG_LEASE, sweep="3s")
    stopped = shop.process(stop_at="after_claim")
    mine = shop.file(kick=False)
    shop.until(lambda: stopped.family()[0].status() == "stopped", "the first worker stops with its claim")
    filed = _killed(shop, "after_claim")
    shop.configure(sweep="200ms")
    shop.start(shop.assemble())
    shop.until(lambda: shop.request(filed).state is State.CREATED, "the dead one's request is made")

    assert shop.request(mine).state is State.SENDING
    assert shop.attempts(mine)[0].ended_at is None


def test_f33_where_the_policy_is_to_retry_it_is_sent_once_more_after_the_quarantine(shop: Workshop) -> None:
    filed = _killed(shop, "after_body_sent")
    shop.configure(on_unknown="retry")
    shop.start(shop.assemble())
    shop.until_state("created")

    first, second = shop.attempts(filed)
    assert second.slot_at >= first.lease_until + shop.bridge.settings.bridge.quarantine
    assert len(shop.calls(executed=True)) == 2
    shop.judge(retries=1, unheard=1)


@pytest.mark.skipif(not _strace_works(), reason="strace is not installed, or may not trace here")
@pytest.mark.parametrize("write", [1, 2])
def test_f33_killed_by_the_kernel_at_each_write_to_the_network_it_is_unknown(shop: Workshop, write: int) -> None:
    """Without any step of ours: the first write is the request's head, the second its body."""
    shop.configure(margin="4s")  # traced it is slow
    options = ["-f", "-qq", "-o", "/dev/null", "-e", f"inject=sendto:signal=SIGKILL:when={write}"]
    argv = [STRACE, *options, sys.executable, "-c", WORKER_WITHOUT_BROKER, str(shop.path)]
    worker = Program(argv, log=shop.folder / "strace-log", cwd=ROOT)
    shop.programs.append(worker)
    shop.until(lambda: "is ready" in worker.last_words(), f"the worker is ready: {worker.last_words()}")
    filed = shop.file(kick=False)
    shop.until(lambda: not worker.is_running(), "the worker dies")

    _expect_unknown(shop, filed)
    shop.judge(unheard=len(shop.calls(executed=True)))


def test_f34_killed_after_the_answer_and_before_the_journal_it_is_unknown(shop: Workshop) -> None:
    filed = _killed(shop, "after_response")
    _expect_unknown(shop, filed)
    shop.judge(unheard=1)


def test_f34_killed_after_the_journal_the_next_worker_settles_it_at_once(shop: Workshop) -> None:
    filed = _killed(shop, "after_journal")
    assert shop.request(filed).state is State.SENDING
    shop.start()
    shop.until_state("created")

    attempt = shop.attempts(filed)[0]
    assert attempt.ended_at is not None
    assert attempt.ended_at < attempt.lease_until, "it need not wait for the lease's end"
    assert shop.interviews(filed)[0].origin is Origin.CREATED
    shop.until(lambda: len(list((shop.folder / "data/journal").iterdir())) == 1, "the dead one's journal is removed")
    shop.judge()


def test_f34_killed_after_the_outcome_was_stored_nothing_happens_twice(shop: Workshop) -> None:
    filed = _killed(shop, "after_outcome_commit")
    shop.start()
    time.sleep(QUIET_SECONDS)

    assert len(shop.attempts(filed)) == len(shop.interviews(filed)) == 1
    shop.judge()


def test_f34_an_answer_in_the_journal_settles_an_unknown_also_after_a_person_has_sent_it_again(shop: Workshop) -> None:
    """The journal lay on a machine that was away: both interviews are kept, and the second is said to be one too many."""
    filed = _killed(shop, "after_journal")
    journal = _take_the_journal_away(shop)
    shop.start()
    shop.until_state("unknown")

    shop.until(lambda: shop.says_not_there(filed), "the quarantine is over")
    shop.kick()
    shop.until_state("created")
    for left in (shop.folder / "away").iterdir():
        left.rename(journal / left.name)

    shop.until(lambda: len(shop.interviews(filed)) == 2, "the late one is kept")
    assert [one.origin for one in shop.interviews(filed)] == [Origin.CREATED, Origin.SURPLUS]
    shop.judge(retries=1)


def _take_the_journal_away(shop: Workshop) -> Path:
    """It lies on another machine. Where it was."""
    journal = shop.folder / "data/journal"
    journal.rename(shop.folder / "away")
    return journal


def _expect_unknown(shop: Workshop, filed: str) -> None:
    shop.start()
    unknown = shop.until_state("unknown")[0]
    time.sleep(QUIET_SECONDS)

    assert unknown.because is not None
    assert unknown.because.code is Code.DIED_SENDING
    assert len(shop.attempts(filed)) == 1, "nothing is sent again by itself"
    told = shop.read(lambda tx: shown.one_request(tx, shop.request(filed), shop.bridge.timing))
    assert told["reason_code"] == "died_sending"
    assert f"{unknown.label}-1" in told["reason"]
