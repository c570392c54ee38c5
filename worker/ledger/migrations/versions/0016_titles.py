"""Results find the only interview of their title and company. Columns and two indexes; the rows that are there are filled in.

A million interviews take about a minute; of results only the unmatched ones are filled in.
"""

import json

import sqlalchemy as sa
from alembic import op

from worker.ledger.times import Instant
from worker.policy import matching

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AT_ONCE = 1000
KEYS = ("title_key", "company_key")
_INTERVIEW = sa.table("interview", *map(sa.column, ("id", "raw", "request_id", "stored_at", *KEYS, "made_at")))
_REQUEST = sa.table("request", *map(sa.column, ("id", "title")))
_RESULT = sa.table("result", *map(sa.column, ("id", "title", "company", "interview_id", *KEYS)))
_NAME = sa.table("result_name", *map(sa.column, ("result_id", "foreign_id")))


def upgrade() -> None:
    for table in ("interview", "result"):
        for name in KEYS:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
    op.add_column("interview", sa.Column("made_at", Instant(), nullable=True))
    _fill_interviews(op.get_bind())
    _fill_results(op.get_bind())
    op.create_index("interview_by_title", "interview", ["organization", "title_key"], unique=False)
    op.create_index("result_by_title", "result", ["organization", "title_key"], unique=False)


def _fill_interviews(conn: sa.Connection) -> None:
    stored = sa.select(_INTERVIEW.c.id, _INTERVIEW.c.raw, _INTERVIEW.c.stored_at, _REQUEST.c.title)
    stored = stored.outerjoin(_REQUEST, _REQUEST.c.id == _INTERVIEW.c.request_id).order_by(_INTERVIEW.c.id)
    update = sa.update(_INTERVIEW).where(_INTERVIEW.c.id == sa.bindparam("it"))
    update = update.values(
        title_key=sa.bindparam("b_title"),
        company_key=sa.bindparam("b_company"),
        made_at=sa.func.coalesce(sa.bindparam("b_made", type_=Instant()), _INTERVIEW.c.stored_at),
    )
    after = ""
    while rows := conn.execute(stored.where(_INTERVIEW.c.id > after).limit(AT_ONCE)).all():
        told = [(row, json.loads(row.raw)) for row in rows]
        values = [
            {
                "it": row.id,
                "b_title": matching.alike(raw.get("title") or row.title),
                "b_company": matching.alike(raw.get("company_name")),
                "b_made": matching.made_at(raw),
            }
            for row, raw in told
        ]
        conn.execute(update, values)
        after = rows[-1].id


def _fill_results(conn: sa.Connection) -> None:
    unmatched = sa.select(_RESULT.c.id, _RESULT.c.title, _RESULT.c.company).where(_RESULT.c.interview_id.is_(None))
    update = sa.update(_RESULT).where(_RESULT.c.id == sa.bindparam("it"))
    update = update.values(title_key=sa.bindparam("b_title"), company_key=sa.bindparam("b_company"))
    for row in conn.execute(unmatched).all():
        named = sa.select(_NAME.c.foreign_id).where(_NAME.c.result_id == row.id)
        title = matching.title_of(row.title, list(conn.execute(named).scalars()))
        conn.execute(update, {"it": row.id, "b_title": title, "b_company": matching.alike(row.company)})
