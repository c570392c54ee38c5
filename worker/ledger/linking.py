"""Linking: a result gets its interview by the names under which it waits.

What is matched by title and company keeps its names, and gives way to whatever is known better.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from worker.domain.delivery import Subjects
from worker.ledger import aliases, announcing
from worker.ledger.connection import Tx
from worker.ledger.tables import interview, result, result_name
from worker.policy import matching
from worker.policy.matching import Match

WAITING = sa.select(result_name.c.result_id).where(
    result_name.c.organization == sa.bindparam("whose"), result_name.c.foreign_id == sa.bindparam("name")
)
OPEN = sa.or_(result.c.interview_id.is_(None), result.c.matched_by == Match.TITLE)


def link_waiting(tx: Tx, organization: str, foreign_id: str, interview_id: str, how: Match) -> int:
    """Link the results that name this interview and have none, or have theirs by title alone. Returns how many."""
    named = list(tx.conn.execute(WAITING, {"whose": organization, "name": foreign_id}).scalars())
    if not named:
        return 0
    linked = tx.conn.execute(
        sa.update(result)
        .where(result.c.id.in_(named), OPEN)
        .values(interview_id=interview_id, matched_by=how)
        .returning(result.c.id, result.c.test)
    ).all()
    for one in linked:
        announce(tx, one.id, is_preview=one.test)
    tx.conn.execute(sa.delete(result_name).where(result_name.c.result_id.in_(named)))
    return len(linked)


def learn(tx: Tx, organization: str, names: Iterable[str], interview_id: str) -> None:
    """These are names of an interview; what waits under them follows."""
    for name in names:
        if name != interview_id:
            aliases.learn(tx, organization, name, interview_id)
            link_waiting(tx, organization, name, interview_id, Match.ALIAS)


def names_of(tx: Tx, result_id: str) -> list[str]:
    """The names under which a result waits for its interview; without those that our own links gave it."""
    statement = sa.select(result_name.c.foreign_id).where(result_name.c.result_id == result_id)
    return [name for name in tx.conn.execute(statement).scalars() if not name.startswith(matching.PREFIX)]


def attach(tx: Tx, organization: str, result_id: str, interview_id: str) -> None:
    """A person says to which interview a result belongs; its names are learned, and what waits under them follows."""
    names = names_of(tx, result_id)
    linked = sa.update(result).where(result.c.id == result_id, OPEN).returning(result.c.test)
    is_preview = tx.conn.execute(linked.values(interview_id=interview_id, matched_by=Match.PERSON)).scalar_one_or_none()
    if is_preview is None:
        return  # it followed another result of the same name
    tx.conn.execute(sa.delete(result_name).where(result_name.c.result_id == result_id))
    announce(tx, result_id, is_preview=is_preview)
    learn(tx, organization, names, interview_id)


def announce(tx: Tx, result_id: str, *, is_preview: bool) -> None:
    """A result that has its interview is told of, once; a preview is nobody's."""
    if is_preview:
        return
    owned = sa.select(result, interview.c.request_id).join(interview, interview.c.id == result.c.interview_id)
    row = tx.conn.execute(owned.where(result.c.id == result_id)).mappings().one()
    about = Subjects(result=result_id, interview=row["interview_id"], request=row["request_id"])
    announcing.result_arrived(tx, row["organization"], row["event"], row["session_index"], about)
