"""What a delivery says: read from the ledger when it is sent, so that nothing about a person is kept with it.

The objects are those of the API. What was so when it happened and may be otherwise by now (the reason of a hold, who paused)
comes from the delivery's own facts. What was erased meanwhile can't be told any more.
"""

from collections.abc import Collection
from dataclasses import replace

from config.settings import Settings, Target
from worker import shown, shown_candidates
from worker.assembly import Bridge
from worker.domain.delivery import Delivery
from worker.domain.message import Happened, Message
from worker.domain.request import Because, Code, State
from worker.ledger import applications, interviews, listing, postings, requests
from worker.ledger.connection import Tx
from worker.policy.reasons import Timing
from worker.shown import Shown

STATES = {Happened.REQUEST_HELD: State.HELD, Happened.REQUEST_UNKNOWN: State.UNKNOWN}


class NothingToTell(Exception):
    """What this delivery is about is not there any more; the text is a sentence for people."""


def message(tx: Tx, found: Delivery, bridge: Bridge) -> Message:
    """The message of a delivery, as its target may know it. Raises NothingToTell."""
    settings, timing = bridge.settings, bridge.timing
    about = found.subjects
    facts: dict[str, object] = {}
    if about.request is not None:
        facts["request"] = _request(tx, found, about.request, timing)
    if about.application is not None:
        facts["application"] = _application(tx, found, about.application, settings)
    if about.interview is not None:
        facts["interview"] = _interview(tx, about.interview)
    if about.result is not None:
        facts["result"] = _result(tx, about.result, settings.targets[found.target])
    if about.job is not None and about.source is not None:
        facts["job"] = _job(tx, about.source, about.job)
    for noun, name in (("source", about.source), ("batch", about.batch), ("target", about.target)):
        if name is not None:
            facts[noun] = {"id" if noun == "batch" else "name": name, **_then(found, noun)}
    if (told := _then(found, "organization")) or found.event in _OF_ORGANIZATIONS:
        facts["organization"] = {"name": found.organization, **told}
    page = f"{settings.bridge.public_url}/requests/{about.request}" if about.request is not None else None
    return Message(found.id, found.event, found.created_at, found.organization, facts, page)


_OF_ORGANIZATIONS = frozenset({Happened.ORGANIZATION_PAUSED, Happened.ORGANIZATION_RESUMED})


def _then(found: Delivery, noun: str) -> dict[str, object]:
    """What the delivery itself says of one of its nouns."""
    told = found.facts.get(noun)
    return dict(told) if isinstance(told, dict) else {}


def _request(tx: Tx, found: Delivery, request_id: str, timing: Timing) -> Shown:
    """As it is now; but a hold says why it was held, whatever became of it since."""
    request = requests.get(tx, request_id)
    if request is None:
        raise NothingToTell("The request that it tells of is not there any more.")
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


def _job(tx: Tx, source: str, job_id: str) -> Shown:
    known = postings.seen(tx, source, job_id)
    if known is None:
        raise NothingToTell("The posting that it tells of is not there any more.")
    about = {"title": known.title, "is_open": known.is_open, "url": known.about.get("url")}
    return {"id": job_id, "source": source, "requisition_id": known.requisition_id, **about}
