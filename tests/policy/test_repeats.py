"""Repetitions of what failed: a tenth of the sends, then one in half a minute, and freely once they succeed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.policy import repeats
from worker.policy.repeats import MOST_SAVED, PROBE_EVERY, SENDS_FOR_ONE, Repeats

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("left", "at"),
    [
        (Repeats(), NOW),
        (Repeats(SENDS_FOR_ONE, NOW), NOW),
        (Repeats(SENDS_FOR_ONE - 1, NOW - SECOND), NOW - SECOND + PROBE_EVERY),
        (Repeats(0, NOW - timedelta(hours=1)), NOW),
    ],
)
def test_when_the_next_repetition_may_go(left: Repeats, at: datetime) -> None:
    assert repeats.next_at(left, NOW) == at


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=300))
def test_repetitions_stay_below_a_tenth_of_the_first_sends_and_a_probe_in_each_half_minute(
    tries: list[tuple[bool, int]],
) -> None:
    left, now, first, again = Repeats(), NOW, 0, 0
    for wants_again, seconds in tries:
        now += seconds * SECOND
        if wants_again and repeats.next_at(left, now) > now:
            continue
        left = repeats.after_sending(left, now, again=wants_again)
        first, again = first + (not wants_again), again + wants_again

    assert again <= first / 10 + (now - NOW) / PROBE_EVERY + 1


def test_what_is_saved_has_an_end() -> None:
    left = Repeats()
    for _ in range(1000):
        left = repeats.after_sending(left, NOW, again=False)

    assert left.saved == MOST_SAVED


def test_repetitions_that_succeed_go_on_at_once() -> None:
    left = repeats.after_sending(Repeats(), NOW, again=True)
    assert repeats.next_at(left, NOW) > NOW

    for _ in range(20):
        left = repeats.after_success(left)
        assert repeats.next_at(left, NOW) == NOW
        left = repeats.after_sending(left, NOW, again=True)
