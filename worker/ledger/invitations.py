"""Invitations: who stands at the stage gets a personal link, once, as soon as there is an interview to lead to.

Whatever changes what is known calls `follow`: a stage, a posting, an interview. It decides under the application's lock, so two
that come in one moment invite once. The going out is the moment of the commit: who left the stage before it is not invited.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.domain.application import Application, Invitation
from worker.domain.request import GenerationRequest
from worker.ledger import announcing, applications, audit, interviews
from worker.ledger.connection import Tx
from worker.policy import inviting


def follow(tx: Tx, application_id: str) -> Application:
    """Bring an application's invitation up to date with what is known now."""
    found = applications.get(tx, application_id, lock=True)
    assert found is not None, "applications are only removed with all that names them"
    if found.invitation is Invitation.INVITED:
        return found
    if not found.at_stage:
        has_left = found.invitation in applications.PENDING
        return applications.change(tx, found.id, invitation=Invitation.WITHDRAWN) if has_left else found
    choice = inviting.choose(applications.openings(tx, found))
    if isinstance(choice, inviting.Chosen):
        return invite(tx, found, choice.interview_id)
    return found if found.invitation is choice else applications.change(tx, found.id, invitation=choice)


def follow_request(tx: Tx, made: GenerationRequest) -> None:
    """A request has its interview."""
    if made.source is not None and made.job_id is not None:
        follow_posting(tx, made.source, made.job_id)


def follow_posting(tx: Tx, source: str, job_id: str) -> None:
    """A posting opened, closed, or has its interview: those who wait for it are looked at again."""
    for application_id in applications.pending(tx, source, job_id):
        follow(tx, application_id)


def follow_overlooked(tx: Tx) -> int:
    """Those who wait although there is an interview. Returns how many were invited."""
    followed = [follow(tx, application_id) for application_id in applications.overlooked(tx)]
    return sum(one.invitation is Invitation.INVITED for one in followed)


def invite(tx: Tx, found: Application, interview_id: str) -> Application:
    """Send the personal link: for the first time, or again. The application is locked."""
    stored = interviews.get(tx, interview_id)
    assert stored is not None, "whoever chooses an interview has found it"
    changes = {"interview_id": interview_id, "invited_at": tx.now(), "sent": found.sent + 1, "reminded": 0}
    changes["organization"] = stored.organization  # a rule may have filed the posting for another one than its source's
    invited = applications.change(tx, found.id, invitation=Invitation.INVITED, **changes)
    announcing.candidate_invited(tx, invited, stored.request_id)
    audit.record(tx, "bridge", "invite", found.id, {"interview": interview_id})
    return invited


def remind(tx: Tx, source: str, reminders: Sequence[timedelta]) -> int:
    """Remind whoever's time has come, by the database's clock, once for all that was missed. Returns how many."""
    now = tx.now()
    count = 0
    for number, after in enumerate(sorted(reminders)):
        for application_id in applications.unanswered(tx, source, number, now - after):
            count += _remind(tx, application_id, reminders, now)
    return count


def _remind(tx: Tx, application_id: str, reminders: Sequence[timedelta], now: datetime) -> bool:
    """Looked at again under its lock: another sweep, or a person, may have been faster."""
    found = applications.get(tx, application_id, lock=True)
    if found is None or found.invited_at is None or not found.at_stage:
        return False
    due = inviting.reminders_due(found.invited_at, reminders, now)
    if due <= found.reminded:
        return False
    stored = None if found.interview_id is None else interviews.get(tx, found.interview_id)
    reminded = applications.change(tx, found.id, reminded=due)
    announcing.candidate_reminded(tx, reminded, None if stored is None else stored.request_id)
    audit.record(tx, "bridge", "remind", found.id, {"interview": found.interview_id})
    return True
