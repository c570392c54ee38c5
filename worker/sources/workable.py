"""Workable: candidates' stages, from its webhook subscriptions (workable.readme.io/reference, 2026-11-24). It announces no jobs.

The key is the API token that made the subscription, so a new token signs otherwise. How the signature is encoded is not
documented: hex is taken, and base64. The envelope is known from other people's code only. Data show the state at sending.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.settings import Source
from worker import signing
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, Key, answered, segment, with_query
from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ignored,
    PostingAnnounced,
    PostingChanged,
    PostingClosed,
)
from worker.domain.fields import Fields, Unreadable, unknown
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 200
GIVES_UP_ON_4XX = False  # repeated until 200
SIGNS_TIME = False
ANNOUNCES_POSTINGS = False
BY_ACCOUNT = False
IS_POLLED = True
CALLS_APART = timedelta(seconds=1)  # ten in ten seconds
PAGE = "100"  # jobs
PUBLISHED, DRAFT = "published", "draft"
OVER = frozenset({"archived", "closed"})
HEADER = "X-Workable-Signature"
STAGE_EVENTS = frozenset({"candidate_created", "candidate_moved"})


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """Over the raw body."""
    given = received.header(HEADER)
    matches = [
        signing.hmac_sha256_hex(received.body, given, source.secrets),
        signing.hmac_sha256_base64(received.body, given, source.secrets),
    ]
    return any(matches)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # the id is in the body
    """What Workable sends with a body, as far as is known."""
    return {"Content-Type": "application/json", HEADER: signing.hex_digest(body, source.secrets[0])}


def delivery_id(received: Received, _source: Source) -> str | None:
    """The body's `id`."""
    return received.key("id")


def is_test_body(_received: Received) -> bool:
    """No test body is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    body = received.json()
    name = body.text("event_type")
    if name in STAGE_EVENTS:
        yield _stage(body.child("data"), body.optional_time("fired_at"))
    else:
        yield Ignored.of_no_use("Workable", name)


def page(asking: Asking, source: Source) -> Call:
    """Jobs with their texts: the published ones, or all that have changed since a moment. A page has a link to the next."""
    state = PUBLISHED if asking.since is None else None
    since = None if asking.since is None else asking.since.strftime("%Y%m%dT%H%M%SZ")
    first = with_query(_jobs(source), limit=PAGE, include_fields="full_description", state=state, updated_after=since)
    return Call("GET", asking.next or first, key=Key())


def listed(status: int, body: bytes, _asking: Asking, _source: Source) -> Listed:
    """One event a job; one that comes without its text is to be asked for."""
    answer = answered("Workable", status, body)
    events = each(answer.listed("jobs"), _job_event)
    return Listed(events, answer.optional_child("paging").next_address())


def ask(announced: PostingAnnounced, source: Source) -> Call:
    """The job with its text."""
    return Call("GET", f"{_jobs(source)}/{segment(announced.job_id or '')}", key=Key())


def fetched(status: int, body: bytes, _announced: PostingAnnounced, _source: Source) -> Iterator[Event]:
    """The job as it is now. A state that is not known closes nothing."""
    job = answered("Workable", status, body)
    state = job.text("state").lower()
    if state not in OVER | {PUBLISHED, DRAFT}:
        raise Unreadable(f"the job has {unknown('state', state)}")
    yield PostingChanged(_posting(job)) if state == PUBLISHED else PostingClosed(job.key("shortcode"))


def _job_event(job: Fields) -> Event:
    """`closed` means that a job is for internal or confidential use, `archived` that it is over."""
    job_id, state = job.key("shortcode"), job.text("state", "").lower()
    if state == DRAFT:
        return Ignored(f"Job {job_id} is a draft.")
    if state in OVER:
        return PostingClosed(job_id)
    if state != PUBLISHED:
        return Ignored(f"Job {job_id} has {unknown('state', state)}.")
    if job.has("full_description"):
        return PostingChanged(_posting(job))
    return PostingAnnounced(job_id, title=job.line("title", ""))


def _posting(job: Fields) -> JobPosting:
    location = job.optional_child("location")
    places = (location.optional_line(name) for name in ("city", "region", "country"))
    return JobPosting(
        job_id=job.key("shortcode"),
        title=job.line("title", ""),
        description=job.text("full_description", "") or job.text("description", ""),
        requisition_id=job.optional_key("code"),
        location=", ".join(filter(None, places)) or None,
        department=job.optional_line("department"),
        url=job.optional_url("url"),
    )


def _jobs(source: Source) -> str:
    if source.api_url is None:
        raise Unreadable('Workable\'s API has an address for each customer; set api_url = "https://NAME.workable.com"')
    return f"{source.api_url}/spi/v3/jobs"


def _stage(candidate: Fields, moved_at: datetime | None) -> Event:
    """A candidate in Workable is one for one job: a person who applies twice has two ids."""
    stage, job_id = candidate.optional_line("stage"), candidate.optional_child("job").optional_key("shortcode")
    if stage is None or job_id is None:
        return Ignored("The candidate stands at no stage of a job.")
    return CandidateReachedStage(
        None,
        candidate.key("id"),
        stage,
        candidate.optional_line("email"),
        job_id=job_id,
        name=candidate.optional_line("name"),
        moved_at=moved_at,
        is_active=not candidate.flag("disqualified", default=False),
    )
