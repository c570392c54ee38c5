"""Which process asks for a fetch: what a dead one was asking for is asked again at once. One new column; nothing is locked."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fetch", sa.Column("holder", sa.Text(), nullable=True))
