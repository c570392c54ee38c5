"""Results that arrived in the same moment as their interview: neither transaction saw the other, so time links them.

So it does with those whose interview can be told by title and company only once the requests under way have ended.
"""

from typing import Any

import sqlalchemy as sa

from worker.ledger import linking, namesakes
from worker.ledger.connection import Tx
from worker.ledger.tables import alias, interview, request, result_name
from worker.policy import matching
from worker.policy.matching import Match

MOST_AT_ONCE = 500


def link(tx: Tx) -> int:
    """Link what can be linked now. Returns how many results."""
    found = tx.conn.execute(sa.union(_by_id(), _by_alias(), _by_external_id()).limit(MOST_AT_ONCE)).all()
    linked = sum(linking.link_waiting(tx, row[0], row[1], row[2], Match(row[3])) for row in found)
    return linked + namesakes.link(tx)


def _by_id() -> sa.Select[Any]:
    same = sa.and_(interview.c.organization == result_name.c.organization, interview.c.id == result_name.c.foreign_id)
    return _waiting(interview.c.id, Match.ID).join(interview, same)


def _by_alias() -> sa.Select[Any]:
    same = sa.and_(alias.c.organization == result_name.c.organization, alias.c.foreign_id == result_name.c.foreign_id)
    return _waiting(alias.c.interview_id, Match.ALIAS).join(alias, same)


def _by_external_id() -> sa.Select[Any]:
    """Our own link named a request, by its id or its label, that has its interview by now."""
    said = sa.func.substr(result_name.c.foreign_id, len(matching.PREFIX) + 1)
    same = sa.and_(
        result_name.c.foreign_id.startswith(matching.PREFIX, autoescape=True),
        request.c.organization == result_name.c.organization,
        sa.or_(request.c.id == said, request.c.label == sa.func.upper(said)),
        request.c.interview_id.is_not(None),
    )
    return _waiting(request.c.interview_id, Match.EXTERNAL_ID).join(request, same)


def _waiting(interview_id: sa.Column[str], how: Match) -> sa.Select[Any]:
    return sa.select(result_name.c.organization, result_name.c.foreign_id, interview_id, sa.literal(how.value))
