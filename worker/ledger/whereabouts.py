"""Whereabouts: to which interview a new result belongs, and by which rule; `policy.matching` has their order."""

import sqlalchemy as sa

from worker.domain.request import State
from worker.domain.result import CandidateResult
from worker.ledger import applications, namesakes
from worker.ledger.attributions import Attribution
from worker.ledger.connection import Tx
from worker.ledger.tables import alias, interview, request
from worker.policy import matching
from worker.policy.matching import Match

CARRIED = frozenset({Match.EXTERNAL_ID, Match.SIGNED_ID})  # rules that go by what a candidate could change


def named(tx: Tx, organization: str, arrived: CandidateResult) -> tuple[str, Match] | None:
    """The interview's id and the rule that found it, by what TalentSprout calls it; the most trusted rule first."""
    for number, name in enumerate(arrived.foreign_ids):
        direct = sa.select(interview.c.id).where(interview.c.organization == organization, interview.c.id == name)
        if (found := tx.conn.execute(direct).scalar_one_or_none()) is not None:
            return found, Match.ID if number == 0 else Match.LINK
        known = sa.select(alias.c.interview_id).where(alias.c.organization == organization, alias.c.foreign_id == name)
        if (found := tx.conn.execute(known).scalar_one_or_none()) is not None:
            return found, Match.ALIAS
    return None


def carried(tx: Tx, organization: str, arrived: CandidateResult, whose: Attribution) -> tuple[str, Match] | None:
    """By what our own link carried."""
    invited = None if whose.application_id is None else applications.get(tx, whose.application_id)
    if invited is not None and invited.interview_id is not None:
        return invited.interview_id, Match.SIGNED_ID
    wanted = matching.request_in(arrived.candidate.external_id)
    if wanted is None:
        return None
    ours = sa.select(request.c.interview_id).where(
        request.c.organization == organization, sa.or_(request.c.id == wanted, request.c.label == wanted.upper())
    )
    found = tx.conn.execute(ours.where(request.c.interview_id.is_not(None))).scalar_one_or_none()
    return None if found is None else (found, Match.EXTERNAL_ID)


def may_be_ours(tx: Tx, organization: str, arrived: CandidateResult) -> bool:
    """While it is not known of every request what exists, or an interview has its title, one that nobody knows may be ours."""
    open_ones = sa.select(request.c.id).where(
        request.c.organization == organization, request.c.state.in_([State.SENDING, State.UNKNOWN])
    )
    return tx.conn.execute(open_ones.limit(1)).first() is not None or namesakes.there_are(tx, organization, arrived)
