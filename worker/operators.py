"""What a person may decide. Compare-and-set: of two decisions the second is told what the first did.

Every decision is audited in its own transaction. `Refusal` says why not, in a sentence for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from worker import filing
from worker.descriptions import plain_text
from worker.domain.interview import Interview, Origin
from worker.domain.request import Because, Code, Content, GenerationRequest, State
from worker.ledger import attempts, audit, deliveries, interviews, invitations, organizations, requests, targets
from worker.ledger.connection import Tx
from worker.moments import instant
from worker.policy import quarantine, reasons, share_links

AT_REST = frozenset({State.HELD, State.CANCELLED})
DONE = {  # what the audit calls a decision, and what people call it
    "adopt": "adopted its interview",
    "retry": "sent it back in line",
    "approve": "approved it",
    "cancel": "cancelled it",
    "pause": "paused it",
    "resume": "resumed it",
    "pause target": "paused it",
    "resume target": "resumed it",
}


class Why(StrEnum):
    """What kind of refusal it is."""

    NOT_FOUND = "not found"
    TOO_LATE = "conflict"  # the state does not allow it, or somebody else decided first
    UNUSABLE = "unusable"  # what was given can't be used


class Refusal(Exception):
    """The decision is not carried out; nothing has changed."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(frozen=True)
class Person:
    """Who decides: the name of a token, or of the command line's user."""

    name: str


@dataclass(frozen=True)
class Seen:
    """What the person saw when deciding; None where that is not told. The word was about this, and nothing newer."""

    state: State | None = None
    attempts: int | None = None
    updated_at: datetime | None = None  # as it is shown: to the millisecond


def adopt(tx: Tx, who: Person, request_id: str, link: str, base_url: str, seen: Seen = Seen()) -> GenerationRequest:
    """The person found the interview of an unknown request. The link is never fetched."""
    request = _locked(tx, request_id, seen)
    try:
        interview_id, clean_link = share_links.read(link, base_url)
    except share_links.NotAShareLink as fault:
        raise Refusal(Why.UNUSABLE, str(fault)) from None
    _expect_free(tx, request, interview_id)
    _expect(tx, request, {State.UNKNOWN}, "adopted")
    found = Interview(interview_id, clean_link, {})
    if not interviews.store(tx, request.organization, found, Origin.ADOPTED, request.id):
        _expect_free(tx, request, interview_id)  # perhaps another one's, in the same moment
    requests.move(tx, request.id, {State.UNKNOWN}, State.CREATED, interview_id=interview_id, because=None)
    invitations.follow_request(tx, request)
    audit.record(tx, who.name, "adopt", request.id, {"interview": interview_id})
    return _locked(tx, request.id)


def pause(tx: Tx, who: Person, organization: str) -> None:
    """Send nothing more until somebody resumes it. Receipts go on, calls in flight finish."""
    if not organizations.hold(tx, organization, who.name):
        raise Refusal(Why.TOO_LATE, f"{organization} is paused already.{_last(tx, organization)} Nothing has changed.")
    audit.record(tx, who.name, "pause", organization, {})


def resume(tx: Tx, who: Person, organization: str) -> None:
    """Send again, whoever or whatever paused it; after a refusal one call goes alone first.

    Not where the key is another account's: its interviews would be made where nobody looks for them.
    """
    found = organizations.paused(tx, organization)
    if found is not None and "account" in found.facts:
        remedy = f"If that is meant: sprout ping --organization {organization} --trust. Nothing has changed."
        raise Refusal(Why.TOO_LATE, f"The API key of {organization} belongs to another account than before. {remedy}")
    if not organizations.resume(tx, organization):
        raise Refusal(Why.TOO_LATE, f"{organization} is not paused.{_last(tx, organization)} Nothing has changed.")
    audit.record(tx, who.name, "resume", organization, {})


@dataclass(frozen=True)
class Changes:
    """What a retry changes: None leaves a thing as it is."""

    text: str | None = None
    options: Mapping[str, object] | None = None


def retry(
    tx: Tx,
    who: Person,
    request_id: str,
    *,
    not_there: bool,
    changes: Changes,
    wait: timedelta,
    seen: Seen = Seen(),
) -> GenerationRequest:
    """Send again: a held or cancelled one, perhaps with changes; an unknown one only on the word that it is not there."""
    request = _locked(tx, request_id, seen)
    _expect(tx, request, AT_REST | {State.UNKNOWN}, "retried")
    if request.awaits_approval:
        remedy = f"To have it made: sprout requests approve {request.label}. Nothing has changed."
        raise Refusal(Why.TOO_LATE, f"{request.label} waits for a person's approval. {remedy}")
    if request.state is State.UNKNOWN:
        _believe(tx, request, wait, not_there=not_there)
        if changes != Changes():
            raise Refusal(
                Why.UNUSABLE, f"{request.label} is unknown: it is sent again as it was, or adopted; not changed."
            )
        requests.move(tx, request.id, {State.UNKNOWN}, State.WAITING, because=None, due_at=tx.now())
    else:
        _believe(tx, request, wait, not_there=True)
        _change(tx, request, changes)
        requests.move(tx, request.id, AT_REST, State.WAITING, because=None, due_at=tx.now())
    said = {"not_there": not_there, "changed": changes != Changes()}
    audit.record(tx, who.name, "retry", request.id, {**said, "content": requests.content_digest_of(tx, request.id)})
    return _locked(tx, request.id)


def approve(tx: Tx, who: Person, request_id: str, seen: Seen = Seen()) -> GenerationRequest:
    """It was held for a person's word, and this is it."""
    request = _locked(tx, request_id, seen)
    if not request.awaits_approval:
        state = "held for another reason" if request.state is State.HELD else request.state
        sentence = f"{request.label} is {state}; only what waits for approval can be approved."
        raise Refusal(Why.TOO_LATE, f"{sentence}{_last(tx, request_id)} Nothing has changed.")
    requests.move(tx, request.id, {State.HELD}, State.WAITING, because=None, due_at=tx.now())
    digest = requests.content_digest_of(tx, request.id)
    audit.record(tx, who.name, "approve", request.id, {"rule": request.rule, "content": digest})
    return _locked(tx, request.id)


def mend(tx: Tx, who: Person, request_id: str, title: str, content: Content, wait: timedelta) -> GenerationRequest:
    """A held request takes the content that its file has now, as a whole, and is in line again."""
    request = _locked(tx, request_id)
    _expect(tx, request, {State.HELD}, "mended")
    _believe(tx, request, wait, not_there=True)
    requests.rewrite(tx, request, title, content, text_limit=filing.text_limit(content.text))
    requests.move(tx, request.id, {State.HELD}, State.WAITING, because=None, due_at=tx.now())
    audit.record(tx, who.name, "retry", request.id, {"not_there": False, "changed": True})
    return _locked(tx, request.id)


def cancel(
    tx: Tx, who: Person, request_id: str, *, not_there: bool, wait: timedelta, seen: Seen = Seen()
) -> GenerationRequest:
    """Nobody wants it any more."""
    request = _locked(tx, request_id, seen)
    _expect(tx, request, {State.WAITING, State.HELD, State.UNKNOWN}, "cancelled")
    if request.state is State.UNKNOWN:
        _believe(tx, request, wait, not_there=not_there)
    because = Because(Code.CANCELLED_BY_PERSON, {"actor": who.name})
    requests.move(tx, request.id, {request.state}, State.CANCELLED, because=because)
    audit.record(tx, who.name, "cancel", request.id, {"not_there": not_there})
    return _locked(tx, request.id)


def resend(tx: Tx, who: Person, delivery_id: str) -> None:
    """Send a delivery once more, under the same id, its schedule begun anew. One that is under way is left alone."""
    if not deliveries.send_again(tx, delivery_id):
        raise Refusal(Why.TOO_LATE, f"{delivery_id} is on its way right now. Nothing has changed.")
    audit.record(tx, who.name, "resend", delivery_id, {})


def recover(tx: Tx, who: Person, since: datetime, target: str | None) -> list[str]:
    """Send everything again that was given up since then, to one target or to all. Returns the ids."""
    found = deliveries.failed_since(tx, since, target)
    for delivery_id in found:
        resend(tx, who, delivery_id)
    return found


def pause_target(tx: Tx, who: Person, name: str) -> None:
    """Send it nothing more until somebody resumes it. What happens meanwhile waits."""
    if not targets.pause(tx, name, who.name, None):
        raise Refusal(Why.TOO_LATE, f"{name} is paused already.{_last(tx, name)} Nothing has changed.")
    audit.record(tx, who.name, "pause target", name, {})


def resume_target(tx: Tx, who: Person, name: str) -> None:
    """Send again, whoever or whatever paused it."""
    if not targets.resume(tx, name):
        raise Refusal(Why.TOO_LATE, f"{name} is not paused.{_last(tx, name)} Nothing has changed.")
    audit.record(tx, who.name, "resume target", name, {})


def _change(tx: Tx, request: GenerationRequest, changes: Changes) -> None:
    known = requests.content(tx, request.id)
    text = known.text if changes.text is None else plain_text.readable(changes.text)
    options = known.options if changes.options is None else {**known.options, **changes.options}
    because = filing.fault_of(request.kind, text)
    if because is not None:
        raise Refusal(Why.UNUSABLE, f"{request.label} stays {request.state}. {reasons.resting(because)}")
    requests.rewrite(
        tx, request, request.title, Content(text, options, known.about), text_limit=filing.text_limit(text)
    )


def _believe(tx: Tx, request: GenerationRequest, wait: timedelta, *, not_there: bool) -> None:
    """It can be believed that nothing exists once the quarantine of the newest attempt is over."""
    if not not_there:
        raise Refusal(
            Why.TOO_LATE,
            f"{request.label} may exist at TalentSprout. Look for the label {request.label}-{request.fence} there: adopt it, "
            "or say that it is not there (--not-there).",
        )
    if not attempts.may_exist(tx, request.id):
        return
    newest = attempts.past(tx, request.id)[0]
    ends = quarantine.ends_at(newest.lease_until, wait)
    left = ends - tx.now()
    if left > timedelta(0):
        raise Refusal(
            Why.TOO_LATE,
            f"{request.label} may still be on its way. It can be sent again at {reasons.clock_to_the_second(ends)}, "
            f"in {max(round(left.total_seconds()), 1)} s.",
        )


def trust_account(tx: Tx, who: Person, organization: str, account: str) -> None:
    """The key of an organization belongs to another account at TalentSprout than before, and is meant to."""
    organizations.trust(tx, organization, account)
    audit.record(tx, who.name, "trust", organization, {"account": account})


def _locked(tx: Tx, request_id: str, seen: Seen = Seen()) -> GenerationRequest:
    found = requests.get(tx, request_id, lock=True)
    if found is None:
        raise Refusal(Why.NOT_FOUND, f"There is no request {request_id}.")
    if seen.state not in (None, found.state) or seen.attempts not in (None, found.fence):
        count = "1 attempt" if found.fence == 1 else f"{found.fence} attempts"
        now = f"{found.label} is {found.state} with {count} by now, which is not what you saw."
        raise Refusal(Why.TOO_LATE, f"{now}{_last(tx, request_id)} Nothing has changed.")
    if seen.updated_at is not None and instant(seen.updated_at) != instant(found.updated_at):
        since = f"{found.label} changed at {reasons.clock_to_the_second(found.updated_at)}, after what you saw."
        raise Refusal(Why.TOO_LATE, f"{since}{_last(tx, request_id)} Look at its text again; nothing was decided.")
    return found


def _expect(tx: Tx, request: GenerationRequest, states: frozenset[State] | set[State], verb: str) -> None:
    if request.state not in states:
        wanted = " or ".join(sorted(states))
        raise Refusal(
            Why.TOO_LATE,
            f"{request.label} is {request.state}; only what is {wanted} can be {verb}.{_last(tx, request.id)} "
            "Nothing has changed.",
        )


def _last(tx: Tx, subject: str) -> str:
    """What was decided last about it, for whoever comes second."""
    for entry in audit.of(tx, subject):
        if entry.action in DONE:
            return f" {entry.actor} {DONE[entry.action]} at {reasons.clock_to_the_second(entry.at)}."
    return ""


def _expect_free(tx: Tx, request: GenerationRequest, interview_id: str) -> None:
    known = interviews.named(tx, request.organization, interview_id)
    if known is None or known.request_id in (None, request.id):
        return
    owner = requests.get(tx, known.request_id)
    name = "another request" if owner is None else f"{owner.label} ({owner.title})"
    raise Refusal(Why.TOO_LATE, f"That interview belongs to {name} already. Nothing has changed.")
