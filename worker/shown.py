"""The objects that the API, the command line and the pages show, each made once, so that they can't differ.

Keys are a contract; what there isn't is None. Times are ISO 8601 in UTC with Z. Lists hold nothing that opens without a login
but the share link; one result also has its evaluation, transcript and recording.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from worker import ladder, shown_candidates
from worker.domain.interview import StoredInterview
from worker.domain.request import GenerationRequest, State, Tier
from worker.ledger import attempts, audit, batches, budgets, interviews, listing, organizations, processes
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.ledger.results import StoredResult
from worker.ledger.tokens import ApiToken
from worker.moments import instant
from worker.policy import pacing, quarantine, reasons, repeats
from worker.policy.reasons import Timing

Shown = dict[str, Any]
NOT_FINAL = (State.WAITING, State.SENDING, State.HELD, State.UNKNOWN)
LINE_READ = 500  # of a tier's line at once; who stands further back is counted one by one


def request_list(tx: Tx, found: Sequence[GenerationRequest], timing: Timing) -> list[Shown]:
    """Requests with their reasons and start times."""
    scene = _Scene(tx, timing)
    links = {
        one.interview_id: stored.interview.share_link
        for one in found
        if one.interview_id is not None and (stored := interviews.get(tx, one.interview_id)) is not None
    }
    return [_request(one, scene.situation(one), links) for one in found]


def one_request(tx: Tx, found: GenerationRequest, timing: Timing) -> Shown:
    """A request as in lists."""
    return request_list(tx, [found], timing)[0]


def evidence(tx: Tx, found: GenerationRequest, timing: Timing) -> Shown:
    """What a person needs to decide about a request: its attempts, its surplus interviews, who decided what."""
    reason = reasons.why(found, _Scene(tx, timing).situation(found))
    return {
        "action": None if reason is None else reason.action,
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


def event(found: StoredEvent) -> Shown:
    """An event without its bytes."""
    return {
        "id": found.id,
        "source": found.source,
        "state": found.state,
        "reason": found.reason,
        "received_at": instant(found.received_at),
    }


def interview(found: StoredInterview) -> Shown:
    """The interview as TalentSprout gave it; of an adopted one only what is known."""
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
        "rule": found.rule,
        "created_at": instant(found.created_at),
        "updated_at": instant(found.updated_at),
    }


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


def _stopped(found: batches.Batch) -> reasons.Stopped:
    assert found.decided_at is not None, "whoever stops a batch is noted"
    is_cancelled = found.state is batches.BatchState.CANCELLED
    return reasons.Stopped(found.id, found.decided_by or "somebody", found.decided_at, is_cancelled)


class _Scene:
    """What all sentences of one answer share: read once per organization and tier."""

    def __init__(self, tx: Tx, timing: Timing) -> None:
        self._tx = tx
        self._timing = timing
        self._now = tx.now()
        seen = [one.seen_at for one in processes.known(tx)]
        self._worker_seen = max(seen, default=None)
        self._pauses = {one.organization: one for one in organizations.all_paused(tx)}
        self._stopped = batches.stopped(tx)
        self._budgets: dict[tuple[str, Tier], pacing.Budget] = {}
        self._lines: dict[tuple[str, Tier], dict[str, int]] = {}

    def situation(self, found: GenerationRequest) -> reasons.Situation:
        """What the sentence about one request needs."""
        if found.state is State.WAITING:
            return self._in_line(found)
        if found.state in (State.SENDING, State.UNKNOWN):
            newest = next(iter(attempts.past(self._tx, found.id)), None)
            if newest is not None:
                retry_from = quarantine.ends_at(newest.lease_until, self._timing.quarantine)
                return reasons.Situation(self._now, sent_at=newest.sent_at, retry_from=retry_from)
        return reasons.Situation(self._now)

    def _in_line(self, found: GenerationRequest) -> reasons.Situation:
        budget = self._budget(found)
        ahead = self._ahead(found)
        pause = self._pauses.get(found.organization)
        stopped = None if found.batch is None else self._stopped.get(found.batch)
        return reasons.Situation(
            now=self._now,
            ahead=ahead,
            starts_at=pacing.start_of(budget, self._now, ahead),
            closed_until=budget.closed_until,
            foreign=budget.limit - budget.free_of_foreign(self._now),
            limit=budget.limit,
            repeats_at=self._repeats_at(found) if found.failures else None,
            batch_stopped=None if stopped is None else _stopped(stopped),
            paused_since=None if pause is None else pause.since,
            pause_facts=None if pause is None else pause.facts,
            paused_by=None if pause is None else pause.by,
            worker_seen=self._worker_seen,
            worker_alive=self._worker_seen is not None and self._now - self._worker_seen < self._timing.silence,
        )

    def _budget(self, found: GenerationRequest) -> pacing.Budget:
        key = (found.organization, found.kind.tier)
        if key not in self._budgets:
            self._budgets[key] = budgets.view(self._tx, *key, self._now)
        return self._budgets[key]

    def _repeats_at(self, found: GenerationRequest) -> datetime:
        return repeats.next_at(budgets.allowed_repeats(self._tx, found.organization, found.kind.tier), self._now)

    def _ahead(self, found: GenerationRequest) -> int:
        key = (found.organization, found.kind.tier)
        if key not in self._lines:
            ids = listing.line(self._tx, *key, LINE_READ)
            self._lines[key] = {one: place for place, one in enumerate(ids)}
        place = self._lines[key].get(found.id)
        return listing.ahead(self._tx, found) if place is None else place
