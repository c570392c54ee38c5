"""Slots: evenly spaced, and counted at the moments when calls were really sent."""

import heapq
from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.stage import (
    ACME,
    DEADLINE,
    LEASE,
    MARGIN,
    ONE_SECOND,
    RULES,
    STEP,
    UNREACHABLE,
    WINDOW,
    Stage,
    created,
    limited,
)
from worker import filing
from worker.domain.outcome import Attempt
from worker.domain.request import Kind, Tier
from worker.ledger import attempts, budgets, settling
from worker.ledger.connection import Tx
from worker.policy import identity, pacing

FEW = 3
FEW_STEP = WINDOW * (1 + 1 / pacing.MARGIN) / FEW
GUARDED = WINDOW + WINDOW / pacing.CATCH_UP
_numbers = count(1)


def allow_few(bridge: Stage) -> None:
    bridge.tell(budgets.prepare, ACME, Tier.AI, FEW, WINDOW)


def file_many(bridge: Stage, number: int) -> None:
    for _ in range(number):
        bridge.file()


def test_the_first_goes_at_once_and_the_others_follow_evenly(bridge: Stage) -> None:
    file_many(bridge, 4)
    began = bridge.clock.now

    slots = [bridge.claim().slot_at - began for _ in range(4)]

    assert slots == [timedelta(0), STEP, 2 * STEP, 3 * STEP]


def test_a_claim_says_when_the_next_may_go_and_so_does_a_refusal(bridge: Stage) -> None:
    file_many(bridge, 2)

    assert bridge.try_claim().wait == STEP
    bridge.pass_time(ONE_SECOND)
    assert bridge.try_claim() == attempts.NoSlot(STEP - ONE_SECOND)


def test_a_slot_taken_a_little_late_does_not_move_the_grid(bridge: Stage) -> None:
    file_many(bridge, 2)
    late = WINDOW / pacing.CATCH_UP
    bridge.claim()
    bridge.pass_time(STEP + late)

    assert bridge.try_claim().wait == STEP - late


def test_a_slot_taken_very_late_moves_the_grid(bridge: Stage) -> None:
    file_many(bridge, 2)
    bridge.claim()
    bridge.pass_time(STEP + timedelta(seconds=10))

    assert bridge.try_claim().wait == STEP - WINDOW / pacing.CATCH_UP


def test_a_claim_that_is_not_sent_counts_for_as_long_as_it_may_be(bridge: Stage) -> None:
    allow_few(bridge)
    file_many(bridge, FEW + 1)
    waiting = [bridge.claim() for _ in range(FEW)]
    bridge.pass_time(2 * WINDOW)

    assert bridge.try_claim() == attempts.NoSlot(FEW_STEP), "all of them may still be sent in this moment"

    bridge.settle(waiting[0], UNREACHABLE)
    assert isinstance(bridge.try_claim(), attempts.Claimed)


def test_what_ended_unsent_does_not_count(bridge: Stage) -> None:
    allow_few(bridge)
    file_many(bridge, 2 * FEW)
    for _ in range(FEW):
        bridge.settle(bridge.claim(), UNREACHABLE)
    bridge.pass_time(FEW_STEP)

    assert isinstance(bridge.try_claim(), attempts.Claimed)


def test_a_lease_that_ended_unsent_gives_its_slot_back(bridge: Stage) -> None:
    allow_few(bridge)
    file_many(bridge, FEW)
    held = [bridge.claim() for _ in range(FEW)][-1]
    bridge.lose(held)

    assert bridge.ask(budgets.view, ACME, Tier.AI, bridge.clock.now).claimed == 0
    assert isinstance(bridge.try_claim(), attempts.Claimed)


def test_what_was_sent_counts_from_then_and_not_from_its_claim(bridge: Stage) -> None:
    """One slow connect followed by quick ones must not put one call too many into a window."""
    allow_few(bridge)
    file_many(bridge, FEW + 1)
    slow = bridge.claim()
    bridge.pass_time(timedelta(seconds=12))
    bridge.mark(slow)
    slow_sent = bridge.clock.now
    for _ in range(FEW - 1):
        bridge.send()
    bridge.clock.now = slow.slot_at + FEW * FEW_STEP  # by its claim, a slot would be open

    refused = bridge.try_claim()

    assert refused == attempts.NoSlot(slow_sent + GUARDED - bridge.clock.now)


def test_pings_take_slots_of_the_default_tier_and_none_of_the_other(bridge: Stage) -> None:
    bridge.file()
    bridge.file(kind=Kind.CREATE, text="")

    ping = bridge.tell(attempts.claim_ping, ACME, "boot", LEASE)

    assert isinstance(ping, Attempt)
    assert isinstance(bridge.try_claim(tier=Tier.DEFAULT), attempts.NoSlot)
    assert isinstance(bridge.try_claim(tier=Tier.AI), attempts.Claimed)
    assert isinstance(bridge.tell(attempts.claim_ping, ACME, "boot", LEASE), attempts.NoSlot)


def test_the_count_for_people_is_what_was_sent_in_the_window_and_what_is_claimed(bridge: Stage) -> None:
    file_many(bridge, 3)
    bridge.send()
    bridge.claim()
    standing = next(one for one in bridge.ask(budgets.standings) if (one.organization, one.tier) == (ACME, Tier.AI))
    assert (standing.used, standing.configured) == (2, 20)

    bridge.pass_time(WINDOW)
    standing = next(one for one in bridge.ask(budgets.standings) if (one.organization, one.tier) == (ACME, Tier.AI))
    assert standing.used == 1


# How long a connection takes, how long the worker idles before it claims again, and whether the call ends before it is sent.
calls = st.tuples(
    st.sampled_from([0, 0, 0, 10, 700, 3_000, 14_900]) | st.integers(0, 15_000),
    st.sampled_from([0, 0, 0, 0, 250, 20_000]) | st.integers(0, 70_000),
    st.sampled_from(["sent", "sent", "sent", "sent", "ended", "limited"]),
)


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(calls, min_size=8, max_size=14))
def test_no_window_holds_more_calls_than_the_limit_whatever_connecting_takes(bridge: Stage, plan) -> None:
    organization = f"org-{next(_numbers)}"
    bridge.tell(budgets.prepare, organization, Tier.AI, FEW, WINDOW)
    bridge.tell(_file_for, organization, len(plan))
    began = bridge.clock.now
    pending: list[tuple[datetime, int, Attempt, str]] = []
    sent: list[datetime] = []

    def until(moment: datetime) -> None:
        while pending and pending[0][0] <= moment:
            bridge.clock.now, _, held, fate = heapq.heappop(pending)
            _meet(bridge, held, fate, sent)
        bridge.clock.now = moment

    for number, (connecting, idle, fate) in enumerate(plan):
        until(bridge.clock.now + timedelta(milliseconds=idle))
        while not isinstance(found := bridge.try_claim(organization), attempts.Claimed):
            until(bridge.clock.now + (found.wait or ONE_SECOND))
        heapq.heappush(pending, (bridge.clock.now + timedelta(milliseconds=connecting), number, found.attempt, fate))
    until(began + timedelta(days=1))

    spans = [later - earlier for earlier, later in zip(sent, sent[FEW:], strict=False)]
    assert all(span >= GUARDED for span in spans), (sent, spans)


def _file_for(tx: Tx, organization: str, number: int) -> None:
    for one in range(number):
        text = f"Posting {one}: somebody who keeps calm while many bells ring together."
        filing.file(tx, filing.Submission(organization, text, identity=identity.brought(str(one))))


def _meet(bridge: Stage, held: Attempt, fate: str, sent: list[datetime]) -> None:
    """The connection stands: the call meets its fate."""
    if fate == "ended":
        bridge.tell(settling.settle, held.id, UNREACHABLE, RULES)
    elif bridge.tell(attempts.mark, held, DEADLINE, MARGIN):
        sent.append(bridge.clock.now)
        outcome = limited(timedelta(seconds=5)) if fate == "limited" else created()
        bridge.tell(settling.settle, held.id, outcome, RULES)
