"""What is announced to targets: one row for each that wants to hear of it, in the transaction that makes it so.

One function a cause, called where it is written. Without a target that wants it, it costs one question of an index.

`cause` tells one time from the next: an id where a thing happens once, the moment where the caller has just changed the state
under its lock. What one job goes through is delivered in its order, and so is what one candidate's session does.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from worker import ids
from worker.domain.application import Application
from worker.domain.delivery import DeliveryState, Occurrence, Subjects
from worker.domain.message import Happened
from worker.domain.request import Because, GenerationRequest, State
from worker.ledger import targets
from worker.ledger.connection import ForBoth, Tx
from worker.ledger.delivery_tables import delivery
from worker.moments import instant
from worker.policy import delays, reasons

PLANNED = ForBoth.made(
    lambda insert: insert(delivery).on_conflict_do_nothing(index_elements=["target", "cause"]).returning(delivery.c.id)
)
PREFIX = "msg_"
NEEDS_A_PERSON = {State.HELD: Happened.REQUEST_HELD, State.UNKNOWN: Happened.REQUEST_UNKNOWN}
RESULTS = {  # TalentSprout's names -> ours
    "interview.completed": Happened.RESULT_COMPLETED,
    "interview.abandoned": Happened.RESULT_ABANDONED,
}


def announce(tx: Tx, said: Occurrence, *, besides: str | None = None) -> int:
    """Plan it for every target of the organization that wants to hear of it, but `besides`. Returns how many are new."""
    names = [name for name in targets.wanting(tx, said.organization, said.event) if name != besides]
    if not names:
        return 0
    now = tx.now()
    rows = [_values(said, name, now) for name in names]
    return len(tx.conn.execute(tx.own(PLANNED), rows).all())


def request_stands(tx: Tx, wanted: GenerationRequest, to: State, because: Because | None, at: datetime) -> None:
    """A request has come to be held or unknown, for this reason."""
    facts = {} if because is None else {"because": {"code": because.code, "facts": because.facts}}
    cause = f"{wanted.id} {wanted.fence} {at.isoformat()}"
    about = Subjects(request=wanted.id, source=wanted.source, job=wanted.job_id)
    told = Occurrence(NEEDS_A_PERSON[to], wanted.organization, f"request {wanted.id}", cause, about, facts)
    announce(tx, told)


def interview_created(tx: Tx, organization: str, interview_id: str, request_id: str | None) -> None:
    """There is an interview to hand out."""
    lane = f"interview {interview_id}" if request_id is None else f"request {request_id}"
    about = Subjects(interview=interview_id, request=request_id)
    announce(tx, Occurrence(Happened.INTERVIEW_CREATED, organization, lane, interview_id, about))


def result_arrived(tx: Tx, organization: str, event: str, session: str, about: Subjects) -> None:
    """A candidate's session has ended, and its interview is known.

    `event` is TalentSprout's name for it; `session` the digest of the session's id: deliveries hold nothing of a person.
    """
    assert about.result is not None, "it is about a result"
    happened = RESULTS.get(event, Happened.RESULT_COMPLETED)
    announce(tx, Occurrence(happened, organization, f"session {session}", about.result, about))


def candidate_invited(tx: Tx, found: Application, request_id: str | None) -> None:
    """A personal link goes out, for the first time or again."""
    _candidate(tx, Happened.CANDIDATE_INVITED, found, request_id, f"{found.id} {found.sent}")


def candidate_reminded(tx: Tx, found: Application, request_id: str | None) -> None:
    """A candidate was invited, and nothing has come since."""
    _candidate(tx, Happened.CANDIDATE_REMINDED, found, request_id, f"{found.id} {found.sent} {found.reminded}")


def _candidate(tx: Tx, event: Happened, found: Application, request_id: str | None, cause: str) -> None:
    about = Subjects(application=found.id, interview=found.interview_id, request=request_id)
    announce(tx, Occurrence(event, found.organization, lane_of_application(found.id), cause, about))


def lane_of_application(application_id: str) -> str:
    """What is said of one application is delivered in its order."""
    return f"application {application_id}"


def posting_closed(tx: Tx, organization: str, source: str, job_id: str, event_id: str) -> None:
    """A posting that was open is not any more."""
    name, about = f"{source} {job_id}", Subjects(source=source, job=job_id)
    announce(tx, Occurrence(Happened.POSTING_CLOSED, organization, f"job {name}", f"{name} {event_id}", about))


def organization_paused(tx: Tx, name: str, facts: Mapping[str, object], by: str | None) -> None:
    """Nothing is sent any more: a key was refused, or a person said so."""
    reason = reasons.paused(name, tx.now(), facts, by)
    why = {"reason": reason.text, "reason_code": reason.code, "action": reason.action}
    _organization(tx, Happened.ORGANIZATION_PAUSED, name, {"paused": True, "paused_by": by, **why})


def organization_resumed(tx: Tx, name: str) -> None:
    """No pause is in force any more."""
    why = dict.fromkeys(("paused_by", "reason", "reason_code", "action"))
    _organization(tx, Happened.ORGANIZATION_RESUMED, name, {"paused": False, **why})


def _organization(tx: Tx, event: Happened, name: str, told: Mapping[str, object]) -> None:
    cause = f"{name} {tx.now().isoformat()} {told['paused_by'] or ''}"
    announce(tx, Occurrence(event, name, f"organization {name}", cause, facts={"organization": {"name": name, **told}}))


def batch_finished(tx: Tx, organization: str, batch_id: str, run: int, told: Mapping[str, object]) -> None:
    """Nothing of a batch moves any more. A batch that is run again may be told of again."""
    cause = f"{organization} {batch_id} {run}"
    about = Subjects(batch=batch_id)
    announce(tx, Occurrence(Happened.BATCH_FINISHED, organization, f"batch {batch_id}", cause, about, {"batch": told}))


def source_quiet(tx: Tx, organization: str, source: str, last_event: str, told: Mapping[str, object]) -> None:
    """Nothing has come from a source for longer than is usual. Its last event names the silence."""
    about = Subjects(source=source)
    cause = f"{source} since {last_event}"
    announce(tx, Occurrence(Happened.SOURCE_QUIET, organization, f"source {source}", cause, about, {"source": told}))


def target_failing(tx: Tx, name: str) -> None:
    """A target has taken nothing for long, or is paused for it: the others of its organization hear of it."""
    standing = targets.get(tx, name)
    assert standing is not None, "it was looked at in this transaction"
    trouble = delays.trouble(standing.destination)
    assert trouble is not None, "it fails, or is paused"
    since = standing.paused_at or standing.failing_since
    cause = f"{name} {'failing' if standing.paused_at is None else 'paused'} {instant(since)}"
    told = {"kind": standing.kind, "paused": standing.paused_at is not None, "reason": trouble.text}
    told |= {"action": trouble.action, "failing_since": instant(standing.failing_since)}
    lane, about = f"target {name}", Subjects(target=name)
    said = Occurrence(Happened.DELIVERY_FAILING, standing.organization, lane, cause, about, {"target": told})
    announce(tx, said, besides=name)


def cause_of(event: Happened, cause: str) -> str:
    """What makes a delivery one: what happened, and to what."""
    return f"{event} {cause}"


def _values(said: Occurrence, target: str, now: datetime) -> dict[str, Any]:
    subjects = {name: value for name, value in asdict(said.subjects).items() if value is not None}
    return {
        "id": PREFIX + ids.new_id(),
        "organization": said.organization,
        "target": target,
        "event": said.event,
        "cause": cause_of(said.event, said.cause),
        "lane": said.lane,
        "subjects": json.dumps(subjects),
        "facts": json.dumps(said.facts),
        "state": DeliveryState.WAITING,
        "due_at": now,
        "tries": 0,
        "fence": 0,
        "created_at": now,
        "updated_at": now,
    }
