"""Times as the API, the command line and the pages write them."""

from datetime import UTC, datetime


def instant(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with Z, to the millisecond."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
