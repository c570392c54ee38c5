"""By what a file is known again, once for all who begin it; until when somebody reads it. A table, a column, an index less."""

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_mark",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"]),
        sa.PrimaryKeyConstraint("mark", "organization"),
    )
    op.create_index("batch_mark_by_batch", "batch_mark", ["batch"], unique=False)
    op.execute(
        "INSERT INTO batch_mark (mark, organization, batch) SELECT origin, coalesce(organization, ''), max(id) FROM batch "
        "WHERE origin IS NOT NULL GROUP BY origin, coalesce(organization, '')"
    )
    op.drop_index("batch_by_origin", "batch")
    op.add_column("batch", sa.Column("read_until", Instant(), nullable=True))
