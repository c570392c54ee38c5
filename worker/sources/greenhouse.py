"""Greenhouse: job posts and candidates' stages, from its webhooks (developers.greenhouse.io/webhooks.html, 2026-11-24).

A job may have many posts. The post is what candidates read, so its id keys the interview; the job behind it is the
requisition, which candidates' events name. A post without job_id is a prospect post: there is nothing to interview for.
The signature covers the raw bytes, in which Greenhouse writes "<" and every letter beyond ASCII as \\uXXXX.
"""

import html
from collections.abc import Callable, Iterator
from datetime import datetime

from config.settings import Source
from worker import signing
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, answered, with_query
from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ignored,
    Ping,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Fields, Unreadable, single_line
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 200  # the retry rule is worded "not 200"
GIVES_UP_ON_4XX = False
SIGNS_TIME = False
ANNOUNCES_POSTINGS = True
BY_ACCOUNT = False
IS_POLLED = False
LARGEST_TEST_BODY = 4096  # bytes
ACTIVE = "active"  # the others are rejected and hired


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """`Signature: sha256 <hex>`, with one space."""
    scheme, _, digest = received.header("Signature").partition(" ")
    return scheme == "sha256" and signing.hmac_sha256_hex(received.body, digest, source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # no time is signed
    """What Greenhouse sends with a body."""
    digest = signing.hex_digest(body, source.secrets[0])
    return {
        "Content-Type": "application/json",
        "Signature": f"sha256 {digest}",
        "Greenhouse-Event-ID": delivery_id,
    }


def delivery_id(received: Received, _source: Source) -> str | None:
    """`Greenhouse-Event-ID`, constant over retries. It is not signed, so a replay may have changed it."""
    return received.header("Greenhouse-Event-ID").strip() or None


def is_test_body(received: Received) -> bool:
    """A ping with some settings of the webhook; its exact body is not documented, so: small, and nothing nested in it."""
    if len(received.body) > LARGEST_TEST_BODY:
        return False
    try:
        body = received.json()
        settings = body.optional_child("payload").values
    except Unreadable:
        return False
    is_flat = not any(isinstance(value, dict | list) for value in settings.values())
    return body.values.get("action") == "ping" and body.values.keys() <= {"action", "payload"} and is_flat


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery; a candidate in several jobs is one event a job."""
    body = received.json()
    action = body.text("action")
    reader = READERS.get(action)
    if reader is None:
        yield Ignored(f'Greenhouse\'s event "{single_line(action)[:80]}" says nothing about a posting or a stage.')
    else:
        yield from reader(body)


def page(_asking: Asking, source: Source) -> Call:
    """The public job board with its texts. It wants no key, but the name of the board: in `api_url`."""
    if source.api_url is None:
        raise Unreadable(
            'each job board has its own address; set api_url = "https://boards-api.greenhouse.io/v1/boards/BOARD"'
        )
    return Call("GET", with_query(f"{source.api_url}/jobs", content="true"))


def listed(status: int, body: bytes, _asking: Asking, _source: Source) -> Listed:
    """Every post of the board; the list is whole. Here a text's HTML is escaped once more than in an event."""
    return Listed(each(answered("Greenhouse", status, body).listed("jobs"), _on_board))


def _on_board(post: Fields) -> Event:
    if not post.has("internal_job_id"):
        return Ignored(f"Post {post.key('id')} belongs to no job: it is a prospect post.")
    posting = JobPosting(
        job_id=post.key("id"),
        title=post.line("title", ""),
        description=html.unescape(post.text("content", "")),
        requisition_id=post.key("internal_job_id"),
        location=post.optional_child("location").optional_line("name"),
        department=next((one.optional_line("name") for one in post.children("departments")), None),
        language=post.optional_line("language"),
        url=post.optional_url("absolute_url"),
        changed_at=post.optional_time("updated_at"),
    )
    return PostingOpened(posting)


def _ping(_body: Fields) -> Iterator[Event]:
    yield Ping()


def _post_created(body: Fields) -> Iterator[Event]:
    post = body.child("payload")
    if reason := _no_interview(post):
        yield Ignored(reason)
    elif post.flag("live"):
        yield PostingOpened(_posting(post))
    else:
        yield Ignored(f"Post {post.key('id')} is a draft.")


def _post_updated(body: Fields) -> Iterator[Event]:
    """Fires too when a post goes live or offline, and can't tell going live from another change."""
    post = body.child("payload")
    if reason := _no_interview(post):
        yield Ignored(reason)
    elif post.flag("live"):
        yield PostingChanged(_posting(post))
    else:
        yield _closed(post)


def _post_deleted(body: Fields) -> Iterator[Event]:
    """The post is one level deeper here than in its siblings."""
    yield _closed(body.child("payload").child("job_post"))


def _job_deleted(body: Fields) -> Iterator[Event]:
    """No events of the job's posts follow."""
    yield PostingClosed(requisition_id=body.child("payload").child("job").key("id"))


def _job_changed(body: Fields) -> Iterator[Event]:
    """`closed_at` is no time to order by: a post may well be touched after it."""
    job = body.child("payload").child("job")
    if job.text("status", "").lower() == "closed":
        yield PostingClosed(requisition_id=job.key("id"))
    else:
        yield Ignored(f"Job {job.key('id')} is not closed; its posts are announced on their own.")


def _stage_changed(body: Fields) -> Iterator[Event]:
    """An application for several jobs at once is a prospect's: its id alone names none of them."""
    application = body.child("payload").child("application")
    candidate = application.child("candidate")
    stage = application.optional_child("current_stage")
    is_active = application.text("status", ACTIVE).lower() == ACTIVE
    jobs = list(application.children("jobs"))
    if (not stage.has("name") and is_active) or not jobs:
        yield Ignored("The application stands at no stage of a job.")
        return
    for job in jobs:
        yield CandidateReachedStage(
            job.key("id"),
            candidate.key("id"),
            stage.optional_line("name"),
            _email(candidate),
            job_id=job.optional_key("job_post_id"),
            application_id=application.optional_key("id") if len(jobs) == 1 else None,
            stage_id=stage.optional_key("id"),
            name=_name(candidate),
            moved_at=application.optional_time("last_activity_at"),
            is_active=is_active,
        )


def _no_interview(post: Fields) -> str | None:
    """Why there is nothing to interview for, whatever becomes of the post."""
    if not post.has("job_id"):
        return f"Post {post.key('id')} belongs to no job: it is a prospect post."
    if post.flag("internal", default=False) and not post.flag("external", default=True):
        return f"Post {post.key('id')} is internal only."
    return None


def _posting(post: Fields) -> JobPosting:
    return JobPosting(
        job_id=post.key("id"),
        title=post.line("title", ""),
        description=post.text("content", ""),
        requisition_id=post.key("job_id"),
        location=post.optional_line("location"),
        changed_at=post.optional_time("updated_at"),
    )


def _closed(post: Fields) -> PostingClosed:
    return PostingClosed(post.key("id"), post.optional_key("job_id"), post.optional_time("updated_at"))


def _name(candidate: Fields) -> str | None:
    parts = (candidate.optional_line(part) for part in ("first_name", "last_name"))
    return " ".join(filter(None, parts)) or None


def _email(candidate: Fields) -> str | None:
    """The first address, unless the candidate does not want to be written to."""
    if not candidate.flag("can_email", default=True):
        return None
    addresses = (entry.optional_line("value") for entry in candidate.children("email_addresses"))
    return next(filter(None, addresses), None)


READERS: dict[str, Callable[[Fields], Iterator[Event]]] = {
    "ping": _ping,
    "job_post_created": _post_created,
    "job_post_updated": _post_updated,
    "job_post_deleted": _post_deleted,
    "job_created": _job_changed,
    "job_approved": _job_changed,
    "job_updated": _job_changed,
    "job_deleted": _job_deleted,
    "candidate_stage_change": _stage_changed,
    "new_candidate_application": _stage_changed,
    "reject_candidate": _stage_changed,
    "hire_candidate": _stage_changed,
}
