"""The tables of deliveries: where things go, what is on its way, and each try."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from worker.ledger.metadata import METADATA
from worker.ledger.times import Instant, Span

# As configured when a process started; `gone_at` is set for one that has left the configuration. Claims lock its row.
target = Table(
    "target",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("gone_at", Instant),
    Column("paused_at", Instant),
    Column("paused_by", Text),
    Column("pause_reason", Text),
    Column("failing_since", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("not_before", Instant),
    Column("told_failing_at", Instant),
)
target_event = Table(
    "target_event",
    METADATA,
    Column("organization", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("target", Text, ForeignKey("target.name"), primary_key=True),
)

# One row for a target and a cause: whatever announces it again adds nothing.
delivery = Table(
    "delivery",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("subjects", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("boot_id", Text),
    Column("lease_until", Instant),
    Column("because", Text),
    Column("recipients", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    sa.UniqueConstraint("target", "cause", name="delivery_once"),
)


def is_waiting(table: sa.FromClause = delivery) -> sa.ColumnElement[bool]:
    """Written out, not as a parameter, as the partial indexes have it: else a planner could not tell that they apply."""
    return table.c.state == sa.literal_column("'waiting'")


def is_sending(table: sa.FromClause = delivery) -> sa.ColumnElement[bool]:
    """The same for one that is under way."""
    return table.c.state == sa.literal_column("'sending'")


def is_open(table: sa.FromClause = delivery) -> sa.ColumnElement[bool]:
    """Either of the two."""
    return table.c.state.in_([sa.literal_column("'waiting'"), sa.literal_column("'sending'")])


def _partial(name: str, where: sa.ColumnElement[bool], *columns: Column[Any]) -> None:
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


_partial("delivery_due", is_waiting(), delivery.c.target, delivery.c.due_at, delivery.c.id)
_partial("delivery_in_order", is_open(), delivery.c.target, delivery.c.lane, delivery.c.id)
_partial("delivery_under_way", is_sending(), delivery.c.target, delivery.c.id)
Index("delivery_by_state", delivery.c.state, delivery.c.id)
Index("delivery_by_target", delivery.c.target, delivery.c.id)

delivery_try = Table(
    "delivery_try",
    METADATA,
    Column("delivery_id", Text, ForeignKey("delivery.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("status", Integer),
    Column("excerpt", Text, nullable=False),
    Column("fault", Text),
    Column("took", Span),
)
