"""Which API key was used last: another one is asked about before anything is sent with it. One new column; nothing is locked."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("key_digest", sa.Text(), nullable=True))
