"""The dead: whose journal nobody holds, has its leases ended at once; whoever may live keeps them."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ledger.databases import on_sqlite
from tests.ledger.stage import ONE_SECOND, QUARANTINE, Stage
from worker.domain.request import State
from worker.ledger import attempts, processes
from worker.operators import Refusal
from worker.sending import journal
from worker.upkeep import deaths


@pytest.fixture
def bridge(tmp_path: Path) -> Stage:
    ledgers = on_sqlite(tmp_path)
    with ledgers.lent() as ledger:
        yield Stage.on(ledger, tmp_path)
    ledgers.close()


def held_by(bridge: Stage, boot_id: str, *, sent: bool) -> str:
    """A request that this process has claimed."""
    request = bridge.file()
    bridge.pass_time(timedelta(minutes=1))
    claimed = bridge.try_claim(boot_id=boot_id)
    assert isinstance(claimed, attempts.Claimed)
    if sent:
        assert bridge.mark(claimed.attempt)
    return request


def test_the_calls_of_a_dead_process_end_at_once_and_those_of_others_go_on(bridge: Stage) -> None:
    unsent, sent = held_by(bridge, "dead", sent=False), held_by(bridge, "dead", sent=True)
    other = held_by(bridge, "alive", sent=True)

    assert deaths.bury(bridge.bridge, "dead")

    states = [bridge.state_of(one) for one in (unsent, sent, other)]
    assert states == [State.WAITING, State.UNKNOWN, State.SENDING]


def test_what_it_had_sent_can_be_retried_no_sooner_than_after_any_other_end(bridge: Stage) -> None:
    sent = held_by(bridge, "dead", sent=True)
    deaths.bury(bridge.bridge, "dead")

    bridge.clock.now = bridge.newest(sent).lease_until + QUARANTINE - ONE_SECOND
    with pytest.raises(Refusal):
        bridge.retry(sent, not_there=True)
    bridge.pass_time(ONE_SECOND)

    assert bridge.retry(sent, not_there=True).state is State.WAITING


def test_its_duty_is_free_at_once(bridge: Stage) -> None:
    minute = timedelta(minutes=1)
    assert bridge.tell(processes.take_duty, "sweep", "dead", minute)
    assert not bridge.tell(processes.take_duty, "sweep", "alive", minute)

    deaths.bury(bridge.bridge, "dead")

    assert bridge.tell(processes.take_duty, "sweep", "alive", minute)


@pytest.mark.parametrize(("host", "silent_for", "buried"), [("here", 0, True), ("far", 0, False), ("far", 60, True)])
def test_a_process_that_reports_from_another_machine_is_alive_whatever_the_lock_says(
    bridge: Stage, host: str, silent_for: int, buried: bool
) -> None:
    """A folder that machines share through the network may show a lock as free that another machine holds."""
    request = held_by(bridge, "boot-1", sent=True)
    name = socket.gethostname() if host == "here" else "another-machine"
    bridge.tell(processes.report, "boot-1", name, 4711)
    bridge.pass_time(timedelta(seconds=silent_for))

    assert deaths.bury(bridge.bridge, "boot-1") is buried

    assert bridge.state_of(request) is (State.UNKNOWN if buried else State.SENDING)


def test_a_journal_stays_until_its_process_is_known_to_be_dead(tmp_path: Path) -> None:
    living = journal.Journal(tmp_path, "boot-1")
    kept = tmp_path / "boot-2"
    kept.touch()
    asked: list[str] = []

    def bury(boot_id: str) -> bool:
        asked.append(boot_id)
        return len(asked) > 1

    journal.replay(tmp_path, lambda *_: None, bury)
    assert kept.exists()
    journal.replay(tmp_path, lambda *_: None, bury)

    assert not kept.exists()
    assert asked == ["boot-2", "boot-2"], "nobody asks about a process that lives"
    living.close()
