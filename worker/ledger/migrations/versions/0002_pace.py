"""What pacing learns: each call's spread, one slot less for a while, and how many failing requests may be repeated.

Columns only, added without rewriting a table: no lock is held for longer than a moment.
"""

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant, Span

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("spread", Span(), nullable=True))
    op.add_column("budget", sa.Column("fewer_until", Instant(), nullable=True))
    op.add_column("budget", sa.Column("repeats", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("budget", sa.Column("probed_at", Instant(), nullable=True))
    op.add_column("organization", sa.Column("account", sa.Text(), nullable=True))
