"""Alarms: one for a key, at the earliest moment that was asked for."""

import threading
import time
from datetime import timedelta

import pytest

from worker.sending.alarms import Alarms

SOON = timedelta(milliseconds=30)
LATER = timedelta(seconds=30)


class Bell:
    """Notes what rang, and lets a test wait for it."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.changed = threading.Condition()

    def __call__(self, key: str) -> None:
        with self.changed:
            self.rung.append(key)
            self.changed.notify_all()

    def wait_for(self, count: int) -> list[str]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.rung) >= count, timeout=20), self.rung
            return list(self.rung)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def alarms(bell: Bell):
    made = Alarms(bell)
    yield made
    made.stop()


def test_an_alarm_rings_once_and_not_before_its_time(alarms: Alarms, bell: Bell) -> None:
    began = time.monotonic()
    alarms.set("acme ai", SOON)
    bell.wait_for(1)

    assert time.monotonic() - began >= SOON.total_seconds()
    alarms.set("another", SOON)
    assert bell.wait_for(2) == ["acme ai", "another"]


def test_of_two_alarms_for_one_key_the_earlier_counts(alarms: Alarms, bell: Bell) -> None:
    alarms.set("acme ai", LATER)
    alarms.set("acme ai", SOON)
    alarms.set("acme ai", LATER)

    assert bell.wait_for(1) == ["acme ai"]


def test_alarms_ring_in_the_order_of_their_times(alarms: Alarms, bell: Bell) -> None:
    alarms.set("third", 5 * SOON)
    alarms.set("first", SOON)
    alarms.set("second", 3 * SOON)

    assert bell.wait_for(3) == ["first", "second", "third"]


def test_a_key_may_be_set_again_once_it_has_rung(alarms: Alarms, bell: Bell) -> None:
    alarms.set("acme ai", timedelta(0))
    bell.wait_for(1)
    alarms.set("acme ai", timedelta(0))

    assert bell.wait_for(2) == ["acme ai", "acme ai"]


def test_who_takes_long_to_answer_one_alarm_does_not_delay_another() -> None:
    bell, may_go_on = Bell(), threading.Event()

    def ring(key: str) -> None:
        if key == "slow":
            may_go_on.wait(20)
        bell(key)

    alarms = Alarms(ring)
    alarms.set("slow", timedelta(0))
    alarms.set("quick", SOON)

    assert bell.wait_for(1) == ["quick"]
    may_go_on.set()
    assert bell.wait_for(2) == ["quick", "slow"]
    alarms.stop()


def test_nothing_rings_after_the_stop(alarms: Alarms, bell: Bell) -> None:
    others = Bell()
    others_alarms = Alarms(others)
    alarms.set("before", SOON)
    alarms.stop()
    alarms.set("after", timedelta(0))

    others_alarms.set("later than both", 3 * SOON)
    others.wait_for(1)

    assert bell.rung == []
    others_alarms.stop()
