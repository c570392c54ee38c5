"""Results: one for a session's end, kept whether or not its interview is known.

An unmatched result keeps the names under which its interview may appear; whoever stores that interview links it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa

from worker import ids
from worker.domain.result import Candidate, CandidateResult
from worker.ledger import attributions, blinding, linking, namesakes, takes, tombstones, whereabouts
from worker.ledger.attributions import Attribution
from worker.ledger.blinding import Blinds
from worker.ledger.connection import Tx
from worker.ledger.tables import attribution, interview, result, result_name
from worker.ledger.takes import Take
from worker.policy import matching, subjects
from worker.policy.matching import Match


class Kept(StrEnum):
    """What became of a result that arrived."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"
    REPEATED = "repeated"
    CONTRADICTED = "contradicted"
    DROPPED = "dropped"
    ERASED = "erased"


@dataclass(frozen=True)
class StoredResult:
    """A result and where it belongs; `interview_id` and `share_link` are None while it is unmatched."""

    id: str
    organization: str
    result: CandidateResult
    interview_id: str | None
    share_link: str | None
    passing_score: float | None
    matched_by: Match | None
    contradicted: bool
    received_at: datetime
    whose: Attribution
    take: Take | None

    @property
    def is_settled(self) -> bool:
        """Whether its interview is known beyond doubt. Told by its title alone, it gives way to whatever is known better."""
        return self.interview_id is not None and self.matched_by is not Match.TITLE


def keep(
    tx: Tx,
    organization: str,
    event_id: str,
    arrived: CandidateResult,
    *,
    drop_foreign: bool = False,
) -> Kept:
    """Store it once. A repeat adds nothing; one that says something else is flagged and never overwrites.

    `drop_foreign`: one whose interview nobody here made is not stored, unless a request is unknown or under way that may be its,
    or an interview has its title.
    """
    blinds = blinding.of(tx)
    if tombstones.covers(tx, subjects.of_result(arrived), blinds):
        return Kept.ERASED
    digest = _digest(arrived, blinds)
    found = whereabouts.named(tx, organization, arrived)
    whose = attributions.judge(tx, organization, arrived.candidate.external_id, found and found[0])
    found = found or whereabouts.carried(tx, organization, arrived, whose)
    if found is None and drop_foreign and not whereabouts.may_be_ours(tx, organization, arrived):
        return Kept.DROPPED
    values = {
        "id": ids.new_id(),
        "organization": organization,
        "event": arrived.event,
        "session_index": blinds.id(arrived.session_id),
        "event_id": event_id,
        "interview_id": found[0] if found else None,
        "matched_by": found[1] if found else None,
        "digest": digest,
        "contradicted": False,
        "received_at": tx.now(),
        **_columns(arrived),
        **_indexes(arrived, blinds),
    }
    names = ["organization", "event", "session_index"]
    once = tx.insert(result).values(values).on_conflict_do_nothing(index_elements=names)
    stored = tx.conn.execute(once.returning(result.c.id)).scalar_one_or_none()
    if stored is None:
        return _repeated(tx, organization, arrived, digest, blinds)
    attributions.keep(tx, stored, whose)
    if found is not None:
        _learn(tx, organization, arrived, *found)
        linking.announce(tx, stored, is_preview=arrived.test)
        return Kept.MATCHED
    for name in _waiting_names(arrived):
        entry = {"organization": organization, "foreign_id": name, "result_id": stored}
        tx.conn.execute(tx.insert(result_name).values(entry).on_conflict_do_nothing())
    return Kept.MATCHED if namesakes.link_one(tx, stored) else Kept.UNMATCHED


def _learn(tx: Tx, organization: str, arrived: CandidateResult, interview_id: str, how: Match) -> None:
    """A delivery with two names teaches the second one. An external id teaches nothing: candidates may change it."""
    if how not in whereabouts.CARRIED:
        linking.learn(tx, organization, arrived.foreign_ids, interview_id)


def of_session(tx: Tx, session_id: str) -> list[StoredResult]:
    """The results of one session, locked: more than one where it was told of under several events or organizations."""
    wanted = result.c.session_index == blinding.of(tx).id(session_id)
    ids = list(tx.conn.execute(sa.select(result.c.id).where(wanted).with_for_update()).scalars())
    rows = tx.conn.execute(joined().where(result.c.id.in_(ids)).order_by(result.c.id)).mappings()
    return [from_row(row) for row in rows]


@cache
def joined() -> sa.Select[Any]:
    """Results with what their interview tells, and whose they are."""
    whose = (attribution.c.application_id, attribution.c.rule, attribution.c.claim)
    return (
        sa.select(result, interview.c.share_link, interview.c.raw, *whose, *takes.columns())
        .outerjoin(interview, interview.c.id == result.c.interview_id)
        .outerjoin(attribution, attribution.c.result_id == result.c.id)
    )


def from_row(row: sa.RowMapping) -> StoredResult:
    """A row of `joined` as the noun."""
    mark = json.loads(row["raw"]).get("passing_score") if row["raw"] else None
    return StoredResult(
        id=row["id"],
        organization=row["organization"],
        result=_result(row),
        interview_id=row["interview_id"],
        share_link=row["share_link"],
        passing_score=float(mark) if isinstance(mark, int | float) and not isinstance(mark, bool) else None,
        matched_by=None if row["matched_by"] is None else Match(row["matched_by"]),
        contradicted=row["contradicted"],
        received_at=row["received_at"],
        whose=attributions.from_row(row),
        take=takes.from_row(row),
    )


def _result(row: sa.RowMapping) -> CandidateResult:
    return CandidateResult(
        event=row["event"],
        session_id=row["session_id"],
        foreign_ids=(),
        candidate=Candidate(
            row["candidate_id"],
            row["candidate_name"],
            row["candidate_email"],
            row["candidate_phone"],
            row["external_id"],
        ),
        title=row["title"],
        company=row["company"],
        score=row["score"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        test=row["test"],
        evaluation=_load(row["evaluation"]),
        transcript=_load(row["transcript"]),
        recording_url=row["recording_url"],
    )


def _waiting_names(arrived: CandidateResult) -> tuple[str, ...]:
    ours = matching.waiting_name(arrived.candidate.external_id)
    return arrived.foreign_ids if ours is None else (*arrived.foreign_ids, ours)


def _repeated(tx: Tx, organization: str, arrived: CandidateResult, digest: str, blinds: Blinds) -> Kept:
    same = sa.and_(
        result.c.organization == organization,
        result.c.event == arrived.event,
        result.c.session_index == blinds.id(arrived.session_id),
    )
    if tx.conn.execute(sa.select(result.c.digest).where(same)).scalar_one() == digest:
        return Kept.REPEATED
    tx.conn.execute(sa.update(result).where(same).values(contradicted=True))
    return Kept.CONTRADICTED


def _columns(arrived: CandidateResult) -> dict[str, Any]:
    person = arrived.candidate
    return {
        "session_id": arrived.session_id,
        "title": arrived.title,
        "company": arrived.company,
        "title_key": matching.title_of(arrived.title, arrived.foreign_ids),
        "company_key": matching.alike(arrived.company),
        "candidate_id": person.id,
        "candidate_name": person.name,
        "candidate_email": person.email,
        "candidate_phone": person.phone,
        "external_id": person.external_id,
        "score": arrived.score,
        "started_at": arrived.started_at,
        "completed_at": arrived.completed_at,
        "test": arrived.test,
        "evaluation": _dump(arrived.evaluation),
        "transcript": _dump(arrived.transcript),
        "recording_url": arrived.recording_url,
    }


def _indexes(arrived: CandidateResult, blinds: Blinds) -> dict[str, str | None]:
    """What the person is found by."""
    person = arrived.candidate
    return {
        "candidate_index": blinds.id(person.id),
        "email_index": blinds.email(person.email),
        "external_index": blinds.id(person.external_id),
    }


def _digest(arrived: CandidateResult, blinds: Blinds) -> str:
    """Of what two deliveries about one session must agree on."""
    person = arrived.candidate
    said = [
        arrived.foreign_ids[:1],
        person.id,
        person.name,
        person.email,
        arrived.score,
        arrived.test,
        _dump(arrived.transcript),
    ]
    return blinds.content(hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest())


def _dump(value: object) -> str | None:
    return None if value is None else json.dumps(value)


def _load(text: str | None) -> object:
    return None if text is None else json.loads(text)
