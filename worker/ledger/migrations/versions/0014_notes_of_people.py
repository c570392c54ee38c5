"""Notes in ATSs know whose they are, so that they are forgotten with them. A column and an index of a small table."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("written_note", sa.Column("about", sa.Text(), nullable=True))
    op.create_index("written_note_about", "written_note", ["about"], unique=False)
