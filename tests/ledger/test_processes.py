"""Worker processes: who was heard of, and who sweeps."""

import threading
from datetime import timedelta

import pytest

from tests.ledger.stage import ONE_SECOND, Stage, meanwhile, wait_until_blocked
from worker.ledger import processes

TERM = timedelta(seconds=30)


def test_a_worker_that_reports_is_known_with_its_first_and_its_last_word(bridge: Stage) -> None:
    began = bridge.clock.now
    bridge.tell(processes.report, "boot-1", "here", 4711)
    bridge.pass_time(ONE_SECOND)
    bridge.tell(processes.report, "boot-1", "here", 4711)
    bridge.tell(processes.report, "boot-2", "there", 4712)

    known = {one.boot_id: one for one in bridge.ask(processes.known)}

    assert known["boot-1"] == processes.WorkerProcess("boot-1", "here", 4711, began, bridge.clock.now)
    assert known["boot-2"].started_at == bridge.clock.now


def test_a_worker_that_left_is_forgotten_at_once_and_one_that_fell_silent_after_a_day(bridge: Stage) -> None:
    bridge.tell(processes.report, "leaves", "here", 1)
    bridge.tell(processes.report, "silent", "here", 2)
    bridge.tell(processes.leave, "leaves")
    assert [one.boot_id for one in bridge.ask(processes.known)] == ["silent"]

    bridge.pass_time(timedelta(days=1) + ONE_SECOND)
    bridge.tell(processes.report, "alive", "here", 3)

    assert [one.boot_id for one in bridge.ask(processes.known)] == ["alive"]


def test_a_duty_is_held_by_one_until_its_term_ends(bridge: Stage) -> None:
    assert bridge.tell(processes.take_duty, "sweep", "one", TERM)
    assert not bridge.tell(processes.take_duty, "sweep", "two", TERM)
    assert bridge.tell(processes.take_duty, "other", "two", TERM)

    bridge.pass_time(TERM - ONE_SECOND)
    assert bridge.tell(processes.take_duty, "sweep", "one", TERM), "its holder may go on"
    bridge.pass_time(TERM)
    assert not bridge.tell(processes.take_duty, "sweep", "two", TERM)
    bridge.pass_time(ONE_SECOND)
    assert bridge.tell(processes.take_duty, "sweep", "two", TERM)
    assert not bridge.tell(processes.take_duty, "sweep", "one", TERM)


def test_who_leaves_lays_down_its_duty(bridge: Stage) -> None:
    bridge.tell(processes.take_duty, "sweep", "one", TERM)

    bridge.tell(processes.leave, "one")

    assert bridge.tell(processes.take_duty, "sweep", "two", TERM)


@pytest.mark.parametrize("held_before", [True, False])
def test_of_two_that_take_a_duty_in_the_same_moment_one_gets_it(overlapping, held_before: bool) -> None:
    bridge, other = overlapping(), overlapping()
    if held_before:
        bridge.tell(processes.take_duty, "sweep", "gone", TERM)
        bridge.pass_time(TERM + ONE_SECOND)
    taken: dict[str, bool] = {}

    def take(stage: Stage, name: str) -> None:
        taken[name] = stage.tell(processes.take_duty, "sweep", name, TERM)

    second = threading.Thread(target=take, args=(other, "two"))

    def second_comes() -> None:
        second.start()
        wait_until_blocked(other.ledger, second)

    with meanwhile(bridge.ledger, "INSERT INTO duty", second_comes):
        take(bridge, "one")
    second.join(20)

    assert taken == {"one": True, "two": False}
