"""Deliveries: what targets are told of, and each try.

Adds tables, and a column to batches; nothing that exists is rewritten. Batches from before are not announced.
"""

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant, Span

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch", sa.Column("told_run", sa.Integer(), nullable=True))
    op.execute("UPDATE batch SET told_run = run")
    _targets()
    _deliveries()


def _targets() -> None:
    op.create_table(
        "target",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("failing_since", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("told_failing_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "target_event",
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["target.name"]),
        sa.PrimaryKeyConstraint("organization", "event", "target"),
    )


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("target", "cause", name="delivery_once"),
    )
    waiting, sending = sa.text("state = 'waiting'"), sa.text("state = 'sending'")
    _partial_index("delivery_due", ["target", "due_at", "id"], waiting)
    _partial_index("delivery_in_order", ["target", "lane", "id"], sa.text("state IN ('waiting', 'sending')"))
    _partial_index("delivery_under_way", ["target", "id"], sending)
    op.create_index("delivery_by_state", "delivery", ["state", "id"], unique=False)
    op.create_index("delivery_by_target", "delivery", ["target", "id"], unique=False)
    op.create_table(
        "delivery_try",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("took", Span(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("delivery_id", "n"),
    )


def _partial_index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "delivery", columns, unique=False, sqlite_where=where, postgresql_where=where)
