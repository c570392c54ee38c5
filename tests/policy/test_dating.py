"""Senders' times order what they say, as far as they can be true."""

from datetime import UTC, datetime, timedelta

import pytest

from worker.policy.dating import FURTHEST_AHEAD, changed_at

ARRIVED = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (None, ARRIVED),
        (ARRIVED - timedelta(days=900), ARRIVED - timedelta(days=900)),
        (ARRIVED + FURTHEST_AHEAD, ARRIVED + FURTHEST_AHEAD),
        (ARRIVED + FURTHEST_AHEAD + timedelta(microseconds=1), ARRIVED),
        (datetime.max.replace(tzinfo=UTC), ARRIVED),
    ],
)
def test_a_time_that_was_still_to_come_counts_as_of_its_arrival(said: datetime | None, counts: datetime) -> None:
    assert changed_at(said, ARRIVED) == counts
