"""A letter knows who of its recipients needs no further try. One column that may be empty: nothing is rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("recipients", sa.Text(), nullable=True))
