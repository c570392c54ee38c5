"""Who was erased may be readmitted. One column; a moment."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("erased", sa.Column("lifted_at", Instant(), nullable=True))
