"""When a digest goes out."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from worker.policy.digesting import openings

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "clock", "last", "following"),
    [
        ("2026-11-24T05:00", "08:00", "2026-11-23T07:00", "2026-11-24T07:00"),  # 06:00 there
        ("2026-11-24T07:00", "08:00", "2026-11-24T07:00", "2026-11-25T07:00"),  # at the very moment
        ("2026-11-24T12:00", "08:00", "2026-11-24T07:00", "2026-11-25T07:00"),
        ("2026-11-24T23:30", "08:00", "2026-11-24T07:00", "2026-11-25T07:00"),  # already the next day there
        ("2026-03-28T12:00", "02:30", "2026-03-28T01:30", "2026-03-29T01:30"),  # a clock time that a day lacks
        ("2026-10-24T12:00", "02:30", "2026-10-24T00:30", "2026-10-25T00:30"),  # one that comes twice
        ("2026-07-01T05:00", "08:00", "2026-06-30T06:00", "2026-07-01T06:00"),  # summer
    ],
)
def test_a_digest_opens_at_the_clock_time_of_the_place(now: str, clock: str, last: str, following: str) -> None:
    moment, *expected = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (now, last, following))

    assert openings(moment, time.fromisoformat(clock), BERLIN) == tuple(expected)
