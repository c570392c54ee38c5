"""When a digest goes out."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from worker.policy.digesting import opens_at

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("first", "clock", "opens"),
    [
        ("2026-11-24T05:00", "08:00", "2026-11-24T07:00"),  # 06:00 there
        ("2026-11-24T07:00", "08:00", "2026-11-25T07:00"),  # at the very moment
        ("2026-11-24T12:00", "08:00", "2026-11-25T07:00"),
        ("2026-11-24T23:30", "08:00", "2026-11-25T07:00"),  # already the next day there
        ("2026-03-28T12:00", "02:30", "2026-03-29T01:30"),  # a clock time that this day lacks
        ("2026-10-24T12:00", "02:30", "2026-10-25T00:30"),  # one that comes twice
        ("2026-07-01T05:00", "08:00", "2026-07-01T06:00"),  # summer
    ],
)
def test_a_digest_opens_at_the_next_clock_time_of_the_place(first: str, clock: str, opens: str) -> None:
    moment = datetime.fromisoformat(first).replace(tzinfo=UTC)

    assert opens_at(moment, time.fromisoformat(clock), BERLIN) == datetime.fromisoformat(opens).replace(tzinfo=UTC)
