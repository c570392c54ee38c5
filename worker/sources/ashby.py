"""Ashby: job postings and candidates' stages (developers.ashbyhq.com: setting up, authenticating, retries, related webhooks).

No event holds a description, so postings are announced and their text is asked for with `jobPosting.info`. What is asked later is
newer than what was announced, and `status` in the answer settles events that came late or in another order.
One webhookActionId goes to several related events, each with an action of its own: only both together name a delivery.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime

from config.settings import Source
from worker import signing
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, Key, NotThere, answered
from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ignored,
    Ping,
    PostingAnnounced,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Fields, Unreadable, single_line
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx
GIVES_UP_ON_4XX = True  # 401, 403, 404, 405 and 410 are final
SIGNS_TIME = False
ANNOUNCES_POSTINGS = True
BY_ACCOUNT = False
IS_POLLED = False
API = "https://api.ashbyhq.com"
PREFIX = "sha256="
OVER = frozenset({"closed", "archived"})
ACTIVE = frozenset({"active", "lead"})  # applications; the others are hired and archived
TEST_BODY = {"action": "ping", "data": {"webhookActionType": "ping"}}


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """`Ashby-Signature: sha256=<hex>` over the raw body. A webhook without a secret token is not signed at all."""
    header = received.header("Ashby-Signature")
    digest = header.removeprefix(PREFIX)
    return header.startswith(PREFIX) and signing.hmac_sha256_hex(received.body, digest, source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # the id is in the body
    """What Ashby sends with a body."""
    digest = signing.hex_digest(body, source.secrets[0])
    return {"Content-Type": "application/json", "Ashby-Signature": f"{PREFIX}{digest}"}


def delivery_id(received: Received, _source: Source) -> str | None:
    """Id and action. A ping has no id."""
    try:
        body = received.json()
        return f"{body.key('webhookActionId')}:{body.key('action')}"
    except Unreadable:
        return None


def is_test_body(received: Received) -> bool:
    """The ping with which a webhook is saved: exactly this."""
    return received.says(TEST_BODY)


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery; a job that closes is one event a posting of it."""
    body = received.json()
    action = body.text("action")
    reader = READERS.get(action)
    if reader is None:
        yield Ignored.of_no_use("Ashby", action)
    else:
        yield from reader(body)


def ask(announced: PostingAnnounced, source: Source) -> Call:
    """`jobPosting.info`, for which the key needs the permission jobsRead."""
    return _call("jobPosting.info", {"jobPostingId": announced.job_id}, source)


def fetched(status: int, body: bytes, announced: PostingAnnounced, _source: Source) -> Iterator[Event]:
    """The posting with its text; one that is a draft again is closed. Failures come with the status 200, too."""
    posting = _answered(status, body).child("results")
    changed_at = announced.newest(posting.optional_time("updatedAt"))
    if posting.text("status", "Published").lower() == "published":
        yield PostingOpened(_posting(posting, changed_at))
    else:
        yield PostingClosed(posting.key("id"), posting.optional_key("jobId"), changed_at)


def page(asking: Asking, source: Source) -> Call:
    """`jobPosting.list`: those that are published, without their texts."""
    return _call("jobPosting.list", {} if asking.next is None else {"cursor": asking.next}, source)


def listed(status: int, body: bytes, _asking: Asking, _source: Source) -> Listed:
    """Postings to be asked for one by one. Where more are there, the answer has a cursor."""
    answer = _answered(status, body)
    events = each(answer.listed("results"), _to_be_asked)
    return Listed(
        events, answer.optional_key("nextCursor") if answer.flag("moreDataAvailable", default=False) else None
    )


def _call(method: str, wanted: dict[str, object], source: Source) -> Call:
    return Call(
        "POST",
        f"{source.api_url or API}/{method}",
        key=Key(before="Basic ", is_user_name=True),
        headers={"Accept": "application/json; version=1", "Content-Type": "application/json"},
        body=json.dumps(wanted).encode(),
    )


def _answered(status: int, body: bytes) -> Fields:
    """Failures have the status 200, too. Raises Unreadable."""
    answer = answered("Ashby", status, body)
    if answer.flag("success"):
        return answer
    errors = single_line(json.dumps(answer.tree("errors")))[:120]
    raise (NotThere if "not_found" in errors else Unreadable)(f"Ashby refused to answer: {errors}")


def _to_be_asked(posting: Fields) -> PostingAnnounced:
    return PostingAnnounced(
        posting.key("id"),
        posting.optional_key("jobId"),
        title=posting.line("title", ""),
        changed_at=posting.optional_time("updatedAt"),
    )


def _posting(posting: Fields, changed_at: datetime | None) -> JobPosting:
    return JobPosting(
        job_id=posting.key("id"),
        title=posting.line("title", ""),
        description=posting.text("descriptionHtml", "") or posting.text("descriptionPlain", ""),
        requisition_id=posting.optional_key("jobId"),
        location=posting.optional_line("locationName"),
        department=posting.optional_line("departmentName"),
        url=posting.optional_url("externalLink"),
        changed_at=changed_at,
    )


def _ping(_body: Fields) -> Iterator[Event]:
    yield Ping()


def _announced(body: Fields) -> Iterator[Event]:
    """`isListed: false` is a posting that is reachable by its link only; candidates can apply all the same."""
    yield _to_be_asked(body.child("data").child("jobPosting"))


def _closed(body: Fields) -> Iterator[Event]:
    """Of a deleted posting only the ids are left."""
    posting = body.child("data").child("jobPosting")
    yield PostingClosed(posting.key("id"), posting.optional_key("jobId"), posting.optional_time("updatedAt"))


def _job_changed(body: Fields) -> Iterator[Event]:
    """A job that is over closes its postings, by their ids where it names them."""
    job = body.child("data").child("job")
    job_id = job.key("id")
    if job.text("status", "").lower() not in OVER:
        yield Ignored(f"Job {job_id} is not closed; its postings are announced on their own.")
        return
    named = [PostingClosed(posting, job_id) for posting in job.key_list("jobPostingIds")]
    yield from named or [PostingClosed(requisition_id=job_id)]


def _stage_changed(body: Fields) -> Iterator[Event]:
    application = body.child("data").child("application")
    candidate, stage = application.child("candidate"), application.optional_child("currentInterviewStage")
    yield CandidateReachedStage(
        application.child("job").key("id"),
        candidate.key("id"),
        stage.optional_line("title"),
        candidate.optional_child("primaryEmailAddress").optional_line("value"),
        job_id=application.optional_key("appliedViaJobPostingId"),
        application_id=application.optional_key("id"),
        stage_id=stage.optional_key("id"),
        name=candidate.optional_line("name"),
        moved_at=application.optional_time("updatedAt"),
        is_active=application.text("status", "Active").lower() in ACTIVE,
    )


READERS: dict[str, Callable[[Fields], Iterator[Event]]] = {
    "ping": _ping,
    "jobPostingPublish": _announced,
    "jobPostingUpdate": _announced,
    "jobPostingUnpublish": _closed,
    "jobPostingDelete": _closed,
    "jobCreate": _job_changed,
    "jobUpdate": _job_changed,
    "candidateStageChange": _stage_changed,
}
