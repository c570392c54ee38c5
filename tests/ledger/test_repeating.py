"""Repetitions of what failed are a small part of what is sent: claims and the reasons that people read."""

from datetime import timedelta

from tests.ledger.stage import ONE_SECOND, STEP, UNAVAILABLE, UNREACHABLE, Stage, created
from worker import shown
from worker.domain.request import State
from worker.ledger import attempts, processes
from worker.policy.repeats import PROBE_EVERY


def fail(bridge: Stage, number: int) -> list[str]:
    """So many requests, each of which failed once; all of them are due again."""
    failed = []
    for _ in range(number):
        bridge.file()
    for _ in range(number):
        held = bridge.send()
        bridge.settle(held, UNAVAILABLE)
        failed.append(held.request_id)
    bridge.pass_time(timedelta(minutes=1))
    return failed


def test_of_twenty_that_failed_two_are_repeated_and_then_one_in_half_a_minute(bridge: Stage) -> None:
    fail(bridge, 20)
    again = 0
    ends = bridge.clock.now + 3 * PROBE_EVERY - ONE_SECOND
    while bridge.clock.now < ends:
        found = bridge.try_claim()
        if isinstance(found, attempts.Claimed):
            again += 1
            assert bridge.mark(found.attempt)
            bridge.settle(found.attempt, UNAVAILABLE)
        bridge.pass_time(ONE_SECOND)

    assert again == 2 + 3


def test_first_sends_do_not_wait_behind_repetitions(bridge: Stage) -> None:
    fail(bridge, 5)
    bridge.settle(bridge.send(), UNAVAILABLE)  # the probe
    fresh = bridge.file()
    bridge.pass_time(STEP)

    found = bridge.try_claim()

    assert isinstance(found, attempts.Claimed)
    assert found.request.id == fresh


def test_a_claim_that_finds_repetitions_only_says_when_the_next_may_go(bridge: Stage) -> None:
    fail(bridge, 5)
    bridge.settle(bridge.send(), UNAVAILABLE)
    bridge.pass_time(STEP)

    assert bridge.try_claim() == attempts.NothingDue(PROBE_EVERY - STEP)


def test_once_a_repetition_succeeds_the_others_follow_at_the_usual_pace(bridge: Stage) -> None:
    failed = fail(bridge, 9)
    for _ in failed:
        found = bridge.try_claim()
        assert isinstance(found, attempts.Claimed), found
        assert bridge.mark(found.attempt)
        bridge.settle(found.attempt, created())
        bridge.pass_time(STEP)

    assert {bridge.state_of(one) for one in failed} == {State.CREATED}


def test_a_request_that_never_arrived_is_no_repetition(bridge: Stage) -> None:
    for _ in range(4):
        bridge.file()
    for _ in range(12):
        bridge.settle(bridge.claim(), UNREACHABLE)
        bridge.pass_time(timedelta(minutes=1))

    assert isinstance(bridge.try_claim(), attempts.Claimed)


def test_who_waits_for_others_to_be_repeated_says_so(bridge: Stage) -> None:
    failed = fail(bridge, 5)
    bridge.tell(processes.report, "boot", "here", 1)
    bridge.settle(bridge.send(), UNAVAILABLE)
    waiting = next(one for one in failed if bridge.request(one).failures == 1)

    told = bridge.ask(shown.one_request, bridge.request(waiting), bridge.bridge.timing)

    assert told["reason_code"] == "backing_off"
    assert told["reason"] == "TalentSprout answered 503, and not only here. The next of these is tried again in 30 s."
    assert told["eta"] is None


def test_a_lone_request_is_repeated_at_once_when_its_wait_is_over(bridge: Stage) -> None:
    request = bridge.file()
    bridge.settle(bridge.send(), UNAVAILABLE)
    bridge.clock.now = max(bridge.clock.now + STEP, bridge.request(request).due_at)

    assert isinstance(bridge.try_claim(), attempts.Claimed)
