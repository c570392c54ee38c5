"""Namesakes: a result whose interview nothing else names belongs to the only interview of its organization that has its title
and company. Where more than one may be meant, or something speaks against it, it stays unmatched, and a person says which it is.

What speaks against it: another interview of that title whose company is not known, or a request that may have made one; a session
that began before the interview was made, or one known by the same name that did; results that name this interview otherwise; a
UUID, which is TalentSprout's own id of another one (such results have no `title_key`).
"""

from functools import cache
from typing import Any

import sqlalchemy as sa

from worker.domain.request import State
from worker.domain.result import CandidateResult
from worker.ledger import applications, linking
from worker.ledger.connection import Tx
from worker.ledger.tables import attribution, interview, request, result, result_name
from worker.ledger.takes import began
from worker.policy import matching
from worker.policy.matching import Match

SAME = ("organization", "title_key", "company_key")
MOST_AT_ONCE = 200
MOST_OPEN = 1000  # titles of requests of which it is not known what exists; beyond, nothing is told by title
UNMATCHED = sa.and_(result.c.interview_id.is_(None), result.c.title_key.is_not(None))
CERTAIN = (Match.ID, Match.ALIAS, Match.LINK, Match.PERSON)  # of such an interview it is known how results name it


def link(tx: Tx) -> int:
    """Link what can be told by title and company now. Returns how many results."""
    still_open = _still_open(tx)
    found = [] if still_open is None else list(tx.conn.execute(_some(), {"open": still_open}).scalars())
    return sum(link_one(tx, result_id) for result_id in found)


def link_one(tx: Tx, result_id: str) -> bool:
    """Link this result if its interview can be told by title and company."""
    still_open = _still_open(tx)
    if still_open is None:
        return False
    found = tx.conn.execute(_one(), {"it": result_id, "open": still_open}).one_or_none()
    if found is None or not _is_of_its_application(tx, result_id, found.interview):
        return False
    values = {"interview_id": found.interview, "matched_by": Match.TITLE}
    tx.conn.execute(sa.update(result).where(result.c.id == result_id).values(**values))
    linking.announce(tx, result_id, is_preview=found.test)
    return True


def there_are(tx: Tx, organization: str, arrived: CandidateResult) -> bool:
    """Whether an interview may be meant by a result's title."""
    title = matching.title_of(arrived.title, arrived.foreign_ids)
    alike = sa.select(interview.c.id).where(interview.c.organization == organization, interview.c.title_key == title)
    return tx.conn.execute(alike.limit(1)).first() is not None


def proposed(tx: Tx, organization: str, title: str | None, company: str | None, most: int) -> list[str]:
    """Ids of the interviews that a person may mean by a title and company, the newest first."""
    statement = sa.select(interview.c.id).where(
        interview.c.organization == organization,
        interview.c.title_key == matching.alike(title),
        _may_be(interview.c.company_key, sa.literal(matching.alike(company), interview.c.company_key.type)),
    )
    newest = statement.order_by(interview.c.stored_at.desc(), interview.c.id.desc())
    return list(tx.conn.execute(newest.limit(most)).scalars())


@cache
def _some() -> sa.Select[Any]:
    """Unmatched results that can be told.

    The interviews that alone have a title and company are looked for first, because a popular title may have a thousand.
    """
    columns = [interview.c[name] for name in SAME]
    titles = sa.select(result.c.title_key).where(UNMATCHED)
    alone = sa.select(*columns, sa.func.min(interview.c.id).label("id")).where(interview.c.title_key.in_(titles))
    lone = alone.group_by(*columns).having(sa.func.count() == 1).subquery()
    found = (
        sa.select(result.c.id)
        .join(lone, sa.and_(*(lone.c[name] == result.c[name] for name in SAME)))
        .join(interview, interview.c.id == lone.c.id)
    )
    return found.where(UNMATCHED, *_conditions()).order_by(result.c.id).limit(MOST_AT_ONCE)


@cache
def _one() -> sa.Select[Any]:
    """This result, if it can be told, and the only interview that it can be of."""
    same = sa.and_(*(interview.c[name] == result.c[name] for name in SAME))
    found = sa.select(result.c.id, result.c.test, interview.c.id.label("interview")).join(interview, same)
    return found.where(result.c.id == sa.bindparam("it"), UNMATCHED, *_conditions())


def _conditions() -> tuple[sa.ColumnElement[bool], ...]:
    """What must hold of a result and an interview of its title and company."""
    return (
        began(result) >= interview.c.made_at,
        ~_rival().exists(),
        ~_known_otherwise().exists(),
        ~_called_otherwise().exists(),
        ~_older().exists(),
        sa.tuple_(result.c.organization, result.c.title_key).not_in(sa.bindparam("open", expanding=True)),
    )


def _rival() -> sa.Select[Any]:
    """Another interview that may be meant."""
    other = interview.alias()
    return _others(other, interview).where(_may_be(other.c.company_key, result.c.company_key))


def _known_otherwise() -> sa.Select[Any]:
    """Results of the interview name it beyond doubt, and this one doesn't."""
    other = result.alias()
    known = sa.select(other.c.id).where(other.c.interview_id == interview.c.id, other.c.matched_by.in_(CERTAIN))
    return known.correlate(result, interview)


def _called_otherwise() -> sa.Select[Any]:
    """Another result that may be of the interview, and has other names for it: one of the two is not."""
    other = result.alias()
    mine, theirs, shared = _names(result), _names(other), _shared(other)
    # Told so, both databases look by the title, of which there are few, and not through everything that is unmatched.
    unsure = sa.func.coalesce(other.c.interview_id, interview.c.id) == interview.c.id
    by_title = sa.func.coalesce(other.c.matched_by, Match.TITLE.value) == Match.TITLE
    return _others(other, result).where(
        _may_be(other.c.company_key, result.c.company_key),
        unsure,
        by_title,
        began(other) >= interview.c.made_at,
        mine.exists(),
        theirs.exists(),
        ~shared.exists(),
    )


def _older() -> sa.Select[Any]:
    """A result under the same name that began before the interview was made: the name is another interview's."""
    other = result.alias()
    return _others(other, result).where(began(other) < interview.c.made_at, _shared(other).exists())


def _others(other: sa.FromClause, own: sa.Table) -> sa.Select[Any]:
    """The rest of `own`, which are results or interviews, in the result's organization and under its title."""
    alike = sa.select(other.c.id).where(
        other.c.organization == result.c.organization,
        other.c.title_key == result.c.title_key,
        other.c.id != own.c.id,
    )
    return alike.correlate(result, interview)


def _names(whose: sa.FromClause) -> sa.Select[Any]:
    named = result_name.alias()
    return sa.select(named.c.foreign_id).where(named.c.result_id == whose.c.id, _is_theirs(named)).correlate(whose)


def _shared(other: sa.FromClause) -> sa.Select[Any]:
    """The names that `other` and the result have in common."""
    mine, theirs = result_name.alias(), result_name.alias()
    return (
        sa.select(mine.c.foreign_id)
        .join(theirs, theirs.c.foreign_id == mine.c.foreign_id)
        .where(
            mine.c.result_id == result.c.id,
            theirs.c.result_id == other.c.id,
            _is_theirs(mine),
        )
        .correlate(result, other)
    )


def _is_theirs(named: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a name is TalentSprout's, and none that our own link gave."""
    return ~named.c.foreign_id.startswith(matching.PREFIX, autoescape=True)


def _still_open(tx: Tx) -> list[tuple[str, str | None]] | None:
    """Titles of requests under way or unknown: their interviews may exist, and be meant. None where there are too many."""
    undecided = request.c.state.in_([State.SENDING, State.UNKNOWN])
    titles = sa.select(request.c.organization, request.c.title).where(undecided).distinct().limit(MOST_OPEN + 1)
    rows = tx.conn.execute(titles).all()
    return None if len(rows) > MOST_OPEN else [(row.organization, matching.alike(row.title)) for row in rows]


def _may_be(one: sa.ColumnElement[Any], other: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Two companies that are not known to differ."""
    return sa.or_(one.is_(None), other.is_(None), one == other)


def _is_of_its_application(tx: Tx, result_id: str, interview_id: str) -> bool:
    """Where a personal link has said whose the result is, only an interview of that job can be meant."""
    whose = sa.select(attribution.c.application_id).where(attribution.c.result_id == result_id)
    application_id = tx.conn.execute(whose).scalar_one_or_none()
    found = None if application_id is None else applications.get(tx, application_id)
    return found is None or applications.is_for(tx, found, interview_id)
