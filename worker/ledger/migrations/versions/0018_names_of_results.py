"""The names of one result are found at once. An index of a small table."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("result_name_by_result", "result_name", ["result_id"], unique=False)
