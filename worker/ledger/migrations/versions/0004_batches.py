"""Batches: their rows, and decisions about them.

Rebuilds the index of claims: some seconds for a million requests, in which nobody writes to the table.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW_COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("origin", sa.Text(), nullable=True),
    sa.Column("organization", sa.Text(), nullable=True),
    sa.Column("actor", sa.Text(), nullable=True),
    sa.Column("columns", sa.Text(), nullable=False, server_default="[]"),
    sa.Column("run", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("read_at", Instant(), nullable=True),
    sa.Column("state", sa.Text(), nullable=False, server_default="open"),
    sa.Column("decided_by", sa.Text(), nullable=True),
    sa.Column("decided_at", Instant(), nullable=True),
    sa.Column("blocks", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("following", sa.Boolean(), nullable=False, server_default=sa.false()),
)


def upgrade() -> None:
    for column in NEW_COLUMNS:
        op.add_column("batch", column)
    _partial_index("batch_blocking", "batch", ["id"], sa.column("blocks").is_(True))
    _partial_index("batch_following", "batch", ["id"], sa.column("following").is_(True))
    op.create_index("batch_by_origin", "batch", ["origin", "id"], unique=False)
    op.add_column("request", sa.Column("parked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("request_waiting", "request")
    claimable = sa.and_(sa.column("state") == "waiting", sa.column("parked").is_(False))
    _partial_index("request_waiting", "request", ["organization", "tier", "priority", "due_at", "id"], claimable)
    _partial_index("request_parked", "request", ["batch", "id"], sa.column("parked").is_(True))
    op.create_table(
        "batch_row",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.PrimaryKeyConstraint("batch", "number"),
    )
    op.create_index("batch_row_by_request", "batch_row", ["batch", "request_id", "number"], unique=False)
    _partial_index("batch_row_unfiled", "batch_row", ["batch", "number"], sa.column("verdict").is_(None))
    _rows_of_old_batches()


def _partial_index(name: str, table: str, columns: list[str], where: sa.ColumnElement[bool]) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)


def _rows_of_old_batches() -> None:
    """What the file said is not known of them; their requests are, in the order of the file."""
    op.execute(
        "INSERT INTO batch_row (batch, number, run, verdict, request_id, cells) "
        "SELECT batch, row_number() OVER (PARTITION BY batch ORDER BY id) + 1, 0, 'new', id, '{}' "
        "FROM request WHERE batch IS NOT NULL"
    )
    op.execute("UPDATE batch SET read_at = created_at")
