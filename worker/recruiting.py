"""What a person may decide about candidates: send the personal link again, and say to which job a link or a result belongs.

Like the decisions about requests: refused with a sentence, audited, and of two people the second is told what the first did.
"""

from config.settings import Settings
from config.wording import shown
from worker import shown_candidates
from worker.domain.application import Application, Invitation
from worker.domain.interview import StoredInterview
from worker.ledger import applications, audit, interviews, invitations, linking, listing, requests, results
from worker.ledger.connection import Tx
from worker.ledger.results import StoredResult
from worker.operators import Person, Refusal, Why
from worker.policy import inviting


def resend(
    tx: Tx, who: Person, application_id: str, interview_id: str | None = None, sent: int | None = None
) -> Application:
    """Send the personal link, for the first time or again. `sent` is how often it had gone out when the person looked."""
    found = applications.get(tx, application_id, lock=True)
    if found is None:
        raise Refusal(Why.NOT_FOUND, f"There is no candidate {application_id}.")
    if sent not in (None, found.sent):
        times = "once" if found.sent == 1 else f"{found.sent} times"
        raise Refusal(Why.TOO_LATE, f"The link went out {times} by now, which is not what you saw. Nothing was sent.")
    if not found.at_stage:
        raise Refusal(
            Why.TOO_LATE,
            "The application does not stand at the stage at which candidates are invited. Nothing was sent.",
        )
    chosen = _chosen(tx, found) if interview_id is None else _said(tx, found, interview_id)
    invited = invitations.invite(tx, found, chosen)
    audit.record(tx, who.name, "resend", found.id, {"interview": chosen})
    return invited


def link_for(tx: Tx, found: Application, interview_id: str, settings: Settings) -> str:
    """The personal link to an interview of the application's job. Nothing is sent or noted."""
    link = shown_candidates.personal_link(tx, found, settings, _said(tx, found, interview_id))
    assert link is not None, "it leads to an interview"
    return link


def _said(tx: Tx, found: Application, interview_id: str) -> str:
    """The interview that a person names. Where nothing is known of the application's postings, the person's word counts."""
    stored = interviews.named(tx, found.organization, interview_id)
    if stored is None or stored.organization != found.organization:
        raise Refusal(Why.NOT_FOUND, f"There is no interview {interview_id} of {found.organization}.")
    if applications.openings(tx, found) and not applications.is_for(tx, found, stored.interview.id):
        raise Refusal(Why.TOO_LATE, "That interview is for another job than the application. Nothing was sent.")
    return stored.interview.id


def _chosen(tx: Tx, found: Application) -> str:
    choice = inviting.choose(applications.openings(tx, found))
    if isinstance(choice, inviting.Chosen):
        return choice.interview_id
    if choice is Invitation.WAITING and found.interview_id is not None:
        return found.interview_id  # chosen by a person before, because nothing is known of its posting
    which = " Name it: --interview ID, or `interview_id`." if choice is Invitation.UNCLEAR else ""
    raise Refusal(Why.TOO_LATE, f"{inviting.reason(choice)}{which} Nothing was sent.")


def attach_result(tx: Tx, who: Person, result_id: str, job: str) -> StoredResult:
    """A result, by its id here, belongs to this job: an interview's id, a request's id or label, or the job's id in its ATS."""
    known = listing.one_result(tx, result_id)
    if known is None:
        raise Refusal(Why.NOT_FOUND, f"There is no result {result_id}.")
    attach(tx, who, known.result.session_id, _meant(tx, known.organization, job.strip()))
    attached = listing.one_result(tx, result_id)
    assert attached is not None, "it was found in this transaction"
    return attached


def _meant(tx: Tx, organization: str, job: str) -> StoredInterview:
    """The interview of a job that a person names."""
    found = interviews.named(tx, organization, job) if job else None
    if found is None and job:
        asked = listing.starting_with(tx, "request", job, 2)
        made = requests.get(tx, asked[0]) if len(asked) == 1 else None
        found = None if made is None or made.interview_id is None else interviews.get(tx, made.interview_id)
        found = found or interviews.of_job(tx, job)
    if found is None or found.organization != organization:
        expected = (
            "expected an interview's id, a request's label, or the job's id in its ATS, of a job that has its interview"
        )
        raise Refusal(Why.UNUSABLE, f"{organization} has no interview {shown(job)}; {expected}. Nothing has changed.")
    return found


def attach(tx: Tx, who: Person, session_id: str, found: StoredInterview) -> list[StoredResult]:
    """The results of a session belong to this interview: once, and never against what is known. A title alone is no knowledge."""
    theirs = [one for one in results.of_session(tx, session_id) if one.organization == found.organization]
    if not theirs:
        raise Refusal(Why.NOT_FOUND, f"No result of that session has arrived for {found.organization}.")
    still_open = [one for one in theirs if not one.is_settled]
    if not still_open:
        how = theirs[0].matched_by or "its id"
        sentence = f"That session's result belongs to interview {theirs[0].interview_id} already, by {how}. Nothing has changed."
        raise Refusal(Why.TOO_LATE, sentence)
    for one in theirs:
        _agree(tx, one, found)
    for one in still_open:
        linking.attach(tx, one.organization, one.id, found.interview.id)
        audit.record(tx, who.name, "attach", one.id, {"interview": found.interview.id})
    return [one for one in results.of_session(tx, session_id) if one.organization == found.organization]


def _agree(tx: Tx, one: StoredResult, found: StoredInterview) -> None:
    """Raises Refusal where something else is known of the result, or of a name that it has."""
    known = [one.interview_id] if one.interview_id is not None and one.is_settled else []
    named = (interviews.named(tx, one.organization, name) for name in linking.names_of(tx, one.id))
    known += [stored.interview.id for stored in named if stored is not None]
    for interview_id in known:
        if interview_id != found.interview.id:
            whose = f"belongs to interview {interview_id}. Nothing has changed."
            raise Refusal(Why.TOO_LATE, f"Another result of that session, or a name that it has, {whose}")
