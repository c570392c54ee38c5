"""SmartRecruiters: jobs and applications, from its webhook subscriptions (developers.smartrecruiters.com, 2026-11-24).

Bodies hold ids alone, and most are the same for every event of a job: what happened, and which delivery it is, stands in the
headers, which the signature covers. So every event of a job announces it, and the answer of the API says whether it is open.
Only the status 202 counts as received, but a subscription is activated by 200 and an echo.
A candidate has an assignment for each job, and its sub-status is a step that the customer has named. Assumed: the statuses with
which somebody is out (documented are those of another API), and that every assignment is in the candidate's details.
"""

import html
import re
from collections.abc import Iterator
from datetime import datetime

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
from worker.domain.fields import Fields, Unreadable, unknown
from worker.domain.posting import JobPosting
from worker.domain.received import Handshake, Received

ACCEPTED = 202
GIVES_UP_ON_4XX = False  # ten redeliveries within a day
SIGNS_TIME = True
ANNOUNCES_POSTINGS = True
BY_ACCOUNT = False
IS_POLLED = False
PAGE = 100  # jobs
SIGNATURE, TIME = "smartrecruiters-signature", "smartrecruiters-timestamp"
SIGNED_HEADERS = ("event-id", "event-name", "event-version", "link")
VERSION = "v201910"
SCHEME = "v1="
HOOK_SECRET = "X-Hook-Secret"  # noqa: S105  # a header's name
NO_NEWS = (b"", b"{}")  # these bytes alone: an answer is stored for each body, and nobody vouches for it
ECHOED = re.compile(r"[!-~]{1,255}")
JOB_IN_LINK = re.compile(r"/jobs/(?P<id>[A-Za-z0-9_-]+)")
JOB_EVENTS = frozenset(
    {"job.created", "job.updated", "job.status.updated", "job.ad.created", "job.ad.updated", "job.ad.postings.updated"}
)
STAGE_EVENTS = frozenset({"application.created", "application.status.updated"})
API = "https://api.smartrecruiters.com"
OPEN = frozenset({"created", "sourcing", "interview", "offer"})
OVER = frozenset({"cancelled", "filled", "on_hold"})
PUBLIC = "public"
OUT = frozenset({"hired", "rejected", "withdrawn", "transferred"})  # candidates
SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


def is_authentic(received: Received, source: Source, now: datetime) -> bool:
    """One of the segments `v1=<hex>`, at most five minutes old or early; there is one for each active key."""
    timestamp = received.header(TIME)
    if not signing.is_recent(timestamp, now):
        return False
    message = _message(received.body, timestamp, [received.header(name) for name in SIGNED_HEADERS])
    given = [one.strip() for one in received.header(SIGNATURE).split(";")]
    digests = [one.removeprefix(SCHEME) for one in given if one.startswith(SCHEME)]
    matches = [signing.hmac_sha256_hex(message, digest, source.secrets) for digest in digests]
    return any(matches)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:
    """What SmartRecruiters sends with a body. The event's name is chosen by the ids that the body holds."""
    timestamp = str(int(now.timestamp()))
    headers = {"event-id": delivery_id, "event-name": _likely_name(body), "event-version": VERSION}
    message = _message(body, timestamp, [headers.get(name, "") for name in SIGNED_HEADERS])
    digest = signing.hex_digest(message, source.secrets[0])
    return {"Content-Type": "application/json", SIGNATURE: f"{SCHEME}{digest}", TIME: timestamp, **headers}


def delivery_id(received: Received, _source: Source) -> str | None:
    """`event-id`. Without one the signed time and name must help: the digest of the body is the same for every event."""
    if event_id := received.header("event-id").strip():
        return event_id
    if timestamp := received.header(TIME):
        return f"{timestamp} {received.header('event-name')} {received.digest()}"
    return None


def is_test_body(_received: Received) -> bool:
    """Nothing but the handshake comes before the first event."""
    return False


def handshake(received: Received) -> Handshake | None:
    """The activation of a subscription: the header comes back with the status 200, to a request that says nothing else."""
    value = received.header(HOOK_SECRET)
    if not ECHOED.fullmatch(value) or received.body not in NO_NEWS or received.header("event-name"):
        return None
    return Handshake(200, {HOOK_SECRET: value})


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery, by the name in its header."""
    name, body = received.header("event-name").strip().lower(), received.json()
    if name in JOB_EVENTS:
        yield PostingAnnounced(_job_id(received, body, is_of_job=not name.startswith("job.ad.")))
    elif name in STAGE_EVENTS:
        yield CandidateReachedStage(
            None,
            body.optional_key("candidate_id"),
            None,
            job_id=body.optional_key("job_id"),
            application_id=body.optional_key("id"),
        )
    else:
        yield Ignored.of_no_use("SmartRecruiters", name)


def ask(announced: PostingAnnounced, source: Source) -> Call:
    """The job with its ad."""
    url = f"{source.api_url or API}/jobs/{segment(announced.job_id or '')}"
    return Call("GET", url, key=Key("X-SmartToken", before=""))


def fetched(status: int, body: bytes, announced: PostingAnnounced, _source: Source) -> Iterator[Event]:
    """Open where the job is being hired for and its ad is public, else closed. A status that is not known closes nothing."""
    job = answered("SmartRecruiters", status, body)
    job_id, requisition_id = job.key("id"), job.optional_key("refNumber")
    changed_at = announced.newest(job.optional_time("updatedOn"))
    state = job.text("status").lower()
    if state not in OPEN | OVER:
        raise Unreadable(f"the job has {unknown('status', state)}")
    if state in OPEN and job.text("postingStatus", PUBLIC).lower() == PUBLIC:
        yield PostingOpened(_posting(job, changed_at))
    else:
        yield PostingClosed(job_id, requisition_id, changed_at)


def ask_application(told: CandidateReachedStage, source: Source) -> Call:
    """The candidate, with the assignments to jobs."""
    if told.candidate_id is None or told.job_id is None:
        raise Unreadable("the event names no candidate_id and job_id, by which its application is asked for")
    url = f"{source.api_url or API}/candidates/{segment(told.candidate_id)}"
    return Call("GET", url, key=Key("X-SmartToken", before=""))


def fetched_application(
    status: int, body: bytes, told: CandidateReachedStage, _source: Source
) -> CandidateReachedStage | Ignored:
    """Of several assignments the one to the event's job. It stands at its sub-status, if there is one; the status is the id."""
    candidate = answered("SmartRecruiters", status, body)
    assignments = [candidate.optional_child("primaryAssignment"), *candidate.children("secondaryAssignments")]
    own = next((one for one in assignments if one.optional_child("job").optional_key("id") == told.job_id), None)
    if own is None:
        raise Unreadable("it names no assignment of the candidate to the job that the event is about")
    state = own.optional_line("status")
    if state is None:
        raise Unreadable("status of the candidate's assignment is missing; expected its name")
    names = (candidate.optional_line("firstName"), candidate.optional_line("lastName"))
    return CandidateReachedStage(
        None,
        candidate.key("id"),
        own.optional_line("subStatus") or state,
        candidate.optional_line("email"),
        job_id=told.job_id,
        application_id=told.application_id,
        stage_id=state,
        name=" ".join(filter(None, names)) or None,
        moved_at=told.moved_at,
        is_active=state.lower() not in OUT,
    )


def page(asking: Asking, source: Source) -> Call:
    """All jobs, a hundred at a time: which are open, their statuses say."""
    url = with_query(f"{source.api_url or API}/jobs", limit=str(PAGE), offset=asking.next)
    return Call("GET", url, key=Key("X-SmartToken", before=""))


def listed(status: int, body: bytes, asking: Asking, _source: Source) -> Listed:
    """Jobs to be asked for one by one, because a list has no texts. The next page begins behind this one's last job."""
    answer = answered("SmartRecruiters", status, body)
    events = each(answer.listed("content"), _listed)
    behind = int(asking.next or 0) + len(events)
    total = answer.optional_number("totalFound")  # without it the list ends with a page that is empty
    return Listed(events, str(behind) if events and (total is None or behind < total) else None)


def _listed(job: Fields) -> Event:
    job_id, requisition_id = job.key("id"), job.optional_key("refNumber")
    is_public = job.text("postingStatus", PUBLIC).lower() == PUBLIC
    if job.text("status", "").lower() in OVER or not is_public:
        return PostingClosed(job_id, requisition_id)
    return PostingAnnounced(job_id, requisition_id, title=job.line("title", ""))


def _posting(job: Fields, changed_at: datetime | None) -> JobPosting:
    location = job.optional_child("location")
    places = (location.optional_line(name) for name in ("city", "region", "country"))
    return JobPosting(
        job_id=job.key("id"),
        title=job.line("title", ""),
        description=_description(job.optional_child("jobAd").optional_child("sections")),
        requisition_id=job.optional_key("refNumber"),
        location=", ".join(filter(None, places)) or None,
        department=job.optional_child("department").optional_line("label"),
        language=job.optional_child("language").optional_line("code"),
        changed_at=changed_at,
    )


def _description(sections: Fields) -> str:
    """The four sections in the order in which candidates read them, each under its title."""
    told = []
    for name in SECTIONS:
        section = sections.optional_child(name)
        if text := section.text("text", "").strip():
            title = section.line("title", "")
            told.append(f"<h2>{html.escape(title)}</h2>\n{text}" if title else text)
    return "\n".join(told)


def _job_id(received: Received, body: Fields, *, is_of_job: bool) -> str:
    """Newer bodies say `id` for the job itself; of an ad, only the link leads to the job then."""
    if body.has("job_id"):
        return body.key("job_id")
    if is_of_job and body.has("id"):
        return body.key("id")
    found = JOB_IN_LINK.search(received.header("link"))
    if found is None:
        raise Unreadable("job_id is missing, and the Link header names no job")
    return found["id"]


def _likely_name(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    if '"candidate_id"' in text:
        return "application.status.updated"
    return "job.ad.updated" if '"job_ad_id"' in text else "job.updated"


def _message(body: bytes, timestamp: str, headers: list[str]) -> bytes:
    """The six parts, with dots between; an absent header is empty."""
    return b".".join([timestamp.encode(), body, *(header.encode("latin-1", "replace") for header in headers)])
