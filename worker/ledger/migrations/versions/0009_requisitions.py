"""When all postings of a requisition were closed. A new table; nothing that exists is touched."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requisition",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("requisition_id", sa.Text(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "requisition_id"),
    )
