"""Pacing: at the limit, under each way in which "20 per 60 s" can be counted, and never beyond it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.policy import pacing
from worker.policy.pacing import CATCH_UP, LARGEST, MARGIN, Budget

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=60)
STEP = timedelta(seconds=60.5) / 20
GUARDED = WINDOW + WINDOW / CATCH_UP
SECOND = timedelta(seconds=1)
EMPTY = Budget(20, WINDOW)
UNHEARD = 1e6  # seconds: the answer comes when all is over


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("budget", "opens"),
    [
        (EMPTY, NOW),
        (replace(EMPTY, grid_at=NOW), NOW + STEP),
        (replace(EMPTY, grid_at=ago(2)), ago(2) + STEP),
        (replace(EMPTY, grid_at=ago(3600)), NOW),
        (replace(EMPTY, closed_until=NOW + 30 * SECOND), NOW + 30 * SECOND),
        (replace(EMPTY, closed_until=ago(1)), NOW),
        (replace(EMPTY, closed_until=NOW + SECOND, grid_at=NOW), NOW + STEP),
        (replace(EMPTY, stamps=[ago(1)] * 19), NOW),
        (replace(EMPTY, stamps=[ago(1)] * 20), ago(1) + GUARDED),
        (replace(EMPTY, stamps=[ago(1)] * 19, claimed=1), ago(1) + GUARDED),
        (replace(EMPTY, stamps=[ago(1), ago(5), *[ago(50)] * 18], claimed=18), ago(5) + GUARDED),
        (replace(EMPTY, claimed=20), NOW + STEP),
        (replace(EMPTY, claimed=25), NOW + STEP),
        (replace(EMPTY, alone=True), NOW),
        (replace(EMPTY, on_trial=True), NOW),
        (replace(EMPTY, alone=True, on_trial=True), None),
        (replace(EMPTY, alone=True, on_trial=True, closed_until=NOW + SECOND), None),
        (replace(EMPTY, foreign=10, foreign_until=NOW + SECOND, grid_at=NOW), NOW + 2 * STEP),
        (replace(EMPTY, foreign=10, foreign_until=NOW, grid_at=NOW), NOW + STEP),
        (replace(EMPTY, foreign=10, foreign_until=NOW + SECOND, stamps=[ago(9)] * 10), ago(9) + GUARDED),
        (replace(EMPTY, foreign=500, foreign_until=NOW + SECOND, stamps=[ago(9)]), ago(9) + GUARDED),
    ],
)
def test_when_the_next_call_may_be_claimed(budget: Budget, opens: datetime | None) -> None:
    assert pacing.next_slot(budget, NOW) == opens


@pytest.mark.parametrize(
    ("late", "grid_moves"),
    [
        (timedelta(0), timedelta(0)),
        (WINDOW / CATCH_UP, timedelta(0)),
        (WINDOW / CATCH_UP + SECOND, SECOND),
        (timedelta(hours=1), timedelta(hours=1) - WINDOW / CATCH_UP),
    ],
)
def test_the_grid_waits_for_a_slot_that_is_late_by_more_than_it_can_recover(
    late: timedelta, grid_moves: timedelta
) -> None:
    budget = replace(EMPTY, grid_at=NOW)

    assert pacing.grid_after(budget, NOW + STEP + late) == NOW + STEP + grid_moves


def test_the_first_call_begins_the_grid() -> None:
    assert pacing.grid_after(EMPTY, NOW) == NOW


@pytest.mark.parametrize(
    ("limit", "remaining", "own", "theirs"),
    [
        (20, 19, 1, 0),
        (20, 10, 10, 0),
        (20, 9, 10, 0),  # one is noise: slices may be one ahead
        (20, 8, 10, 2),
        (20, 0, 5, 15),
        (20, 20, 3, 0),  # the server has forgotten more than we have
        (10, 5, 5, 0),
    ],
)
def test_what_somebody_else_spent(limit: int, remaining: int, own: int, theirs: int) -> None:
    assert pacing.foreign_use(limit, remaining, own) == theirs


@pytest.mark.parametrize(("step", "width"), [(STEP, STEP), (timedelta(hours=1), timedelta(seconds=5))])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_who_found_no_slot_comes_after_who_took_the_last_one_and_before_the_slot_after_next(
    step: timedelta, width: timedelta, share: float
) -> None:
    late = pacing.behind(SECOND, step, share) - SECOND

    assert width / 4 <= late <= width * 3 / 4


def test_when_a_call_starts_that_has_others_ahead() -> None:
    busy = replace(EMPTY, grid_at=NOW)

    assert pacing.start_of(EMPTY, NOW, 0) == NOW
    assert pacing.start_of(busy, NOW, 0) == NOW + STEP
    assert pacing.start_of(busy, NOW, 3) == NOW + 4 * STEP
    assert pacing.start_of(replace(busy, alone=True, on_trial=True), NOW, 3) is None


# The whole: an endless backlog against a server, connections that take time or none.


@dataclass(frozen=True)
class Call:
    """In seconds: from its claim to its stamp, from there to the server, and from there to the answer."""

    delay: float = 0.0
    spread: float = 0.0
    lasts: float = 0.0


def drain(delays: Sequence[float], limit: int, window: timedelta) -> list[datetime]:
    """The moments of sending, if each call is claimed as early as it may be and sent after its delay (in seconds)."""
    return sorted(one.sent for one in play([Call(delay, lasts=UNHEARD) for delay in delays], limit, window))


@dataclass(frozen=True)
class Played:
    """When it was sent, arrived, and was answered."""

    sent: datetime
    arrived: datetime
    answered: datetime


def play(calls: Sequence[Call], limit: int, window: timedelta) -> list[Played]:
    """An endless backlog: each call is claimed as early as the ledger would let it."""
    budget, now = Budget(limit, window), NOW
    played: list[Played] = []
    for call in calls:
        while True:
            seen = replace(budget, **as_the_ledger_sees(played, limit, window, now))
            opens = pacing.next_slot(seen, now)
            assert opens is not None
            if opens <= now:
                break
            now = min([opens, *(one.sent for one in played if one.sent > now)])
        budget = replace(budget, grid_at=pacing.grid_after(seen, now))
        sent = now + call.delay * SECOND
        arrived = sent + call.spread * SECOND
        played.append(Played(sent, arrived, arrived + call.lasts * SECOND))
    return played


def as_the_ledger_sees(played: Sequence[Played], limit: int, window: timedelta, now: datetime) -> dict[str, object]:
    """What a call's spread was is known with its answer."""
    sent = sorted((one for one in played if one.sent <= now), key=lambda one: one.sent, reverse=True)
    newest = [one for one in sent[:limit] if one.sent > now - window - window / LARGEST]
    return {
        "stamps": [one.sent for one in newest],
        "claimed": sum(one.sent > now for one in played),
        "spread": max((one.arrived - one.sent for one in newest if one.answered <= now), default=None),
    }


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    delays=st.lists(st.sampled_from([0.0, 0.0, 0.03, 3.0]) | st.floats(0, 15), min_size=10, max_size=80),
    limit=st.sampled_from([1, 3, 7, 20]),
)
def test_no_window_and_half_the_margin_holds_more_than_the_limit_whatever_connecting_takes(
    delays: list[float], limit: int
) -> None:
    sent = drain(delays, limit, WINDOW)

    assert all(later - earlier >= GUARDED for earlier, later in zip(sent, sent[limit:], strict=False))


def test_one_slow_connection_before_quick_ones_makes_no_twenty_first() -> None:
    sent = drain([3.0] + [0.0] * 40, 20, WINDOW)

    assert all(later - earlier >= GUARDED for earlier, later in zip(sent, sent[20:], strict=False))


def log(arrived: Sequence[float], now: float) -> bool:
    return sum(moment > now - 60 for moment in arrived) < 20


def fixed(arrived: Sequence[float], now: float) -> bool:
    return sum(moment // 60 == now // 60 for moment in arrived) < 20


def weighted(arrived: Sequence[float], now: float) -> bool:
    """Two slices, the older one by the share of it that the window still covers; rounded down, as it is commonly built."""
    into = now % 60
    older = sum(moment // 60 == now // 60 - 1 for moment in arrived)
    newer = sum(moment // 60 == now // 60 for moment in arrived)
    return int(older * (60 - into) / 60) + newer < 20


@pytest.mark.parametrize("algorithm", [log, fixed, weighted])
@pytest.mark.parametrize("phase", [0.0, 0.4, 17.0, 59.9])
def test_a_backlog_drains_at_99_percent_of_the_limit_and_is_never_refused(
    algorithm: Callable[[Sequence[float], float], bool], phase: float
) -> None:
    minutes = 12
    played = play([Call(lasts=5)] * 20 * minutes, 20, WINDOW)
    arrivals = [(one.arrived - NOW).total_seconds() + phase for one in played]

    assert refused(algorithm, arrivals) == []
    assert (len(arrivals) - 1) / (arrivals[-1] - arrivals[0]) >= 0.995 * 20 / 60


def refused(algorithm: Callable[[Sequence[float], float], bool], arrivals: Sequence[float]) -> list[float]:
    admitted: list[float] = []
    turned_away = []
    for now in sorted(arrivals):
        (admitted if algorithm(admitted, now) else turned_away).append(now)
    return turned_away


DELAYS = st.sampled_from([0.0, 0.1]) | st.floats(0, 4)
LASTS = st.sampled_from([0.1, 5, 30])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    calls=st.lists(st.builds(Call, DELAYS, st.sampled_from([0.0, 0.3]) | st.floats(0, 6), LASTS), max_size=70),
)
def test_whatever_way_calls_take_no_window_of_the_server_holds_more_than_the_limit(calls: list[Call]) -> None:
    """Up to a tenth of the window, if each is known before its place in the window is taken again."""
    arrivals = [(one.arrived - NOW).total_seconds() for one in play(calls, 20, WINDOW)]

    assert refused(log, arrivals) == []


@pytest.mark.parametrize("algorithm", [log, fixed, weighted])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    most=st.sampled_from([0.0, 0.02, 0.125, 0.2, 0.5, 1.5, 6.0]),
    phase=st.floats(0, 60),
)
def test_spreads_that_stay_below_what_was_seen_are_never_refused(
    algorithm: Callable[[Sequence[float], float], bool], seed: int, most: float, phase: float
) -> None:
    """Arrivals and claims that come late by chance, each within what the margin was made for."""
    chance, budget, now = Random(seed), replace(EMPTY, spread=most * SECOND), NOW
    arrivals = []
    for _ in range(90):
        budget = replace(budget, grid_at=pacing.grid_after(budget, now), stamps=[now, *budget.stamps][:20])
        arrivals.append((now - NOW).total_seconds() + phase + chance.choice([0, chance.uniform(0, most), most]))
        late = chance.choice([0, chance.uniform(0, 1), 1, 5]) * budget.catch_up
        now = (pacing.next_slot(budget, now) or now) + late

    assert refused(algorithm, arrivals) == []


@pytest.mark.parametrize(
    ("spread", "guard", "pace", "catches_up"),
    [
        (None, WINDOW / 240, WINDOW / 120, WINDOW / 240),
        (timedelta(0), WINDOW / 480, WINDOW / 240, WINDOW / 240),
        (WINDOW / 480, WINDOW / 480, WINDOW / 240, WINDOW / 480),
        (WINDOW / 320, WINDOW / 320, WINDOW / 160, WINDOW / 320),
        (WINDOW / 40, WINDOW / 40, WINDOW / 40 + WINDOW / 240, WINDOW / 240),
        (WINDOW, WINDOW / 10, WINDOW / 10 + WINDOW / 240, WINDOW / 240),
    ],
)
def test_margins_follow_the_spread(
    spread: timedelta | None, guard: timedelta, pace: timedelta, catches_up: timedelta
) -> None:
    budget = replace(EMPTY, spread=spread)

    assert (budget.guard_margin, budget.margin, budget.catch_up) == (guard, pace, catches_up)
    assert budget.step(NOW) == (WINDOW + pace) / 20
    assert pacing.next_slot(replace(budget, stamps=[ago(1)] * 20), NOW) == ago(1) + WINDOW + guard
    assert pacing.grid_after(replace(budget, grid_at=NOW), NOW + WINDOW) == NOW + WINDOW - catches_up


def strict(arrived: Sequence[float], now: float) -> bool:
    """As `weighted`, but nothing is rounded down."""
    into = now % 60
    older = sum(moment // 60 == now // 60 - 1 for moment in arrived)
    newer = sum(moment // 60 == now // 60 for moment in arrived)
    return older * (60 - into) / 60 + newer + 1 <= 20


@pytest.mark.parametrize("phase", [0.0, 0.4, 17.0, 59.9])
def test_with_one_slot_less_a_server_that_does_not_round_down_refuses_nothing(phase: float) -> None:
    budget, now, arrivals = replace(EMPTY, fewer_until=NOW + timedelta(hours=1), spread=timedelta(0)), NOW, []
    for _ in range(240):
        budget = replace(budget, grid_at=pacing.grid_after(budget, now), stamps=[now, *budget.stamps][:20])
        arrivals.append((now - NOW).total_seconds() + phase)
        now = pacing.next_slot(budget, now) or NOW

    assert refused(strict, arrivals) == []
    assert (len(arrivals) - 1) / (arrivals[-1] - arrivals[0]) >= 0.935 * 20 / 60


def test_one_slot_less_lasts_until_its_time_and_leaves_one() -> None:
    fewer = replace(EMPTY, fewer_until=NOW + SECOND)

    assert (fewer.slots(NOW), fewer.slots(NOW + SECOND)) == (19, 20)
    assert replace(fewer, foreign=5, foreign_until=NOW + SECOND).slots(NOW) == 14
    assert replace(fewer, limit=1).slots(NOW) == 1
    assert replace(fewer, stamps=[ago(9)] * 19).free_of_foreign(NOW) == 20, "nobody else has taken it"


def test_margins_are_shares_of_the_window() -> None:
    long, short = (drain([0.0] * 30, 20, window) for window in (WINDOW, WINDOW / 600))

    assert [(moment - NOW) / 600 for moment in long] == pytest.approx(
        [moment - NOW for moment in short], abs=SECOND / 1e4
    )
    assert Budget(20, WINDOW).step(NOW) == WINDOW * (1 + 1 / MARGIN) / 20
