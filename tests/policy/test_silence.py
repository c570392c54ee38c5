"""When a source counts as quiet."""

from datetime import UTC, datetime, timedelta

import pytest

from worker.policy import silence

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def every(gap: timedelta, since: timedelta, count: int = 20) -> list[datetime]:
    """Moments, newest first, the newest `since` ago."""
    return [NOW - since - number * gap for number in range(count)]


@pytest.mark.parametrize(
    ("gap", "since", "quiet"),
    [
        (HOUR, 2 * DAY, False),  # a weekend
        (HOUR, 3 * DAY + HOUR, True),
        (7 * DAY, 13 * DAY, False),
        (7 * DAY, 15 * DAY, True),
    ],
)
def test_a_source_is_quiet_after_twice_its_longest_silence_and_never_within_a_weekend(
    gap: timedelta, since: timedelta, quiet: bool
) -> None:
    assert silence.is_quiet(every(gap, since), NOW) is quiet


def test_a_source_with_a_short_past_is_not_judged() -> None:
    assert not silence.is_quiet(every(HOUR, 300 * DAY, count=silence.FEWEST - 1), NOW)
    assert not silence.is_quiet([], NOW)
