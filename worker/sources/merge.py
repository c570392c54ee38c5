"""Merge: jobs of the many systems that it reads (docs.merge.dev/basics/webhooks/merge-webhooks, 2026-11-24).

`hook.id` names the subscription, so nothing but the bytes tells deliveries apart. The description is there where the system
behind Merge gives it. The same event has two names on two pages: the part behind the dot is compared with both.
"""

from collections.abc import Iterator
from datetime import datetime

from config.settings import Source
from worker import signing
from worker.domain.event import Event, Ignored, PostingChanged, PostingClosed, PostingOpened
from worker.domain.fields import Fields
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx within 30 seconds
GIVES_UP_ON_4XX = True  # two more tries, none after a 4xx
SIGNS_TIME = False
ANNOUNCES_POSTINGS = True
HEADER = "X-Merge-Webhook-Signature"
ADDED = frozenset({"added", "created"})
CHANGED = frozenset({"changed", "updated"})
REMOVED = frozenset({"removed", "deleted"})
OVER = frozenset({"closed", "archived"})
NOT_PUBLIC = frozenset({"draft", "pending"})


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """Base64 for URLs over the raw body."""
    return signing.hmac_sha256_base64url(received.body, received.header(HEADER), source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # there is no id
    """What Merge sends with a body."""
    return {"Content-Type": "application/json", HEADER: signing.base64url_digest(body, source.secrets[0])}


def delivery_id(_received: Received, _source: Source) -> str | None:
    """There is none: the digest of the body must do, and says the same as the signature that Merge recommends."""
    return None


def is_test_body(_received: Received) -> bool:
    """No test body is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    body = received.json()
    name = body.child("hook").text("event")
    model, _, verb = name.partition(".")
    if model.lower() != "job" or verb.lower() not in ADDED | CHANGED | REMOVED:
        yield Ignored.of_no_use("Merge", name)
    else:
        yield _job_event(verb.lower(), body)


def _job_event(verb: str, body: Fields) -> Event:
    """Without a status, a job that is there counts as open, because some systems behind Merge have none."""
    job = body.child("data")
    job_id, status = job.key("id"), job.text("status", "").lower()
    changed_at = job.optional_time("remote_updated_at") or job.optional_time("modified_at")
    if verb in ADDED and status in NOT_PUBLIC:
        return Ignored(f"Job {job_id} is not public yet.")
    if verb in REMOVED or status in OVER | NOT_PUBLIC or job.flag("remote_was_deleted", default=False):
        return PostingClosed(job_id, job.optional_key("code"), changed_at)
    posting = _posting(job, body.optional_child("linked_account"), changed_at)
    return PostingOpened(posting) if verb in ADDED else PostingChanged(posting)


def _posting(job: Fields, account: Fields, changed_at: datetime | None) -> JobPosting:
    """Departments and offices are ids here, which say nothing to a candidate."""
    links = (one.optional_url("url") for one in job.children("job_posting_urls"))
    return JobPosting(
        job_id=job.key("id"),
        title=job.line("name", ""),
        description=job.text("description", ""),
        requisition_id=job.optional_key("code"),
        company=account.optional_line("end_user_organization_name"),
        url=next(filter(None, links), None),
        changed_at=changed_at,
    )
