"""Why a request is not final, in one sentence, and what to do: nothing else composes these texts.

Times below two minutes are counted in seconds, later ones are given as UTC clock times to the minute; a time that can't be
known is not given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.domain.request import Because, Code, GenerationRequest, State

SOON = timedelta(minutes=2)
NOTHING_TO_DO = "Nothing to do."
START_A_WORKER = "Start one: sprout up, or sprout worker."


@dataclass(frozen=True)
class Reason:
    """`until` is when the reason ends, where that is known; `action` is the next step."""

    code: Code
    text: str
    until: datetime | None
    action: str


@dataclass(frozen=True)
class Timing:
    """What sentences need of the configuration: the quarantine, and after how long a silent worker counts as gone."""

    quarantine: timedelta
    silence: timedelta


@dataclass(frozen=True)
class Stopped:
    """Who paused or cancelled the request's batch, and when."""

    batch: str
    by: str
    at: datetime
    is_cancelled: bool = False


@dataclass(frozen=True)
class Situation:
    """What a sentence may need. `ahead` is how many go first, `starts_at` when this one is about to start.

    `repeats_at` is when the next of those whose answers failed may go, whichever that is.
    `sent_at` and `retry_from` belong to the newest attempt: when it was sent, and when its quarantine ends.
    """

    now: datetime
    ahead: int = 0
    starts_at: datetime | None = None
    closed_until: datetime | None = None
    foreign: int = 0
    limit: int = 0
    batch_stopped: Stopped | None = None
    paused_since: datetime | None = None
    pause_facts: Mapping[str, object] | None = None
    paused_by: str | None = None
    worker_seen: datetime | None = None
    worker_alive: bool = True
    sent_at: datetime | None = None
    retry_from: datetime | None = None
    repeats_at: datetime | None = None


def why(request: GenerationRequest, seen: Situation) -> Reason | None:
    """The reason, or None for a request that is created and has none."""
    match request.state:
        case State.CREATED:
            return None
        case State.WAITING:
            return _waiting(request, seen)
        case State.SENDING:
            text = (
                "Being claimed." if seen.sent_at is None else f"Sent at {clock(seen.sent_at)}; waiting for the answer."
            )
            return Reason(Code.UNDER_WAY, text, None, NOTHING_TO_DO)
        case State.HELD | State.CANCELLED:
            because = request.because or Because(Code.CANCELLED_BY_PERSON, {})
            return Reason(because.code, resting(because), None, _resting_action(request, because))
        case State.UNKNOWN:
            return _unknown(request, seen)


def _waiting(request: GenerationRequest, seen: Situation) -> Reason:
    """The strongest obstacle first: without it the weaker ones would not matter."""
    if seen.batch_stopped is not None:
        return _stopped(seen.batch_stopped)
    if seen.paused_since is not None:
        return paused(request.organization, seen.paused_since, seen.pause_facts or {}, seen.paused_by)
    if not seen.worker_alive:
        since = "yet" if seen.worker_seen is None else f"since {clock(seen.worker_seen)}"
        return Reason(
            Code.NO_WORKER, f"No worker has reported {since}.", None, "Start one: sprout up, or sprout worker."
        )
    if request.because is not None and request.due_at > seen.now:
        return Reason(Code.BACKING_OFF, _backing_off(request, seen), request.due_at, NOTHING_TO_DO)
    if request.failures and seen.repeats_at is not None and seen.repeats_at > seen.now:
        return Reason(Code.BACKING_OFF, _one_of_many(request, seen.repeats_at, seen.now), None, NOTHING_TO_DO)
    if seen.closed_until is not None and seen.closed_until > seen.now:
        text = f"TalentSprout asked us to wait until {clock_to_the_second(seen.closed_until)}."
        return Reason(Code.ASKED_TO_WAIT, text, seen.closed_until, NOTHING_TO_DO)
    if seen.foreign:
        text = f"Someone else is using {seen.foreign} of the {seen.limit} slots of this account. {_starts(seen)}"
        return Reason(Code.SHARED_BUDGET, text.strip(), seen.starts_at, NOTHING_TO_DO)
    if seen.ahead == 0:
        return Reason(Code.NEXT_SLOT, f"Next in line{_slot(seen)}.", seen.starts_at, NOTHING_TO_DO)
    text = f"{ordinal(seen.ahead + 1)} in line. {_starts(seen)}"
    return Reason(Code.IN_LINE, text.strip(), seen.starts_at, NOTHING_TO_DO)


def _stopped(found: Stopped) -> Reason:
    if found.is_cancelled:
        return Reason(Code.CANCELLED_BY_PERSON, f"Being cancelled by {found.by}.", None, NOTHING_TO_DO)
    return Reason(
        Code.BATCH_PAUSED, decided("paused", found.by, found.at), None, f"To go on: sprout batch resume {found.batch}."
    )


def _unknown(request: GenerationRequest, seen: Situation) -> Reason:
    because = request.because or Because(Code.DIED_SENDING, {})
    sent = "Sent" if seen.sent_at is None else f"Sent at {clock_to_the_second(seen.sent_at)}"
    what = {
        Code.UNREADABLE_ANSWER: "and the answer could not be read. The interview probably exists",
        Code.DIED_SENDING: "and the process ended before the answer came. The interview may exist",
    }.get(because.code, "and no answer came. The interview may exist")
    label = f"{request.label}-{request.fence}"
    text = f"{sent} {what}. Look for the label {label} in TalentSprout."
    later = (
        ""
        if seen.retry_from is None or seen.retry_from <= seen.now
        else f", from {clock_to_the_second(seen.retry_from)} on"
    )
    action = (
        f"If it is there: sprout requests adopt {request.label} LINK. "
        f"If it is not{later}: sprout requests retry {request.label} --not-there."
    )
    return Reason(because.code, text, seen.retry_from, action)


def resting(because: Because) -> str:
    """The sentence of a reason that is stored with a held or cancelled request."""
    facts = because.facts
    said = f" TalentSprout says: {facts['message']}" if facts.get("message") else ""
    match because.code:
        case Code.TOO_SHORT if "length" in facts:
            return f"The description has {facts['length']} characters; TalentSprout needs {facts['needed']}."
        case Code.TOO_SHORT:
            return f"TalentSprout found the description too short, also with title and place added.{said}"
        case Code.TEMPLATE_MISSING:
            return f"TalentSprout has no template {facts.get('template', 'of this id')}.{said}"
        case Code.INVALID_OPTION:
            return f"TalentSprout does not accept the option {facts.get('param', 'that was sent')}.{said}"
        case Code.MISCONFIGURED:
            return f"The answer was {_status(facts)}, which TalentSprout's API does not give: is base_url right?{said}"
        case Code.ATTEMPTS_USED:
            return (
                f"All {facts.get('attempts', '')} attempts are used up; the last one ended with {_status(facts)}.{said}"
            )
        case Code.APPROVAL:
            return f"The rule {facts.get('rule')} wants a person's word before the interview is made."
        case Code.CHANGED:
            changed = f"The posting changed after {facts.get('of')} was made: {facts.get('what')}."
            return f"{changed} A person decides whether it gets another interview."
        case Code.SKIPPED:
            return f"The rule {facts.get('rule')} makes no interview for this posting any more: {facts.get('why')}"
        case Code.POSTING_CLOSED:
            return "The posting closed before its interview was made."
        case Code.SUPERSEDED:
            return "The posting went back to a text that has its interview."
        case Code.CANCELLED_BY_PERSON:
            return f"Cancelled by {facts.get('actor', 'a person')}."
        case Code.BACKING_OFF:
            return f"TalentSprout took too long, even for the shortest text that makes sense.{said}"
        case _:
            return f"TalentSprout rejected the request with {_status(facts)}.{said}"


def paused(organization: str, since: datetime, facts: Mapping[str, object], person: str | None) -> Reason:
    """Of an organization that sends nothing: because a person said so, or because TalentSprout refused its key."""
    if person is not None:
        text = f"Paused by {person} at {clock(since)}. Nothing is lost; sending resumes when somebody says so."
        return Reason(Code.PAUSED, text, None, f"To go on: sprout organizations resume {organization}.")
    if "account" in facts:
        what = f"says that the API key belongs to {facts['account']}, and not to {facts['known_account']} as before,"
    elif "new_key" in facts:
        what = "has not said yet whose the other API key is that a worker started with"
    else:
        what = "says that the API key lacks a scope" if facts.get("status") == 403 else "refused the API key"
    text = f"Paused: TalentSprout {what} at {clock(since)}. Nothing is lost; sending resumes once a ping succeeds."
    return Reason(Code.REFUSED, text, None, _key_action(facts))


def decided(state: str, by: str, at: datetime) -> str:
    """The sentence of a batch that somebody stopped."""
    return f"The batch was {state} by {by} at {clock(at)}."


def batch_is(state: str, by: str | None, at: datetime | None) -> str:
    """The sentence for a decision about a batch that comes too late, or changes nothing."""
    since = "" if by is None or at is None else f", decided by {by} at {clock(at)}"
    return f"The batch is {state}{since}. Nothing has changed."


def dropped(by: str) -> str:
    """The sentence of a row that was not filed yet when its batch was cancelled."""
    return f"Not filed: the batch was cancelled by {by}."


def no_worker(last_seen: datetime | None) -> str:
    """The sentence of an installation in which nobody works."""
    return f"No worker has reported {'yet' if last_seen is None else f'since {clock(last_seen)}'}."


def _key_action(facts: Mapping[str, object]) -> str:
    """The next step for a paused organization."""
    if "account" in facts:
        return "Put the right key where the configuration's api_key points to, or, if it is meant: sprout ping --trust."
    if facts.get("status") == 403:
        return "Give the key the scope for interviews in TalentSprout, Settings, Developers."
    return "Put a valid key where the configuration's api_key points to, and start the bridge again."


def _resting_action(request: GenerationRequest, because: Because) -> str:
    if request.state is State.CANCELLED:
        return f"To revive it: sprout requests retry {request.label}."
    if because.code is Code.CHANGED:
        kept = f"To keep the interview as it is: sprout requests cancel {request.label}."
        return f"To have another made: sprout requests approve {request.label}. {kept}"
    if because.code is Code.APPROVAL:
        return (
            f"To have it made: sprout requests approve {request.label}. If not: sprout requests cancel {request.label}."
        )
    if because.code in (Code.TOO_SHORT, Code.REJECTED):
        where = "Change the posting in its ATS (it is read by itself), or" if request.source else "Give another text:"
        return f"{where} sprout requests retry {request.label} --text FILE."
    return f"When that is mended: sprout requests retry {request.label}."


def _backing_off(request: GenerationRequest, seen: Situation) -> str:
    facts = request.because.facts if request.because else {}
    again = f"Trying again {_when(request.due_at, seen.now)}"
    if facts.get("status") is None:
        return f"TalentSprout could not be reached ({facts.get('trouble', 'no connection')}). {again}."
    count = f", attempt {facts['attempt']} of {facts['of']}" if "attempt" in facts else ""
    return f"TalentSprout answered {facts['status']}. {again}{count}."


def _one_of_many(request: GenerationRequest, repeats_at: datetime, now: datetime) -> str:
    """It is due, but only so many repetitions may go; nobody knows how many of the others go first."""
    status = request.because.facts.get("status", "an error") if request.because else "an error"
    return (
        f"TalentSprout answered {status}, and not only here. The next of these is tried again {_when(repeats_at, now)}."
    )


def _slot(seen: Situation) -> str:
    if seen.starts_at is None:
        return "; a call goes alone first"
    return ": starts now" if seen.starts_at <= seen.now else f": a slot opens {_when(seen.starts_at, seen.now)}"


def _starts(seen: Situation) -> str:
    if seen.starts_at is None:
        return ""
    when = _when(seen.starts_at, seen.now)
    about = f"in about {when.removeprefix('in ')}" if when.startswith("in ") else f"about {when.removeprefix('at ')}"
    return f"Starts {about} if no live jobs arrive first."


def _when(moment: datetime, now: datetime) -> str:
    left = moment - now
    return f"in {max(round(left.total_seconds()), 1)} s" if left < SOON else f"at {clock(moment)}"


def clock(moment: datetime) -> str:
    """To the minute, in UTC."""
    return f"{moment:%H:%M} UTC"


def clock_to_the_second(moment: datetime) -> str:
    """To the second, in UTC."""
    return f"{moment:%H:%M:%S} UTC"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th …"""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _status(facts: Mapping[str, object]) -> str:
    if facts.get("status") is None:
        return str(facts.get("trouble", "no connection"))
    return f"{facts['status']} {facts['error']}" if facts.get("error") else str(facts["status"])
