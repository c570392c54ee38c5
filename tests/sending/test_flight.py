"""Calls in flight: bound to seats, and to nothing else."""

import threading

import pytest

from tests.ledger.stage import Clock
from worker.domain.outcome import Attempt
from worker.sending.flight import Flights

NOW = Clock().now


def an_attempt(name: str) -> Attempt:
    return Attempt(name, "request", 1, "acme", "spr-7K2QX", NOW, NOW)


def nothing() -> None:
    pass


def test_there_are_as_many_seats_as_were_said() -> None:
    flights = Flights(2)

    assert [flights.take_seat() for _ in range(3)] == [True, True, False]

    flights.leave_seat()
    assert flights.take_seat()


def test_who_flies_is_named_and_gives_back_the_seat_on_landing() -> None:
    flights, may_land = Flights(1), threading.Event()
    assert flights.take_seat()
    flights.start(an_attempt("a1"), lambda: may_land.wait(10), nothing)

    assert [one.id for one in flights.now()] == ["a1"]
    assert not flights.take_seat()
    assert not flights.wait(0.01)

    may_land.set()
    assert flights.wait(10)
    assert flights.now() == []
    assert flights.take_seat()


def test_what_follows_a_landing_finds_the_seat_free() -> None:
    flights, found = Flights(1), []
    done = threading.Event()

    def then() -> None:
        found.append(flights.take_seat())
        flights.leave_seat()
        done.set()

    assert flights.take_seat()
    flights.start(an_attempt("a1"), nothing, then)

    assert done.wait(10)
    assert found == [True]


def test_a_call_that_crashes_lands_and_what_follows_happens_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    flights, done = Flights(1), threading.Event()
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)

    def crash() -> None:
        raise RuntimeError("a bug")

    assert flights.take_seat()
    flights.start(an_attempt("a1"), crash, done.set)

    assert done.wait(10)
    assert flights.wait(10)
    assert flights.take_seat()
    for thread in threading.enumerate():
        if thread.name.startswith("flight"):
            thread.join(10)
    assert [one.exc_type for one in told] == [RuntimeError]


def test_a_seat_that_was_taken_for_a_claim_counts_until_the_claim_has_ended() -> None:
    """A process that stops must wait for it: it may be about to fly."""
    flights = Flights(1)
    assert flights.wait(0)
    flights.take_seat()

    assert not flights.wait(0.01)

    flights.leave_seat()
    assert flights.wait(0)
