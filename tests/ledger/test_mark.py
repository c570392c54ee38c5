"""The mark: the last moment to say no. After it, the request may have run."""

from datetime import timedelta

import pytest

from tests.ledger.stage import (
    ACME,
    LEASE,
    MARGIN,
    ONE_SECOND,
    QUARANTINE,
    UNREACHABLE,
    Stage,
    created,
    meanwhile,
)
from worker.domain.outcome import Attempt
from worker.domain.request import State
from worker.ledger import attempts, settling

LATEST = MARGIN / 2  # after the claim: a full deadline and half of the margin are left then


def test_a_mark_stamps_the_moment_of_sending(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.claim()
    bridge.pass_time(ONE_SECOND)

    assert bridge.mark(held)

    assert bridge.newest(request).sent_at == held.slot_at + ONE_SECOND


@pytest.mark.parametrize(("late", "allowed"), [(timedelta(0), True), (timedelta(milliseconds=1), False)])
def test_a_mark_needs_a_full_deadline_and_half_of_the_margin(bridge: Stage, late: timedelta, allowed: bool) -> None:
    bridge.file()
    held = bridge.claim()
    bridge.pass_time(LATEST + late)

    assert bridge.mark(held) is allowed


def test_an_attempt_whose_lease_has_ended_is_not_sent(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.claim()
    bridge.lose(held)

    assert not bridge.mark(held)
    assert bridge.state_of(request) is State.WAITING
    assert bridge.newest(request).sent_at is None


def test_an_attempt_that_was_overtaken_is_not_sent(bridge: Stage) -> None:
    request = bridge.file()
    frozen = bridge.claim()
    bridge.lose(frozen)
    bridge.send()

    assert not bridge.mark(frozen)
    assert bridge.newest(request).n == 2


def test_what_a_person_cancelled_meanwhile_is_not_sent(bridge: Stage) -> None:
    request = bridge.file()
    frozen = bridge.claim()
    bridge.lose(frozen)
    bridge.cancel(request)

    assert not bridge.mark(frozen)


def test_what_a_late_answer_created_meanwhile_is_not_sent_again(bridge: Stage) -> None:
    request = bridge.file()
    first = bridge.send()
    bridge.lose(first)
    bridge.pass_time(QUARANTINE)
    bridge.retry(request, not_there=True)
    second = bridge.claim()

    bridge.settle(first, created())

    assert not bridge.mark(second)
    assert bridge.state_of(request) is State.CREATED


def test_an_attempt_is_marked_once(bridge: Stage) -> None:
    bridge.file()
    held = bridge.send()

    assert not bridge.mark(held)


def test_an_attempt_that_has_ended_is_not_sent(bridge: Stage) -> None:
    bridge.file()
    held = bridge.claim()
    bridge.settle(held, UNREACHABLE)
    bridge.pass_time(ONE_SECOND)

    assert not bridge.mark(held)


def test_a_ping_is_marked_like_a_call(bridge: Stage) -> None:
    ping = bridge.tell(attempts.claim_ping, ACME, "boot", LEASE)
    assert isinstance(ping, Attempt)

    assert bridge.mark(ping)
    assert not bridge.mark(ping)


def test_a_ping_whose_lease_has_ended_is_not_sent(bridge: Stage) -> None:
    ping = bridge.tell(attempts.claim_ping, ACME, "boot", LEASE)
    bridge.lose(ping)

    assert not bridge.mark(ping)


def test_a_mark_between_the_sweeps_look_and_its_decision_makes_the_request_unknown(overlapping) -> None:
    bridge, other = overlapping(), overlapping()
    request = bridge.file()
    held = bridge.claim()

    with meanwhile(bridge.ledger, "FROM attempt", lambda: other.mark(held)):
        bridge.tell(settling.end_lease, held.id)

    assert bridge.state_of(request) is State.UNKNOWN
    assert bridge.newest(request).sent_at == held.slot_at
