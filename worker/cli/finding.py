"""The one thing that an id, a unique start of one, or a request's label means."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from config.wording import shown
from worker.cli.endings import Failure
from worker.domain.application import Application
from worker.domain.delivery import Delivery
from worker.domain.interview import StoredInterview
from worker.domain.request import GenerationRequest
from worker.ledger import applications, batches, deliveries, delivery_lists, events, interviews, listing, requests
from worker.ledger.announcing import PREFIX
from worker.ledger.batches import Batch
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.ledger.results import StoredResult

MOST_CANDIDATES = 5
T = TypeVar("T")


def request(tx: Tx, given: str) -> GenerationRequest:
    """By id, start or label (spr-7K2QX, also with the number of an attempt). Raises Failure."""
    found = _one(tx, "request", given, lambda one: _request_line(requests.get(tx, one)))
    return _there(requests.get(tx, found))


def event(tx: Tx, given: str) -> StoredEvent:
    """By id or start. Raises Failure."""
    return _there(events.get(tx, _one(tx, "event", given, str)))


def interview(tx: Tx, given: str) -> StoredInterview:
    """By TalentSprout's id or its start. Raises Failure."""
    return _there(interviews.get(tx, _one(tx, "interview", given, str)))


def interview_of(tx: Tx, given: str) -> StoredInterview:
    """The newest of a job: by its request's label or id, its own id, or the job's id in its ATS. Raises Failure."""
    wanted = given.strip()
    if wanted and (of_job := interviews.of_job(tx, wanted)) is not None:
        return of_job
    if wanted and listing.starting_with(tx, "interview", wanted, 1):
        return interview(tx, wanted)
    asked = _asked_for(tx, wanted)
    if asked.interview_id is None:
        sentence = f"{asked.label} is {asked.state}: it has no interview yet. See: sprout requests show {asked.label}"
        raise Failure("not_ready", sentence)
    return _there(interviews.get(tx, asked.interview_id))


def _asked_for(tx: Tx, given: str) -> GenerationRequest:
    """The request that `given` names, among what may name an interview. Raises Failure."""
    try:
        return request(tx, given)
    except Failure as fault:
        if fault.code != "not_found":
            raise
        sentence = f"No interview, request or job goes by {shown(given)}. See: sprout interviews list, sprout coverage"
        raise Failure(fault.code, sentence) from None


def result(tx: Tx, given: str) -> StoredResult:
    """By id or start. Raises Failure."""
    return _there(listing.one_result(tx, _one(tx, "result", given, str)))


def application(tx: Tx, given: str) -> Application:
    """By our id or its start; or by what names it elsewhere: the ATS's ids, an external id, a session. Raises Failure."""
    named = applications.named(tx, given.strip(), MOST_CANDIDATES)
    if len(named) > 1:
        lines = "".join(f"\n  {one.id}  {one.source}  job {one.job_id or one.requisition_id}" for one in named)
        sentence = f"{shown(given)} names several applications; say which:{lines}"
        raise Failure("ambiguous", sentence, candidates=[one.id for one in named])
    return named[0] if named else _there(applications.get(tx, _one(tx, "candidate", given, str)))


def session_of(tx: Tx, given: str) -> str:
    """A session by its id at TalentSprout, or by the id of its result here."""
    found = listing.one_result(tx, given.strip())
    return given.strip() if found is None else found.result.session_id


def batch(tx: Tx, given: str) -> Batch:
    """By id or start. Raises Failure."""
    return _there(batches.get(tx, _one(tx, "batch", given, lambda one: f"{one}  {_there(batches.get(tx, one)).name}")))


def delivery(tx: Tx, given: str) -> Delivery:
    """By id or start, with or without its "msg_". Raises Failure."""
    wanted = given.strip()
    start = wanted if wanted.startswith(PREFIX) else PREFIX + wanted
    found = delivery_lists.starting_with(tx, start, MOST_CANDIDATES + 1) if wanted else []
    return _there(deliveries.get(tx, only("delivery", start if found else wanted, found, str)))


def only(noun: str, given: str, found: Sequence[str], line: Callable[[str], str]) -> str:
    """The one of `found` that `given` means: itself, or the only one that begins so. Raises Failure."""
    if given in found:
        return given
    if not found:
        raise Failure("not_found", f"There is no {noun} {shown(given)}. See: sprout {_plural(noun)} list")
    if len(found) > 1:
        lines = "".join(f"\n  {line(one)}" for one in found[:MOST_CANDIDATES])
        more = "\n  …" if len(found) > MOST_CANDIDATES else ""
        sentence = f'Several {_plural(noun)} begin with "{given}"; give more of the id:{lines}{more}'
        raise Failure("ambiguous", sentence, candidates=list(found[:MOST_CANDIDATES]))
    return found[0]


def _one(tx: Tx, noun: str, given: str, line: Callable[[str], str]) -> str:
    wanted = given.strip()
    found = listing.starting_with(tx, noun, wanted, MOST_CANDIDATES + 1) if wanted else []
    return only(noun, wanted, found, line)


def _request_line(found: GenerationRequest | None) -> str:
    known = _there(found)
    return f"{known.id}  {known.label}  {known.title}"


def _plural(noun: str) -> str:
    return {"token": "token", "batch": "batch", "delivery": "deliveries"}.get(noun, f"{noun}s")


def _there(found: T | None) -> T:
    assert found is not None, "it was found in this transaction"
    return found
