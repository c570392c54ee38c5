"""Pacing: at the limit, under each way in which "20 per 60 s" can be counted, and never beyond it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.policy import pacing
from worker.policy.pacing import CATCH_UP, MARGIN, Budget

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=60)
STEP = timedelta(seconds=60.5) / 20
GUARDED = WINDOW + WINDOW / CATCH_UP
SECOND = timedelta(seconds=1)
EMPTY = Budget(20, WINDOW)


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


def test_when_a_call_starts_that_has_others_ahead() -> None:
    busy = replace(EMPTY, grid_at=NOW)

    assert pacing.start_of(EMPTY, NOW, 0) == NOW
    assert pacing.start_of(busy, NOW, 0) == NOW + STEP
    assert pacing.start_of(busy, NOW, 3) == NOW + 4 * STEP
    assert pacing.start_of(replace(busy, alone=True, on_trial=True), NOW, 3) is None


# The whole: an endless backlog against a server, connections that take time or none.


def drain(delays: Sequence[float], limit: int, window: timedelta) -> list[datetime]:
    """The moments of sending, if each call is claimed as early as it may be and sent after its delay (in seconds)."""
    budget, now = Budget(limit, window), NOW
    connecting: list[datetime] = []
    sent: list[datetime] = []
    for delay in delays:
        while True:
            gone = sorted(moment for moment in connecting if moment <= now)
            sent, connecting = sorted(sent + gone), [moment for moment in connecting if moment > now]
            seen = replace(budget, stamps=sent[::-1][:limit], claimed=len(connecting))
            opens = pacing.next_slot(seen, now)
            assert opens is not None
            if opens <= now:
                break
            now = min(opens, *connecting) if connecting else opens
        budget = replace(budget, grid_at=pacing.grid_after(seen, now))
        connecting.append(now + timedelta(seconds=delay))
    return sorted(sent + connecting)


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
    arrivals = [(moment - NOW).total_seconds() + phase for moment in drain([0.0] * 20 * minutes, 20, WINDOW)]

    refused = [now for number, now in enumerate(arrivals) if not algorithm(arrivals[:number], now)]

    assert refused == []
    assert len(arrivals) / (arrivals[-1] - arrivals[0]) >= 0.99 * 20 / 60


def test_margins_are_shares_of_the_window() -> None:
    long, short = (drain([0.0] * 30, 20, window) for window in (WINDOW, WINDOW / 600))

    assert [(moment - NOW) / 600 for moment in long] == pytest.approx(
        [moment - NOW for moment in short], abs=SECOND / 1e4
    )
    assert Budget(20, WINDOW).step(NOW) == WINDOW * (1 + 1 / MARGIN) / 20
