"""A person's pause: nothing is sent until a person says so, whatever pings say; a refusal beside it is kept apart."""

from datetime import timedelta

import pytest

from tests.ledger.stage import ACME, ADA, BEN, BOLT, PROBE, STEP, UNAUTHORIZED, Stage, created
from worker import assembly, operators
from worker.domain.request import State
from worker.ledger import attempts, audit, organizations
from worker.operators import Refusal
from worker.shown import budget_list, one_request


def paused(bridge: Stage) -> organizations.Pause | None:
    return bridge.ask(organizations.paused, ACME)


def test_a_person_stops_one_organization_and_starts_it_again(bridge: Stage) -> None:
    request = bridge.file()
    bridge.file(organization=BOLT)
    bridge.tell(operators.pause, ADA, ACME)
    bridge.pass_time(timedelta(days=3))

    assert bridge.try_claim() == attempts.Paused()
    assert isinstance(bridge.try_claim(BOLT), attempts.Claimed)
    assert bridge.state_of(request) is State.WAITING

    bridge.tell(operators.resume, BEN, ACME)

    assert isinstance(bridge.try_claim(), attempts.Claimed)


def test_what_waits_says_who_paused_it_and_since_when(bridge: Stage) -> None:
    request = bridge.file()
    bridge.tell(operators.pause, ADA, ACME)

    told = bridge.ask(lambda tx: one_request(tx, bridge.request(request), bridge.bridge.timing))

    assert (told["reason_code"], told["eta"]) == ("paused", None)
    assert told["reason"] == "Paused by ada at 09:00 UTC. Nothing is lost; sending resumes when somebody says so."
    assert [(one["organization"], one["paused"]) for one in bridge.ask(budget_list)] == [
        (ACME, True),
        (ACME, True),
        (BOLT, False),
        (BOLT, False),
    ]


def test_calls_in_flight_end_as_they_end(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.send()
    bridge.tell(operators.pause, ADA, ACME)

    bridge.settle(held, created())

    assert bridge.state_of(request) is State.CREATED
    assert paused(bridge).by == "ada"


def test_no_ping_and_no_restart_ends_what_a_person_began(bridge: Stage) -> None:
    bridge.tell(operators.pause, ADA, ACME)

    bridge.tell(organizations.probed, ACME, accepted=True)
    assembly.prepare(bridge.bridge)

    assert (paused(bridge).by, paused(bridge).probe_at) == ("ada", None), "and nobody is asked about it"


def test_a_refusal_beneath_a_persons_pause_is_cured_by_a_ping_and_the_pause_stays(bridge: Stage) -> None:
    bridge.file()
    held = bridge.send()
    bridge.tell(operators.pause, ADA, ACME)
    bridge.settle(held, UNAUTHORIZED)
    assert paused(bridge).probe_at == bridge.clock.now + PROBE

    bridge.tell(organizations.probed, ACME, accepted=True)

    assert (paused(bridge).by, paused(bridge).facts) == ("ada", {})
    assert bridge.try_claim() == attempts.Paused()


def test_a_person_may_resume_what_a_refusal_paused_and_one_call_goes_alone_first(bridge: Stage) -> None:
    bridge.file()
    bridge.file()
    bridge.settle(bridge.send(), UNAUTHORIZED)

    bridge.tell(operators.resume, ADA, ACME)
    bridge.pass_time(STEP)
    first = bridge.send()
    bridge.pass_time(STEP)

    assert bridge.try_claim() == attempts.NoSlot(None), "the first one is on trial"
    bridge.settle(first, UNAUTHORIZED)
    assert paused(bridge).probe_every == 2 * PROBE, "refused again: it is asked less often"


def test_nobody_resumes_an_organization_whose_key_is_another_accounts(bridge: Stage) -> None:
    bridge.tell(organizations.refuse_account, ACME, {"account": "org_b", "known_account": "org_a"}, PROBE)

    with pytest.raises(Refusal, match="sprout ping --organization acme --trust"):
        bridge.tell(operators.resume, ADA, ACME)

    assert paused(bridge) is not None


def test_after_a_persons_pause_nothing_needs_to_go_alone(bridge: Stage) -> None:
    bridge.file()
    bridge.file()
    bridge.tell(operators.pause, ADA, ACME)
    bridge.tell(operators.resume, ADA, ACME)
    bridge.send()
    bridge.pass_time(STEP)

    assert isinstance(bridge.try_claim(), attempts.Claimed)


def test_the_second_of_two_is_told_what_the_first_did(bridge: Stage) -> None:
    bridge.tell(operators.pause, ADA, ACME)
    with pytest.raises(
        Refusal, match=r"acme is paused already\. ada paused it at 09:00:00 UTC\. Nothing has changed\."
    ):
        bridge.tell(operators.pause, BEN, ACME)
    bridge.tell(operators.resume, ADA, ACME)
    with pytest.raises(Refusal, match=r"acme is not paused\. ada resumed it at 09:00:00 UTC\. Nothing has changed\."):
        bridge.tell(operators.resume, BEN, ACME)

    assert [(one.actor, one.action) for one in bridge.ask(audit.of, ACME)] == [("ada", "resume"), ("ada", "pause")]


def test_a_person_may_pause_what_a_refusal_paused_already(bridge: Stage) -> None:
    bridge.file()
    bridge.settle(bridge.send(), UNAUTHORIZED)

    bridge.tell(operators.pause, ADA, ACME)

    assert paused(bridge).by == "ada"
