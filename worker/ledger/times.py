"""Instants as columns: microseconds since 1970 in UTC, alike on both databases and cheap to compare."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept as a BIGINT."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> int | None:
        """To the column."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any | None, _dialect: sa.Dialect) -> datetime | None:
        """From the column."""
        return None if value is None else EPOCH + timedelta(microseconds=int(value))


class Span(sa.types.TypeDecorator[timedelta]):
    """A duration, kept as a BIGINT of microseconds."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, _dialect: sa.Dialect) -> int | None:
        """To the column."""
        return None if value is None else value // MICROSECOND

    def process_result_value(self, value: Any | None, _dialect: sa.Dialect) -> timedelta | None:
        """From the column."""
        return None if value is None else timedelta(microseconds=int(value))
