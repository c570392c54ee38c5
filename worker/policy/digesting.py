"""When the messages of a day go out together."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def opens_at(first: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """The first `clock` of the place after `first`, the moment of the oldest message that waits.

    A clock time that a day lacks, because summer time begins, is taken as if it did not; one that comes twice, as the first.
    """
    day = first.astimezone(zone).date()
    today, tomorrow = (datetime.combine(one, clock, zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return today if today > first else tomorrow
