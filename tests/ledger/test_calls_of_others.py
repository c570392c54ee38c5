"""What answers let guess: somebody else's calls, how far ours are apart, and a 429 that nothing explains."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ledger.budgeting import saying, view
from tests.ledger.stage import ONE_SECOND, STEP, WINDOW, Stage, created, limited
from worker.domain.outcome import Attempt, BudgetNews
from worker.ledger import attempts
from worker.policy import pacing

A_MINUTE = timedelta(minutes=1)


def test_calls_of_somebody_else_make_room_for_them_until_the_reset(full: Stage) -> None:
    resets_at = full.clock.now + timedelta(seconds=40)

    full.settle(full.send(), saying(limit=20, remaining=9, resets_at=resets_at))

    assert view(full).foreign == 10
    assert view(full).free_of_foreign(full.clock.now) == 10
    assert full.try_claim() == attempts.NoSlot(2 * STEP)
    full.clock.now = resets_at
    assert view(full).free_of_foreign(full.clock.now) == 20


def test_foreign_use_never_outlasts_a_window_and_leaves_one_call(full: Stage) -> None:
    full.settle(full.send(), saying(remaining=0, resets_at=full.clock.now + timedelta(hours=1)))

    assert view(full).free_of_foreign(full.clock.now) == 1
    assert view(full).free_of_foreign(full.clock.now + WINDOW) == 20


def test_our_own_calls_are_not_taken_for_somebody_elses(full: Stage) -> None:
    for ours in range(1, 6):
        held = full.send()
        full.settle(held, saying(limit=20, remaining=20 - ours))

    assert view(full).foreign == 0


def test_an_answer_is_compared_with_what_was_sent_before_it_and_not_since(full: Stage) -> None:
    first = full.send()
    full.send()
    full.send()

    full.settle(first, saying(limit=20, remaining=17))

    assert view(full).foreign == 2


def test_when_the_others_stop_the_next_answer_says_so(full: Stage) -> None:
    full.settle(full.send(), saying(limit=20, remaining=5))
    full.settle(full.send(), saying(limit=20, remaining=18))

    assert view(full).foreign == 0


def test_a_429_does_not_count_as_foreign_use(full: Stage) -> None:
    news = BudgetNews(limit=20, remaining=0, closed_for=A_MINUTE)

    full.settle(full.send(), replace(limited(A_MINUTE), news=news))

    assert view(full).foreign == 0


def test_a_spread_that_was_seen_widens_the_margin_for_as_long_as_its_call_counts(full: Stage) -> None:
    slow = WINDOW / 30

    full.settle(full.send(), saying(spread=slow))
    full.settle(full.send(), saying(spread=ONE_SECOND / 10))

    assert view(full).spread == slow
    assert view(full).guard_margin == slow
    full.pass_time(WINDOW)
    assert view(full).spread == slow
    full.pass_time(WINDOW / pacing.LARGEST + STEP)
    assert view(full).spread is None, "nothing is known any more"


def test_calm_calls_go_a_little_closer(full: Stage) -> None:
    full.settle(full.send(), saying(spread=timedelta(milliseconds=5)))
    full.send()

    assert full.try_claim() == attempts.NoSlot(WINDOW * (1 + 1 / 240) / 20)


def test_the_same_outcome_settled_again_without_its_spread_keeps_it(full: Stage) -> None:
    held, outcome = full.send(), saying(spread=ONE_SECOND)
    full.settle(held, outcome)
    full.settle(held, replace(outcome, news=BudgetNews()))

    assert view(full).spread == ONE_SECOND


def at_full_pace(stage: Stage, calls: int = 20) -> Attempt:
    """The last of them is under way still."""
    for _ in range(calls - 1):
        stage.settle(stage.send(), created())
    return stage.send()


def test_a_429_at_our_full_pace_that_nothing_explains_takes_a_slot_for_an_hour(full: Stage) -> None:
    full.settle(at_full_pace(full), limited(ONE_SECOND))
    began = full.clock.now

    assert view(full).limit == 20, "the limit is what it was"
    assert view(full).slots(began) == 19
    assert view(full).slots(began + pacing.FEWER_FOR) == 20


@pytest.mark.parametrize("calls", [1, 10, 18])
def test_a_429_below_our_full_pace_is_somebody_elses_doing(full: Stage, calls: int) -> None:
    full.settle(at_full_pace(full, calls), limited(ONE_SECOND))

    assert view(full).slots(full.clock.now) == 20


def test_a_429_while_others_are_seen_or_with_another_limit_is_explained(full: Stage) -> None:
    last = at_full_pace(full)
    full.settle(last, replace(limited(ONE_SECOND), news=BudgetNews(limit=10, closed_for=ONE_SECOND)))

    assert view(full).fewer_until is None


def test_others_who_show_afterwards_give_the_slot_back(full: Stage) -> None:
    full.settle(at_full_pace(full), limited(ONE_SECOND))
    full.pass_time(WINDOW / 2)

    full.settle(full.send(), saying(limit=20, remaining=0))

    assert view(full).fewer_until is None
