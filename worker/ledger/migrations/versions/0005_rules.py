"""Which rule decided about a posting's request.

A posting's requests are looked for in every organization, so their index begins with the source. Making it keeps writers waiting:
about a second for each million requests.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request", sa.Column("rule", sa.Text(), nullable=True))
    op.drop_index("request_by_job", table_name="request")
    op.create_index("request_by_posting", "request", ["source", "job_id"])
