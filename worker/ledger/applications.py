"""Applications: the newest that each source has said of each candidate for a job.

Newest by the sender's own time where it says one, else as received; so the order of arrival does not matter.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from worker import ids
from worker.domain.application import Application, Invitation
from worker.domain.event import CandidateReachedStage
from worker.ledger import application_fetches, blinding, written_notes
from worker.ledger.connection import Tx
from worker.ledger.sealing import ring_of
from worker.ledger.tables import application, attribution, interview, posting, request, result
from worker.policy import matching
from worker.policy.inviting import Opening

PENDING = (Invitation.WAITING, Invitation.UNCLEAR, Invitation.CLOSED)
MOST_AT_ONCE = 200  # applications that one posting's interview moves in its own transaction; the sweep does the rest


@dataclass(frozen=True)
class Told:
    """What an event says of an application, and where it comes from. `at_stage`: that is where candidates are invited.

    `name` and `email` are what the source wants kept of the person.
    """

    organization: str
    source: str
    key: str
    said: CandidateReachedStage
    at_stage: bool
    moved_at: datetime
    event_id: str
    name: str | None = None
    email: str | None = None


def newer(tx: Tx, told: Told) -> Application | None:
    """Keep it if nothing newer is known, and return it, locked; None where it arrives late and changes nothing."""
    now = tx.now()
    said, blinds = told.said, blinding.of(tx)
    values = {
        "name": told.name,
        "email": told.email,
        "candidate_index": blinds.id(said.candidate_id),
        "email_index": blinds.email(told.email),
        "sealed_with": ring_of(tx.conn.dialect).newest(),
        "application_id": said.application_id,
        "candidate_id": said.candidate_id,
        "job_id": said.job_id,
        "requisition_id": said.requisition_id,
        "stage": said.stage,
        "stage_id": said.stage_id,
        "at_stage": told.at_stage,
        "reached_at": told.moved_at,
        "event_id": told.event_id,
        "updated_at": now,
    }
    first = {"id": ids.new_id(), "organization": told.organization, "source": told.source, "key": blinds.id(told.key)}
    fresh = {"invitation": Invitation.NONE, "sent": 0, "reminded": 0, "created_at": now}
    insert = tx.insert(application).values({**first, **values, **fresh})
    known, arrived = (sa.tuple_(row.reached_at, row.event_id) for row in (application.c, insert.excluded))
    upsert = insert.on_conflict_do_update(index_elements=["source", "key"], set_=values, where=known <= arrived)
    kept = tx.conn.execute(upsert.returning(application.c.id)).scalar_one_or_none()
    return None if kept is None else get(tx, kept)


def get(tx: Tx, application_id: str, *, lock: bool = False) -> Application | None:
    """By our own id; `lock` keeps others from changing it until this transaction ends."""
    statement = sa.select(application).where(application.c.id == application_id)
    row = tx.conn.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return None if row is None else from_row(row)


def named(tx: Tx, name: str, most: int) -> list[Application]:
    """Those that bear a name elsewhere: the ATS's id of the application or of the candidate, an external id, a session."""
    claim, blinds = matching.claim_in(name), blinding.of(tx)
    of_session = (
        sa.select(attribution.c.application_id)
        .join(result, result.c.id == attribution.c.result_id)
        .where(result.c.session_index == blinds.id(name))
    )
    statement = sa.select(application).where(
        sa.or_(
            application.c.id == (name if claim is None else claim.application_id),
            application.c.application_id == name,
            application.c.candidate_index == blinds.id(name),
            application.c.id.in_(of_session),
        )
    )
    rows = tx.conn.execute(statement.order_by(application.c.id.desc()).limit(most)).mappings()
    return [from_row(row) for row in rows]


def older(organization: str, before: datetime) -> sa.Select[Any]:
    """Ids of the applications of an organization that nothing has moved since, and that have no result."""
    has_result = sa.select(attribution.c.result_id).where(attribution.c.application_id == application.c.id)
    return sa.select(application.c.id, application.c.updated_at).where(
        application.c.organization == organization, application.c.updated_at < before, ~has_result.exists()
    )


def drop(tx: Tx, ids: Collection[str]) -> None:
    """Delete applications; what their results said of them goes with them."""
    tx.conn.execute(sa.delete(attribution).where(attribution.c.application_id.in_(ids)))
    written_notes.forget(tx, ids)
    application_fetches.forget_applications(tx, ids)
    tx.conn.execute(sa.delete(application).where(application.c.id.in_(ids)))


def change(tx: Tx, application_id: str, **changes: Any) -> Application:
    """Change it, and return it as it is then."""
    statement = sa.update(application).where(application.c.id == application_id)
    tx.conn.execute(statement.values(**changes, updated_at=tx.now()))
    changed = get(tx, application_id)
    assert changed is not None, "it was there to be changed"
    return changed


def pending(tx: Tx, source: str, job_id: str) -> list[str]:
    """Ids of the applications at the stage whose link depends on a posting, at most MOST_AT_ONCE."""
    requisition = sa.select(posting.c.requisition_id).where(posting.c.source == source, posting.c.job_id == job_id)
    of_posting = sa.or_(application.c.job_id == job_id, application.c.requisition_id == requisition.scalar_subquery())
    statement = (
        sa.select(application.c.id)
        .where(application.c.source == source, application.c.invitation.in_(PENDING), of_posting)
        .order_by(application.c.id)
        .limit(MOST_AT_ONCE)
    )
    return list(tx.conn.execute(statement).scalars())


def overlooked(tx: Tx) -> list[str]:
    """Ids of applications that wait although their job has an interview: both came in one moment, or there were too many."""
    there = sa.and_(
        request.c.source == application.c.source,
        request.c.interview_id.is_not(None),
    )
    of_posting = sa.and_(posting.c.source == request.c.source, posting.c.job_id == request.c.job_id)
    by_job = (
        sa.select(request.c.id)
        .outerjoin(posting, of_posting)
        .where(there, request.c.job_id == application.c.job_id, sa.func.coalesce(posting.c.is_open, sa.true()))
    )
    by_requisition = (
        sa.select(request.c.id)
        .join(posting, of_posting)
        .where(there, posting.c.requisition_id == application.c.requisition_id, posting.c.is_open)
    )
    statement = sa.select(application.c.id).where(
        application.c.invitation == Invitation.WAITING, sa.or_(by_job.exists(), by_requisition.exists())
    )
    return list(tx.conn.execute(statement.order_by(application.c.id).limit(MOST_AT_ONCE)).scalars())


def unanswered(tx: Tx, source: str, reminded: int, invited_until: datetime) -> list[str]:
    """Ids of the invited of whom no result came, who were reminded so often, and whose stage and posting last."""
    answer = (
        sa.select(attribution.c.result_id)
        .join(result, result.c.id == attribution.c.result_id)
        .where(
            attribution.c.application_id == application.c.id,
            result.c.test.is_(False),
            result.c.received_at >= application.c.invited_at,
        )
    )
    closed = (
        sa.select(posting.c.job_id)
        .join(request, sa.and_(request.c.source == posting.c.source, request.c.job_id == posting.c.job_id))
        .where(request.c.interview_id == application.c.interview_id, posting.c.is_open.is_(False))
    )
    statement = sa.select(application.c.id).where(
        application.c.source == source,
        application.c.invitation == Invitation.INVITED,
        application.c.at_stage,
        application.c.reminded == reminded,
        application.c.invited_at <= invited_until,
        ~answer.exists(),
        ~closed.exists(),
    )
    return list(tx.conn.execute(statement.order_by(application.c.id).limit(MOST_AT_ONCE)).scalars())


def openings(tx: Tx, found: Application) -> list[Opening]:
    """The postings that an application may be for: its own, else those of its requisition.

    Nothing is locked: an interview that is stored in this very moment is found by the sweep.
    """
    if found.job_id is not None and (own := _openings(tx, found, posting.c.job_id == found.job_id)):
        return own
    if found.job_id is not None and (told := _never_announced(tx, found, found.job_id)):
        return [told]
    if found.requisition_id is None:
        return []
    return _openings(tx, found, posting.c.requisition_id == found.requisition_id)


def is_for(tx: Tx, found: Application, interview_id: str) -> bool:
    """Whether an interview is of the application's job."""
    if interview_id == found.interview_id:
        return True
    of_posting = sa.and_(posting.c.source == request.c.source, posting.c.job_id == request.c.job_id)
    asked = (
        sa.select(request.c.id)
        .join(interview, interview.c.request_id == request.c.id)
        .outerjoin(posting, of_posting)
        .where(
            interview.c.id == interview_id,
            request.c.source == found.source,
            sa.or_(request.c.job_id == found.job_id, posting.c.requisition_id == found.requisition_id),
        )
    )
    return tx.conn.execute(asked).first() is not None


def from_row(row: sa.RowMapping) -> Application:
    """A row of `application` as the noun."""
    own = {name: value for name, value in row.items() if name in Application.__dataclass_fields__}
    return Application(**{**own, "invitation": Invitation(row["invitation"])})


def _openings(tx: Tx, found: Application, which: sa.ColumnElement[bool]) -> list[Opening]:
    known = tx.conn.execute(sa.select(posting).where(posting.c.source == found.source, which)).mappings().all()
    made = _interviews(tx, found, [row["job_id"] for row in known])
    return [
        Opening(
            row["job_id"],
            row["title"],
            json.loads(row["about"]).get("language"),
            row["is_open"],
            row["changed_at"],
            made.get(row["job_id"]),
        )
        for row in known
    ]


def _never_announced(tx: Tx, found: Application, job_id: str) -> Opening | None:
    """A posting of which the source has said nothing, but that has an interview all the same."""
    made = _interviews(tx, found, [job_id]).get(job_id)
    return (
        None
        if made is None
        else Opening(job_id, "", None, is_open=True, changed_at=found.reached_at, interview_id=made)
    )


def _interviews(tx: Tx, found: Application, job_ids: list[str]) -> dict[str, str]:
    """The newest interview of each posting."""
    statement = (
        sa.select(request.c.job_id, request.c.interview_id)
        .where(
            request.c.source == found.source,
            request.c.job_id.in_(job_ids),
            request.c.interview_id.is_not(None),
        )
        .order_by(request.c.id)
    )
    return {row.job_id: row.interview_id for row in tx.conn.execute(statement)}
