"""Applications, their invitations, and the results that belong to them.

Adds a column to results without touching their rows: a lock of an instant.
"""

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=True),
        sa.Column("candidate_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.Column("requisition_id", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("stage_id", sa.Text(), nullable=True),
        sa.Column("at_stage", sa.Boolean(), nullable=False),
        sa.Column("reached_at", Instant(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("invitation", sa.Text(), nullable=False),
        sa.Column("interview_id", sa.Text(), nullable=True),
        sa.Column("invited_at", Instant(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("candidate_index", sa.Text(), nullable=True),
        sa.Column("email_index", sa.Text(), nullable=True),
        sa.Column("sealed_with", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key", name="application_once"),
    )
    op.create_index("application_by_organization", "application", ["organization", "id"], unique=False)
    op.create_index("application_by_candidate", "application", ["candidate_index"], unique=False)
    op.create_index("application_by_email", "application", ["email_index"], unique=False)
    op.create_index("application_sealed", "application", ["sealed_with"], unique=False)
    invitation: sa.ColumnElement[str] = sa.column("invitation")
    _partial(
        "application_pending", ["source", "job_id", "requisition_id"], invitation.in_(["waiting", "unclear", "closed"])
    )
    _partial("application_invited", ["source", "reminded", "invited_at"], invitation == "invited")
    op.add_column("result", sa.Column("started_at", Instant(), nullable=True))
    op.create_table(
        "attribution",
        sa.Column("result_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"]),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"]),
        sa.PrimaryKeyConstraint("result_id"),
    )
    op.create_index("attribution_by_application", "attribution", ["application_id", "result_id"], unique=False)


def _partial(name: str, columns: list[str], where: sa.ColumnElement[bool]) -> None:
    op.create_index(name, "application", columns, unique=False, sqlite_where=where, postgresql_where=where)
