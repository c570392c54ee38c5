"""Fetches: what is asked of the ATSs' own APIs. Two new tables; nothing is locked."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fetch",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("event_at", Instant(), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("announced", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("next", sa.Text(), nullable=True),
        sa.Column("began_at", Instant(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", "what", "subject"),
    )
    waiting = sa.column("state") == "waiting"
    op.create_index(
        "fetch_waiting", "fetch", ["source", "due_at"], unique=False, sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "source_api",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("closed_until", Instant(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("trouble_at", Instant(), nullable=True),
        sa.Column("succeeded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )
