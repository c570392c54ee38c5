"""The wall clock, read here only: for signatures, ids and logs. Whatever processes compare uses the database's clock."""

from datetime import UTC, datetime


def wall() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one reader
