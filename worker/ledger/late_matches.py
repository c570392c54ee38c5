"""Results that arrived in the same moment as their interview: neither transaction saw the other, so time links them."""

from typing import Any

import sqlalchemy as sa

from worker.ledger import results
from worker.ledger.connection import Tx
from worker.ledger.tables import alias, interview, request, result_name
from worker.policy import matching

MOST_AT_ONCE = 500


def link(tx: Tx) -> int:
    """Link what can be linked now. Returns how many results."""
    found = tx.conn.execute(sa.union(_by_id(), _by_alias(), _by_external_id()).limit(MOST_AT_ONCE)).all()
    return sum(results.link_waiting(tx, row[0], row[1], row[2], row[3]) for row in found)


def _by_id() -> sa.Select[Any]:
    same = sa.and_(interview.c.organization == result_name.c.organization, interview.c.id == result_name.c.foreign_id)
    return _waiting(interview.c.id, "id").join(interview, same)


def _by_alias() -> sa.Select[Any]:
    same = sa.and_(alias.c.organization == result_name.c.organization, alias.c.foreign_id == result_name.c.foreign_id)
    return _waiting(alias.c.interview_id, "alias").join(alias, same)


def _by_external_id() -> sa.Select[Any]:
    """Our own link named a request, by its id or its label, that has its interview by now."""
    said = sa.func.substr(result_name.c.foreign_id, len(matching.PREFIX) + 1)
    same = sa.and_(
        result_name.c.foreign_id.startswith(matching.PREFIX, autoescape=True),
        request.c.organization == result_name.c.organization,
        sa.or_(request.c.id == said, request.c.label == sa.func.upper(said)),
        request.c.interview_id.is_not(None),
    )
    return _waiting(request.c.interview_id, "external id").join(request, same)


def _waiting(interview_id: sa.Column[str], how: str) -> sa.Select[Any]:
    return sa.select(result_name.c.organization, result_name.c.foreign_id, interview_id, sa.literal(how))
