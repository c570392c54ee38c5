"""The objects of candidates: applications, their invitations, and whose results are whose.

Made once, like those of `worker.shown`. A list holds no personal link, because whoever opens one speaks for its candidate.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.settings import Settings
from worker.domain.application import Application, Invitation
from worker.ledger import applications, attributions, audit, interviews, listing, postings
from worker.ledger.attributions import Doubt
from worker.ledger.connection import Tx
from worker.ledger.results import StoredResult
from worker.moments import instant
from worker.policy import inviting, matching, personal_links

Shown = dict[str, Any]
DOUBTS = {
    Doubt.FORGED: "It claims to be of application {claimed}, and the signature does not fit. It is not counted there.",
    Doubt.UNKNOWN: "It claims to be of application {claimed}, which is not known here.",
    Doubt.ELSEWHERE: "It claims to be of application {claimed}, which is for another job. It is not counted there.",
}


def application(found: Application, results: Sequence[StoredResult]) -> Shown:
    """An application as in lists, with the latest and the best of its results (previews are not among them)."""
    latest = next((one for one in results if one.take is not None and one.take.is_latest), None)
    is_answered = _is_answered(found, results)
    best = next((one for one in results if one.take is not None and one.take.is_best), None)
    return {
        "id": found.id,
        "organization": found.organization,
        "source": found.source,
        "application_id": found.application_id,
        "candidate_id": found.candidate_id,
        "candidate": {"name": found.name, "email": found.email},
        "job_id": found.job_id,
        "requisition_id": found.requisition_id,
        "stage": found.stage,
        "stage_id": found.stage_id,
        "at_stage": found.at_stage,
        "reached_at": instant(found.reached_at),
        "state": found.invitation,
        "reason": inviting.waits(found.invitation, at_stage=found.at_stage, is_answered=is_answered),
        "action": inviting.action(found.invitation, is_answered=is_answered),
        "interview_id": found.interview_id,
        "invited_at": instant(found.invited_at),
        "sent": found.sent,
        "reminded": found.reminded,
        "attempts": 0 if latest is None or latest.take is None else latest.take.count,
        "latest": None if latest is None else brief(latest),
        "best": None if best is None else brief(best),
        "created_at": instant(found.created_at),
        "updated_at": instant(found.updated_at),
    }


def _is_answered(found: Application, results: Sequence[StoredResult]) -> bool:
    """Whether a result has come since the link went out; an abandoned one counts, a preview doesn't."""
    since = found.invited_at
    return any(one.take is not None and (since is None or one.received_at >= since) for one in results)


def application_list(tx: Tx, found: Sequence[Application]) -> list[Shown]:
    """Applications with the titles of their jobs and the requests of these, where they are known."""
    theirs = listing.results_of(tx, [one.id for one in found])
    titles, asked = postings.titles(tx, found), postings.asked_for(tx, found)
    more = ({"title": titles.get(one.id), "request_id": asked.get(one.id)} for one in found)
    return [{**application(one, theirs[one.id]), **known} for one, known in zip(found, more, strict=True)]


def one_application(tx: Tx, found: Application, settings: Settings) -> Shown:
    """An application with its personal link, all its results, and what was done about it."""
    decisions = [
        {"at": instant(entry.at), "actor": entry.actor, "action": entry.action, "detail": dict(entry.detail)}
        for entry in audit.of(tx, found.id)
    ]
    link = personal_link(tx, found, settings)
    briefs = [brief(one) for one in listing.results_of(tx, [found.id])[found.id]]
    (shown,) = application_list(tx, [found])
    reminder = None if shown["reason"] is None else _reminder(found, settings)
    more = {"next_reminder_at": instant(reminder), "openings": _openings(tx, found)}
    return {**shown, "personal_link": link, **more, "results": briefs, "decisions": decisions}


def _reminder(found: Application, settings: Settings) -> datetime | None:
    """When the candidate is reminded, unless a result comes first."""
    source = settings.sources.get(found.source)
    if source is None or not found.at_stage or found.invitation is not Invitation.INVITED:
        return None
    return inviting.next_reminder(found.invited_at, source.reminders, found.reminded)


def _openings(tx: Tx, found: Application) -> list[Shown]:
    """Where it is unclear which interview is meant: those of the open postings, for a person to choose from."""
    if found.invitation is not Invitation.UNCLEAR:
        return []
    return [
        {"job_id": one.job_id, "title": one.title, "language": one.language, "interview_id": one.interview_id}
        for one in applications.openings(tx, found)
        if one.is_open
    ]


def personal_link(tx: Tx, found: Application, settings: Settings, interview_id: str | None = None) -> str | None:
    """The link of one candidate to an interview, else to the one that they were invited to; None where there is none."""
    wanted = interview_id or (found.interview_id if found.invitation is Invitation.INVITED else None)
    stored = None if wanted is None else interviews.get(tx, wanted)
    if stored is None:
        return None
    source = settings.sources.get(found.source)
    wanted_fields = () if source is None else source.personal_link_fields
    person = personal_links.person(wanted_fields, found.name, found.email)
    return personal_links.personal(stored.interview.share_link, attributions.personal_id(tx, found.id), person)


def brief(found: StoredResult) -> Shown:
    """A result as its application shows it."""
    said = found.result
    return {
        "id": found.id,
        "event": said.event,
        "score": said.score,
        "passed": passed(found),
        "completed_at": instant(said.completed_at),
        "received_at": instant(found.received_at),
        "test": said.test,
        "matched_by": found.matched_by,
        **whose(found),
    }


def whose(found: StoredResult) -> Mapping[str, Any]:
    """To whose application a result belongs and which attempt of theirs it is; or what it claims and is not believed."""
    take, doubt = found.take, found.whose.doubt
    claim = None
    if doubt is not None:
        named = matching.claim_in(found.result.candidate.external_id)
        claim = DOUBTS[doubt].format(claimed="" if named is None else named.application_id)
    return {
        "application_id": found.whose.application_id,
        "application_by": found.whose.rule,
        "claim": claim,
        "attempt": None if take is None else take.number,
        "attempts": None if take is None else take.count,
        "latest": None if take is None else take.is_latest,
        "best": None if take is None else take.is_best,
    }


def passed(found: StoredResult) -> bool | None:
    """At the mark or above it; None where score or mark is unknown."""
    if found.result.score is None or found.passing_score is None:
        return None
    return found.result.score >= found.passing_score
