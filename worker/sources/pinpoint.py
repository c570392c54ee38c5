"""Pinpoint: jobs and applications, from its webhooks (developers.pinpointhq.com/docs/webhooks-overview, 2026-11-24).

Bodies hold ids alone, so jobs are announced and asked for at the customer's own address. Deliveries have no id.
The shape of job events is known from a sample only.
An application's job and stage are related resources, which an answer holds where `include` names them. Assumed: that a stage has
its name in `name` (`title` is read too), that who is out stands at another stage, and that the relations of an application are
called as in the documented call that makes one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from config.settings import Source
from worker import signing
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, Key, answered, segment, with_query
from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ignored,
    PostingAnnounced,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Fields, Unreadable
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx within five seconds; 3xx fails
GIVES_UP_ON_4XX = False  # ten retries within a day
SIGNS_TIME = False
ANNOUNCES_POSTINGS = True
BY_ACCOUNT = False
IS_POLLED = False
HEADER = "PINPOINT-HMAC-SHA256"
OPEN = "open"


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """`PINPOINT-HMAC-SHA256: <base64>` over the raw body."""
    return signing.hmac_sha256_base64(received.body, received.header(HEADER), source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # there is no id
    """What Pinpoint sends with a body."""
    return {"Content-Type": "application/json", HEADER: signing.base64_digest(body, source.secrets[0])}


def delivery_id(_received: Received, _source: Source) -> str | None:
    """There is none: the digest of the body must do; `triggeredAt` in it tells events apart."""
    return None


def is_test_body(_received: Received) -> bool:
    """No test body is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    body = received.json()
    name = body.text("event")
    match name:
        case "job_created" | "job_updated":
            yield PostingAnnounced(_job(body).key("id"), changed_at=_moment(body))
        case "job_deleted":
            yield PostingClosed(_job(body).key("id"), changed_at=_moment(body))
        case "application_created" | "application_moved":
            application = body.child("data").child("application")
            job_id = body.child("data").optional_child("job").optional_key("id")
            yield CandidateReachedStage(
                None, None, None, job_id=job_id, application_id=application.key("id"), moved_at=_moment(body)
            )
        case _:
            yield Ignored.of_no_use("Pinpoint", name)


def ask(announced: PostingAnnounced, source: Source) -> Call:
    """The job, in the form of JSON:API."""
    return Call("GET", f"{_jobs(source)}/{segment(announced.job_id or '')}", key=Key("X-API-KEY", before=""))


def fetched(status: int, body: bytes, announced: PostingAnnounced, _source: Source) -> Iterator[Event]:
    """Open where its status is `open`; a job without a status is told apart by nothing, and counts as open."""
    data = answered("Pinpoint", status, body).child("data")
    job_id, job = data.key("id"), data.child("attributes")
    changed_at = announced.newest(job.optional_time("updated_at"))
    if job.text("status", OPEN).lower() != OPEN:
        yield PostingClosed(job_id, changed_at=changed_at)
        return
    title, description = job.line("title", ""), job.text("description", "")
    yield PostingOpened(JobPosting(job_id, title, description, url=job.optional_url("url"), changed_at=changed_at))


def ask_application(told: CandidateReachedStage, source: Source) -> Call:
    """The application, with its job and its stage."""
    url = f"{_root(source)}/applications/{segment(told.application_id or '')}"
    return Call("GET", with_query(url, include="job,stage"), key=Key("X-API-KEY", before=""))


def fetched_application(
    status: int, body: bytes, told: CandidateReachedStage, _source: Source
) -> CandidateReachedStage | Ignored:
    """Names and address are concealed where a job is screened anonymously."""
    answer = answered("Pinpoint", status, body)
    data = answer.child("data")
    person, related = data.optional_child("attributes"), data.child("relationships")
    stage_id = related.child("stage").child("data").key("id")
    names = (person.optional_line("first_name"), person.optional_line("last_name"))
    return CandidateReachedStage(
        None,
        told.candidate_id,
        _stage_name(answer, stage_id),
        person.optional_line("email"),
        job_id=related.child("job").child("data").key("id"),
        application_id=data.key("id"),
        stage_id=stage_id,
        name=" ".join(filter(None, names)) or None,
        moved_at=told.moved_at,
    )


def _stage_name(answer: Fields, stage_id: str) -> str:
    """Raises Unreadable where it is not there: a source may know its stage by name, and would invite nobody."""
    for one in answer.children("included"):
        if one.text("type") == "stages" and one.key("id") == stage_id:
            stage = one.child("attributes")
            if (name := stage.optional_line("name") or stage.optional_line("title")) is not None:
                return name
    raise Unreadable("included does not name the stage that the application is related to")


def page(asking: Asking, source: Source) -> Call:
    """Jobs, in the form of JSON:API, where a page has a link to the next."""
    return Call("GET", asking.next or _jobs(source), key=Key("X-API-KEY", before=""))


def listed(status: int, body: bytes, _asking: Asking, _source: Source) -> Listed:
    """Jobs to be asked for one by one."""
    answer = answered("Pinpoint", status, body)
    events = each(answer.listed("data"), _listed)
    return Listed(events, answer.optional_child("links").next_address())


def _listed(data: Fields) -> Event:
    job = data.optional_child("attributes")
    if job.text("status", OPEN).lower() != OPEN:
        return PostingClosed(data.key("id"))
    return PostingAnnounced(data.key("id"), title=job.line("title", ""))


def _jobs(source: Source) -> str:
    return f"{_root(source)}/jobs"


def _root(source: Source) -> str:
    if source.api_url is None:
        raise Unreadable(
            'Pinpoint\'s API has an address for each customer; set api_url = "https://NAME.pinpointhq.com"'
        )
    return f"{source.api_url}/api/v1"


def _job(body: Fields) -> Fields:
    return body.child("data").child("job")


def _moment(body: Fields) -> datetime | None:
    """`triggeredAt`, in seconds."""
    try:
        return (
            datetime.fromtimestamp(body.optional_number("triggeredAt") or 0, UTC) if body.has("triggeredAt") else None
        )
    except (Unreadable, ValueError, OverflowError, OSError):
        return None
