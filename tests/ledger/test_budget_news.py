"""What answers say of a budget: closed after a 429, and another limit."""

from datetime import timedelta

import pytest

from tests.ledger.budgeting import saying, view
from tests.ledger.stage import (
    ACME,
    BOLT,
    LEASE,
    NO_ANSWER,
    ONE_SECOND,
    PROBE,
    STEP,
    UNREACHABLE,
    WINDOW,
    Stage,
    created,
    limited,
)
from worker.domain.outcome import Attempt, BudgetNews, Evidence
from worker.domain.request import Kind, State, Tier
from worker.ledger import attempts, budgets, organizations, settling
from worker.policy import pacing

A_MINUTE = timedelta(minutes=1)


def test_after_a_429_nothing_is_claimed_until_the_time_that_was_asked_for(full: Stage) -> None:
    full.settle(full.send(), limited(A_MINUTE))
    closes = full.clock.now

    assert full.try_claim() == attempts.NoSlot(A_MINUTE)
    full.pass_time(A_MINUTE - ONE_SECOND)
    assert full.try_claim() == attempts.NoSlot(ONE_SECOND)
    full.pass_time(ONE_SECOND)
    assert isinstance(full.try_claim(), attempts.Claimed)
    assert full.clock.now == closes + A_MINUTE


def test_a_429_costs_the_request_nothing_and_nobody_else_anything(full: Stage) -> None:
    full.file(organization=BOLT)
    full.file(kind=Kind.CREATE, text="")
    held = full.send()

    full.settle(held, limited(A_MINUTE))

    request = full.request(held.request_id)
    assert (request.state, request.failures, request.because) == (State.WAITING, 0, None)
    assert isinstance(full.try_claim(BOLT), attempts.Claimed)
    assert isinstance(full.try_claim(tier=Tier.DEFAULT), attempts.Claimed)


def test_the_first_call_after_a_429_goes_alone(full: Stage) -> None:
    full.settle(full.send(), limited(A_MINUTE))
    full.pass_time(A_MINUTE)
    alone = full.send()
    full.pass_time(STEP)

    assert full.try_claim() == attempts.NoSlot(None), "only its answer opens the budget"

    full.settle(alone, created())
    assert isinstance(full.try_claim(), attempts.Claimed)
    full.pass_time(STEP)
    assert isinstance(full.try_claim(), attempts.Claimed), "and nobody goes alone any more"


def test_a_claim_on_trial_says_that_nobody_knows_when_the_next_may_go(full: Stage) -> None:
    full.settle(full.send(), limited(A_MINUTE))
    full.pass_time(A_MINUTE)

    assert full.try_claim().wait is None


def test_a_second_429_closes_it_again_and_the_next_goes_alone_again(full: Stage) -> None:
    full.settle(full.send(), limited(A_MINUTE))
    full.pass_time(A_MINUTE)
    full.settle(full.send(), limited(timedelta(minutes=2)))

    assert full.try_claim() == attempts.NoSlot(timedelta(minutes=2))
    full.pass_time(timedelta(minutes=2))
    full.claim()
    full.pass_time(STEP)
    assert full.try_claim() == attempts.NoSlot(None)


def test_a_call_alone_whose_process_dies_makes_room_for_the_next_alone(full: Stage) -> None:
    full.settle(full.send(), limited(A_MINUTE))
    full.pass_time(A_MINUTE)
    full.lose(full.send())

    following = full.claim()
    full.pass_time(STEP)

    assert full.try_claim() == attempts.NoSlot(None)
    full.settle(following, UNREACHABLE)


def test_a_call_alone_that_ended_without_an_answer_leaves_the_budget_open(full: Stage) -> None:
    """Its time-out says nothing against the budget, and a budget that stays shut for ever would."""
    full.settle(full.send(), limited(A_MINUTE))
    full.pass_time(A_MINUTE)
    full.settle(full.send(), NO_ANSWER)
    full.pass_time(STEP)

    assert isinstance(full.try_claim(), attempts.Claimed)


def test_the_answer_of_a_call_that_was_under_way_does_not_end_the_trial_of_another(full: Stage) -> None:
    early = full.send()
    full.settle(full.send(), limited(A_MINUTE))
    full.pass_time(A_MINUTE)
    full.claim()

    full.settle(early, created())

    assert view(full).on_trial
    full.pass_time(STEP)
    assert full.try_claim() == attempts.NoSlot(None)


def test_a_ping_does_not_end_or_take_over_the_trial_of_a_call(bridge: Stage) -> None:
    for _ in range(3):
        bridge.file(kind=Kind.CREATE, text="")
    bridge.settle(bridge.send(tier=Tier.DEFAULT), limited(A_MINUTE))
    bridge.pass_time(A_MINUTE)
    bridge.send(tier=Tier.DEFAULT)
    bridge.pass_time(ONE_SECOND)

    ping = bridge.tell(attempts.claim_ping, ACME, "boot", LEASE)
    assert isinstance(ping, Attempt)
    bridge.tell(settling.settle_ping, ping.id, Evidence(status=200), BudgetNews())
    bridge.pass_time(ONE_SECOND)

    assert bridge.try_claim(tier=Tier.DEFAULT) == attempts.NoSlot(None)


def test_a_ping_that_is_answered_429_closes_the_budget(bridge: Stage) -> None:
    bridge.file(kind=Kind.CREATE, text="")
    ping = bridge.tell(attempts.claim_ping, ACME, "boot", LEASE)
    assert bridge.mark(ping)

    bridge.tell(settling.settle_ping, ping.id, Evidence(status=429), BudgetNews(closed_for=A_MINUTE))

    assert bridge.try_claim(tier=Tier.DEFAULT) == attempts.NoSlot(A_MINUTE)
    assert bridge.tell(attempts.claim_ping, ACME, "boot", LEASE) == attempts.NoSlot(A_MINUTE)


@pytest.mark.parametrize("limit", [10, 60])
def test_a_limit_that_the_server_names_is_adopted_and_shown(full: Stage, limit: int) -> None:
    full.settle(full.send(), saying(limit=limit, remaining=limit - 1))

    standing = next(one for one in full.ask(budgets.standings) if (one.organization, one.tier) == (ACME, Tier.AI))
    assert (standing.configured, standing.view.limit) == (20, limit)
    full.claim()
    assert full.try_claim() == attempts.NoSlot(WINDOW * (1 + 1 / pacing.MARGIN) / limit)


def test_an_adopted_limit_outlives_a_restart_and_a_new_configuration_overrides_it(full: Stage) -> None:
    full.settle(full.send(), saying(limit=10))

    full.tell(budgets.prepare, ACME, Tier.AI, 20, WINDOW)
    assert view(full).limit == 10

    full.tell(budgets.prepare, ACME, Tier.AI, 40, WINDOW)
    assert view(full).limit == 40


def test_after_a_pause_the_first_call_of_each_tier_goes_alone(full: Stage) -> None:
    full.file(kind=Kind.CREATE, text="")
    full.tell(organizations.pause, ACME, {}, PROBE)
    full.tell(organizations.probed, ACME, accepted=True)

    assert full.try_claim().wait is None
    assert full.try_claim(tier=Tier.DEFAULT).wait is None
    assert not view(full, BOLT).alone
