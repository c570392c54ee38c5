"""What a delivery says: read from the ledger when it is sent, so that nothing about a person is kept with it.

The objects are those of the API. What was so when it happened and may be otherwise by now (the reason of a hold, who paused)
comes from the delivery's own facts. What was erased meanwhile can't be told any more.
"""

from collections.abc import Collection
from dataclasses import replace

from config.settings import Settings, Target
from worker import shown, shown_candidates
from worker.domain.delivery import Delivery
from worker.domain.message import Happened, Message
from worker.domain.request import Because, Code, GenerationRequest, State
from worker.ledger import applications, interviews, listing, postings, requests
from worker.ledger.connection import Tx
from worker.policy.reasons import Timing
from worker.shown import Shown

NOUNS = ("organization", "source", "batch", "target")  # what is said of them is kept with the delivery
STATES = {Happened.REQUEST_HELD: State.HELD, Happened.REQUEST_UNKNOWN: State.UNKNOWN}


class NothingToTell(Exception):
    """What this delivery is about is not there any more; the text is a sentence for people."""


def message(tx: Tx, found: Delivery, settings: Settings, timing: Timing) -> Message:
    """The message of a delivery, as its target may know it. Raises NothingToTell."""
    about = found.subjects
    request = _wanted(tx, found)
    facts: dict[str, object] = {} if request is None else {"request": _request(tx, found, request, timing)}
    if about.application is not None:
        facts["application"] = _application(tx, found, about.application, settings)
    interview = about.interview or (None if request is None else request.interview_id)
    if interview is not None:
        facts["interview"] = _interview(tx, interview)
    if about.result is not None:
        facts["result"] = _result(tx, about.result, settings.targets[found.target])
    source, job = (about.source, about.job) if request is None else (request.source, request.job_id)
    if source is not None and job is not None and (posting := postings.seen(tx, source, job)) is not None:
        facts["job"] = _job(posting)
    facts |= _kept(found)
    page = None if request is None else f"{settings.bridge.public_url}/requests/{request.id}"
    return Message(found.id, found.event, found.created_at, found.organization, facts, page)


def _wanted(tx: Tx, found: Delivery) -> GenerationRequest | None:
    """The request that it is about; of a posting that closed the one that was filed for it, if there is one."""
    about = found.subjects
    if about.request is None:
        is_of_job = about.source is not None and about.job is not None
        return postings.newest_request(tx, about.source or "", about.job or "") if is_of_job else None
    request = requests.get(tx, about.request)
    if request is None:
        raise NothingToTell("The request that it tells of is not there any more.")
    return request


def _kept(found: Delivery) -> dict[str, object]:
    """What the delivery itself says of its nouns, as it was then."""
    told = ((noun, found.facts.get(noun)) for noun in NOUNS)
    return {noun: {**_named(found, noun), **of} for noun, of in told if isinstance(of, dict)}


def _named(found: Delivery, noun: str) -> dict[str, object]:
    about = found.subjects
    match noun:
        case "batch":
            return {"id": about.batch}
        case "source":
            return {"name": about.source}
        case "target":
            return {"name": about.target}
        case _:
            return {"name": found.organization}


def _request(tx: Tx, found: Delivery, request: GenerationRequest, timing: Timing) -> Shown:
    """As it is now; but a hold says why it was held, whatever became of it since."""
    state = STATES.get(found.event)
    if state is None:
        return shown.one_request(tx, request, timing)
    told = found.facts.get("because")
    because = Because(Code(told["code"]), told["facts"]) if isinstance(told, dict) else None
    then = replace(request, state=state, because=because)
    return {**shown.one_request(tx, then, timing), "action": shown.evidence(tx, then, timing)["action"]}


def _interview(tx: Tx, interview_id: str) -> Shown:
    stored = interviews.get(tx, interview_id)
    if stored is None:
        raise NothingToTell("The interview that it tells of is not there any more.")
    return shown.interview(tx, stored)


def _result(tx: Tx, result_id: str, target: Target) -> Shown:
    found = listing.one_result(tx, result_id)
    if found is None:
        raise NothingToTell("The result that it tells of was erased.")
    return only(shown.one_result(found), target.include)


def only(result: Shown, include: Collection[str]) -> Shown:
    """A result with what a target's `include` allows: the person, and what opens more than a list does."""
    kept = {"evaluation": "evaluation", "transcript": "transcript", "recording_url": "recording"}
    told = {key: value for key, value in result.items() if kept.get(key, key) in include or key not in kept}
    return told if "candidate" in include else {**told, "candidate": None}


def _application(tx: Tx, found: Delivery, application_id: str, settings: Settings) -> Shown:
    """With the personal link. Who has left the stage meanwhile, or has answered, is not to be written to any more."""
    known = applications.get(tx, application_id)
    if known is None:
        raise NothingToTell("The application that it tells of was erased.")
    if not known.at_stage:
        raise NothingToTell("The candidate has left the stage meanwhile.")
    theirs = listing.results_of(tx, [known.id])[known.id]
    if found.event is Happened.CANDIDATE_REMINDED and any(one.take is not None for one in theirs):
        raise NothingToTell("The candidate's result has come meanwhile.")
    link = shown_candidates.personal_link(tx, known, settings)
    told = {**shown_candidates.application(known, theirs), "personal_link": link}
    return told if "candidate" in settings.targets[found.target].include else {**told, "candidate": None}


def _job(known: postings.StoredPosting) -> Shown:
    about = {key: known.about.get(key) for key in ("location", "department", "company", "url")}
    own = {"id": known.job_id, "source": known.source, "requisition_id": known.requisition_id}
    return {**own, "title": known.title, "is_open": known.is_open, **about}
