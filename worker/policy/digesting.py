"""When the messages of a day go out together."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def openings(now: datetime, clock: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The last `clock` of the place, which may be now, and the next one. What happened before the last one goes out now.

    A clock time that a day lacks, because summer time begins, is taken as if it did not; one that comes twice, as the first.
    """
    today = now.astimezone(zone).date()

    def opening(day: date) -> datetime:
        return datetime.combine(day, clock, zone).astimezone(UTC)

    if opening(today) <= now:
        return opening(today), opening(today + DAY)
    return opening(today - DAY), opening(today)
