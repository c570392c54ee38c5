"""The objects that the API, the command line and the pages show, each made once, so that they can't differ.

Keys are a contract; what there isn't is None. Times are ISO 8601 in UTC with Z. Lists hold nothing that opens without a login
but the share link; one result also has its evaluation, transcript and recording.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from worker import differing, ladder, shown_candidates
from worker.differing import Nearest
from worker.domain.interview import StoredInterview
from worker.domain.request import GenerationRequest, State
from worker.ledger import (
    attempts,
    audit,
    budgets,
    interviews,
    listing,
    organizations,
    postings,
    requests,
)
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.ledger.results import StoredResult
from worker.ledger.tokens import ApiToken
from worker.moments import instant
from worker.policy import pacing, quarantine, reasons
from worker.policy.reasons import Timing
from worker.scene import Places, Scene

Shown = dict[str, Any]
Openness = Mapping[tuple[str, str], datetime | None]
NOT_FINAL = (State.WAITING, State.SENDING, State.HELD, State.UNKNOWN)


def request_list(
    tx: Tx, found: Sequence[GenerationRequest], timing: Timing, places: Places | None = None
) -> list[Shown]:
    """Requests with their reasons and start times; `places` as a scene takes them."""
    scene = Scene(tx, timing, places)
    links = {
        one.interview_id: stored.interview.share_link
        for one in found
        if one.interview_id is not None and (stored := interviews.get(tx, one.interview_id)) is not None
    }
    opened = _openness(tx, found)
    return [{**_request(one, scene.situation(one), links), **_posting(one, opened)} for one in found]


def one_request(tx: Tx, found: GenerationRequest, timing: Timing) -> Shown:
    """A request as in lists."""
    return request_list(tx, [found], timing)[0]


def evidence(tx: Tx, found: GenerationRequest, timing: Timing) -> Shown:
    """What a person needs to decide about a request: its attempts, its surplus interviews, who decided what."""
    reason = reasons.why(found, Scene(tx, timing).situation(found))
    return {
        "action": None if reason is None else reason.action,
        "change": _change(differing.to_approve(tx, found)),
        "unknown": ladder.known_of(tx, found, timing) if found.state is State.UNKNOWN else None,
        "attempt_list": [
            {
                "n": one.n,
                "label": f"{found.label}-{one.n}",
                "slot_at": instant(one.slot_at),
                "sent_at": instant(one.sent_at),
                "ended_at": instant(one.ended_at),
                "outcome": one.outcome,
                "retry_from": instant(quarantine.ends_at(one.lease_until, timing.quarantine)),
                "evidence": dict(one.evidence),
            }
            for one in attempts.past(tx, found.id)
        ],
        "interviews": [
            {"id": one.interview.id, "share_link": one.interview.share_link, "origin": one.origin}
            for one in interviews.of_request(tx, found.id)
        ],
        "decisions": [
            {"at": instant(entry.at), "actor": entry.actor, "action": entry.action, "detail": dict(entry.detail)}
            for entry in audit.of(tx, found.id)
        ],
    }


def _change(asked: Nearest | None) -> Shown | None:
    """What a person is asked about."""
    if asked is None:
        return None
    return {
        "of": asked.request.label,
        "what": list(asked.change.what),
        "passages": [
            {"before": one.before, "after": one.after, "marked": one.marked(), "material": one.is_material}
            for one in asked.change.passages
        ],
    }


def event(found: StoredEvent) -> Shown:
    """An event without its bytes."""
    return {
        "id": found.id,
        "source": found.source,
        "state": found.state,
        "reason": found.reason,
        "received_at": instant(found.received_at),
    }


def interview_list(tx: Tx, found: Sequence[StoredInterview]) -> list[Shown]:
    """Interviews, and whether their postings are open."""
    made = requests.several(tx, [one.request_id for one in found if one.request_id is not None])
    opened = _openness(tx, list(made.values()))
    return [{**_interview(one), **_posting(made.get(one.request_id or ""), opened)} for one in found]


def interview(tx: Tx, found: StoredInterview) -> Shown:
    """An interview as in lists."""
    return interview_list(tx, [found])[0]


def _interview(found: StoredInterview) -> Shown:
    """As TalentSprout gave it; of an adopted one only what is known."""
    absent = dict.fromkeys(("object", "title", "status", "passing_score", "created_at"))
    own = {"id": found.interview.id, "share_link": found.interview.share_link}
    return {**absent, **found.interview.raw, **own, "origin": found.origin, "request_id": found.request_id}


def result(found: StoredResult) -> Shown:
    """A result as in lists."""
    said = found.result
    person = said.candidate
    return {
        "id": found.id,
        "event": said.event,
        "organization": found.organization,
        "interview_id": found.interview_id,
        "share_link": found.share_link,
        "candidate": {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "external_id": person.external_id,
        },
        "score": said.score,
        "passed": shown_candidates.passed(found),
        "completed_at": instant(said.completed_at),
        "test": said.test,
        "state": "unmatched" if found.interview_id is None else "matched",
        "matched_by": found.matched_by,
        "contradicted": found.contradicted,
        **shown_candidates.whose(found),
    }


def one_result(found: StoredResult) -> Shown:
    """A result with what is shown only one at a time."""
    said = found.result
    more = {"evaluation": said.evaluation, "transcript": said.transcript, "recording_url": said.recording_url}
    return {**result(found), **more}


def budget_list(tx: Tx) -> list[Shown]:
    """Every organization's tiers."""
    paused = {one.organization for one in organizations.all_paused(tx)}
    waiting = listing.waiting_counts(tx)
    now = tx.now()
    return [
        _budget(one, waiting.get((one.organization, one.tier), 0), now, is_paused=one.organization in paused)
        for one in budgets.standings(tx)
    ]


def organization_list(tx: Tx, names: Iterable[str]) -> list[Shown]:
    """Whether each of these sends, and what waits for it."""
    pauses = {one.organization: one for one in organizations.all_paused(tx)}
    counted = listing.counts(tx)
    return [_organization(name, pauses.get(name), counted) for name in sorted(names)]


def token(found: ApiToken) -> Shown:
    """A token without its secret."""
    return {
        "id": found.id,
        "name": found.name,
        "created_at": instant(found.created_at),
        "revoked_at": instant(found.revoked_at),
    }


def _request(found: GenerationRequest, seen: reasons.Situation, links: Mapping[str, str]) -> Shown:
    reason = reasons.why(found, seen)
    return {
        "id": found.id,
        "dedup_id": found.dedup_id,
        "organization": found.organization,
        "source": found.source,
        "batch": found.batch,
        "job_id": found.job_id,
        "title": found.title,
        "state": found.state,
        "reason": None if reason is None else reason.text,
        "reason_code": None if reason is None else reason.code,
        "eta": instant(reason.until) if reason is not None and found.state is State.WAITING else None,
        "attempts": found.fence,
        "label": found.label,
        "interview_id": found.interview_id,
        "share_link": links.get(found.interview_id) if found.interview_id else None,
        "created_at": instant(found.created_at),
        "updated_at": instant(found.updated_at),
        "rule": found.rule,
    }


def _openness(tx: Tx, found: Sequence[GenerationRequest]) -> Openness:
    return postings.openness(tx, {(one.source, one.job_id) for one in found if one.source and one.job_id})


def _posting(found: GenerationRequest | None, opened: Openness) -> Shown:
    """Whether candidates can still apply; null for what comes from no posting."""
    key = ("", "") if found is None else (found.source or "", found.job_id or "")
    closed_at = opened.get(key)
    return {"posting_open": None if key not in opened else closed_at is None, "closed_at": instant(closed_at)}


def _organization(name: str, pause: organizations.Pause | None, counted: Mapping[tuple[str, State], int]) -> Shown:
    reason = None if pause is None else reasons.paused(name, pause.since, pause.facts, pause.by)
    return {
        "name": name,
        "paused": pause is not None,
        "paused_at": None if pause is None else instant(pause.since),
        "paused_by": None if pause is None else pause.by,
        "reason": None if reason is None else reason.text,
        "reason_code": None if reason is None else reason.code,
        "action": None if reason is None else reason.action,
        **{state.value: counted.get((name, state), 0) for state in NOT_FINAL},
    }


def _budget(found: budgets.Standing, waiting: int, now: datetime, *, is_paused: bool) -> Shown:
    seen = found.view
    starts = None if is_paused or not waiting else pacing.start_of(seen, now, waiting - 1)
    closed = seen.closed_until if seen.closed_until is not None and seen.closed_until > now else None
    return {
        "organization": found.organization,
        "tier": found.tier,
        "limit": seen.limit,
        "configured": found.configured,
        "window_seconds": seen.window.total_seconds(),
        "used": found.used,
        "remaining": max(seen.slots(now) - found.used, 0),
        "closed_until": instant(closed),
        "paused": is_paused,
        "waiting": waiting,
        "eta": instant(starts),
    }
