"""A refused key pauses its organization: nothing is sent, nothing fails, nothing is lost, and it resumes by itself."""

from datetime import timedelta

from tests.ledger.stage import (
    ACME,
    BOLT,
    FORBIDDEN,
    LEASE,
    NO_ANSWER,
    PROBE,
    REJECTED,
    STEP,
    UNAUTHORIZED,
    UNAVAILABLE,
    Stage,
    created,
)
from worker import assembly
from worker.domain.outcome import Attempt
from worker.domain.request import Kind, State, Tier
from worker.ledger import attempts, organizations
from worker.ledger.organizations import LONGEST_PROBE, Pause


def pause(bridge: Stage) -> Pause | None:
    return bridge.ask(organizations.paused, ACME)


def probe(bridge: Stage, *, accepted: bool) -> None:
    """The sweep pings when the time has come."""
    found = pause(bridge)
    assert found is not None
    bridge.clock.now = max(bridge.clock.now, found.probe_at)
    bridge.tell(organizations.probed, ACME, accepted=accepted)


def refuse_alone(bridge: Stage) -> None:
    """A ping is accepted, and the first call is refused again: as with a key that lacks a scope."""
    probe(bridge, accepted=True)
    bridge.settle(bridge.send(), FORBIDDEN)


def test_a_refused_key_stops_this_organization_and_no_other(bridge: Stage) -> None:
    request = bridge.file()
    bridge.file(kind=Kind.CREATE, text="")
    bridge.file(organization=BOLT)

    bridge.settle(bridge.send(), UNAUTHORIZED)
    bridge.pass_time(timedelta(days=1))

    assert bridge.try_claim() == attempts.Paused()
    assert bridge.try_claim(tier=Tier.DEFAULT) == attempts.Paused()
    assert isinstance(bridge.try_claim(BOLT), attempts.Claimed)
    assert bridge.state_of(request) is State.WAITING
    assert bridge.request(request).failures == 0


def test_calls_in_flight_at_the_refusal_end_as_they_end_and_the_order_stays(bridge: Stage) -> None:
    requests = [bridge.file() for _ in range(4)]
    first, second, third = bridge.send(), bridge.send(), bridge.send()
    bridge.settle(second, UNAUTHORIZED)
    bridge.settle(first, UNAUTHORIZED)
    bridge.settle(third, created())

    probe(bridge, accepted=True)
    bridge.settle(bridge.send(), created())
    bridge.pass_time(STEP)

    assert bridge.state_of(requests[2]) is State.CREATED
    assert bridge.state_of(requests[0]) is State.CREATED, "the oldest goes alone"
    assert bridge.claim().request_id == requests[1]


def test_a_ping_may_go_while_everything_else_is_paused(bridge: Stage) -> None:
    bridge.tell(organizations.pause, ACME, {}, PROBE)

    assert isinstance(bridge.tell(attempts.claim_ping, ACME, "boot", LEASE), Attempt)


def test_a_pause_says_since_when_and_why_and_when_it_asks_again(bridge: Stage) -> None:
    bridge.file()
    bridge.settle(bridge.send(), FORBIDDEN)

    assert pause(bridge) == Pause(
        ACME, bridge.clock.now, {"status": 403, "body_done": True}, bridge.clock.now + PROBE, PROBE
    )
    assert bridge.ask(organizations.all_paused) == [pause(bridge)]


def test_a_second_refusal_does_not_begin_the_pause_again(bridge: Stage) -> None:
    bridge.file()
    bridge.file()
    first, second = bridge.send(), bridge.send()
    bridge.settle(first, UNAUTHORIZED)
    before = pause(bridge)
    bridge.pass_time(timedelta(seconds=30))

    bridge.settle(second, UNAUTHORIZED)

    assert pause(bridge) == before


def test_a_ping_that_is_refused_doubles_the_interval_up_to_fifteen_minutes(bridge: Stage) -> None:
    bridge.tell(organizations.pause, ACME, {}, PROBE)
    intervals = []
    for _ in range(6):
        probe(bridge, accepted=False)
        intervals.append(pause(bridge).probe_at - bridge.clock.now)

    minutes = [timedelta(minutes=count) for count in (2, 4, 8, 15, 15, 15)]
    assert intervals == minutes
    assert intervals[-1] == LONGEST_PROBE


def test_a_key_without_the_scope_is_asked_less_and_less_often_though_each_ping_succeeds(bridge: Stage) -> None:
    bridge.file()
    bridge.settle(bridge.send(), FORBIDDEN)
    intervals = [pause(bridge).probe_every]
    for _ in range(5):
        refuse_alone(bridge)
        intervals.append(pause(bridge).probe_every)

    assert intervals == [timedelta(minutes=count) for count in (1, 2, 4, 8, 15, 15)]


def test_a_call_that_is_accepted_makes_the_next_pause_begin_with_the_first_interval(bridge: Stage) -> None:
    bridge.file()
    bridge.file()
    bridge.settle(bridge.send(), FORBIDDEN)
    refuse_alone(bridge)
    probe(bridge, accepted=True)
    bridge.settle(bridge.send(), created())

    bridge.settle(bridge.send(), FORBIDDEN)

    assert pause(bridge).probe_every == PROBE


def test_a_complaint_about_the_request_shows_that_the_key_is_good(bridge: Stage) -> None:
    for _ in range(3):
        bridge.file()
    for outcome in (REJECTED, UNAVAILABLE):
        bridge.settle(bridge.send(), FORBIDDEN)
        probe(bridge, accepted=True)
        bridge.settle(bridge.send(), outcome)
        bridge.settle(bridge.send(), FORBIDDEN)
        assert pause(bridge).probe_every == PROBE
        probe(bridge, accepted=True)
        bridge.settle(bridge.send(), created())
        bridge.file()


def test_a_call_that_nobody_answered_does_not_show_that_the_key_is_good(bridge: Stage) -> None:
    bridge.file()
    bridge.file()
    bridge.settle(bridge.send(), FORBIDDEN)
    probe(bridge, accepted=True)
    bridge.settle(bridge.send(), NO_ANSWER)

    bridge.settle(bridge.send(), FORBIDDEN)

    assert pause(bridge).probe_every == 2 * PROBE


def test_a_late_success_from_before_the_pause_does_not_end_it(bridge: Stage) -> None:
    bridge.file()
    bridge.file()
    early = bridge.send()
    bridge.settle(bridge.send(), UNAUTHORIZED)

    bridge.settle(early, created())

    assert pause(bridge) is not None
    assert bridge.try_claim() == attempts.Paused()


def test_a_pause_that_outlived_a_restart_is_probed_at_once(bridge: Stage) -> None:
    bridge.tell(organizations.pause, ACME, {}, PROBE)
    bridge.pass_time(timedelta(seconds=10))

    assembly.prepare(bridge.bridge)

    assert pause(bridge).probe_at == bridge.clock.now


def test_an_answer_to_a_ping_of_an_organization_that_is_not_paused_changes_nothing(bridge: Stage) -> None:
    bridge.file()
    bridge.tell(organizations.probed, ACME, accepted=False)
    bridge.tell(organizations.probed, ACME, accepted=True)

    assert pause(bridge) is None
    assert bridge.try_claim().wait == STEP, "and the next call need not go alone"
