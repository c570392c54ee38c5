"""A person may pause an organization, beside the pause that a refused key makes."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("held_at", Instant(), nullable=True))
    op.add_column("organization", sa.Column("held_by", sa.Text(), nullable=True))
