"""Results that arrived in the same moment as their interview: neither transaction saw the other, so time links them."""

import sqlalchemy as sa

from worker.ledger import results
from worker.ledger.connection import Tx
from worker.ledger.tables import alias, interview, request, result, result_name
from worker.policy import matching

MOST_AT_ONCE = 500


def link(tx: Tx) -> int:
    """Link what can be linked now. Returns how many results."""
    by_id = sa.select(result_name.c.organization, result_name.c.foreign_id, interview.c.id, sa.literal("id")).join(
        interview,
        sa.and_(interview.c.organization == result_name.c.organization, interview.c.id == result_name.c.foreign_id),
    )
    by_alias = sa.select(
        result_name.c.organization, result_name.c.foreign_id, alias.c.interview_id, sa.literal("alias")
    ).join(
        alias,
        sa.and_(alias.c.organization == result_name.c.organization, alias.c.foreign_id == result_name.c.foreign_id),
    )
    found = tx.conn.execute(by_id.union(by_alias).limit(MOST_AT_ONCE)).all()
    named = sum(results.link_waiting(tx, row[0], row[1], row[2], row[3]) for row in found)
    return named + _by_external_id(tx)


def _by_external_id(tx: Tx) -> int:
    """Those whose own link named a request that has its interview by now."""
    ours = sa.select(result).where(
        result.c.interview_id.is_(None), result.c.external_id.startswith(matching.PREFIX, autoescape=True)
    )
    count = 0
    for row in tx.conn.execute(ours.limit(MOST_AT_ONCE)).mappings().all():
        made = sa.select(request.c.interview_id).where(
            request.c.organization == row["organization"], request.c.id == matching.request_in(row["external_id"])
        )
        interview_id = tx.conn.execute(made).scalar_one_or_none()
        if interview_id is not None:
            changes = {"interview_id": interview_id, "matched_by": "external id"}
            tx.conn.execute(sa.update(result).where(result.c.id == row["id"]).values(changes))
            count += 1
    return count
