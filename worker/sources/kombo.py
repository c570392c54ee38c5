"""Kombo: jobs of the many systems that it reads (docs.kombo.dev, 2026-11-24).

`data-changed` says that some jobs have changed, not which: the list has to be asked for. How the signature is encoded is known
from other people's receivers only.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from config.settings import Source
from worker import signing
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, Key, answered, with_query
from worker.domain.event import Event, Ignored, PostingAnnounced, PostingClosed, PostingOpened
from worker.domain.fields import Fields, Unreadable
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx
GIVES_UP_ON_4XX = True  # not documented, and a 503 loses nothing
SIGNS_TIME = False
ANNOUNCES_POSTINGS = True
BY_ACCOUNT = True
IS_POLLED = True  # an event says that something has changed; one that is lost would be missed for ever
PAGE = "100"  # jobs
HEADER = "X-Kombo-Signature"
JOBS = "ats_jobs"
API = "https://api.kombo.dev/v1"
INTEGRATION = re.compile(r"[!-~]{1,255}")  # what a header can carry
OVER = frozenset({"closed", "archived"})
DRAFT = "draft"


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """Base64 for URLs over the raw body, with its padding or without."""
    return signing.hmac_sha256_base64url(received.body, received.header(HEADER), source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # the id is in the body
    """What Kombo sends with a body."""
    digest = signing.base64url_digest(body, source.secrets[0]).rstrip("=")
    return {"Content-Type": "application/json", HEADER: digest}


def delivery_id(received: Received, _source: Source) -> str | None:
    """The body's `id`."""
    return received.key("id")


def is_test_body(_received: Received) -> bool:
    """No test body is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    body = received.json()
    name = body.text("type")
    if name != "data-changed":
        yield Ignored.of_no_use("Kombo", name)
        return
    data = body.child("data")
    models = {model.text("name", "") for model in data.children("changed_models")}
    if JOBS in models:
        yield PostingAnnounced(account=data.key("integration_id"))
    else:
        yield Ignored("The data that changed are no jobs.")


def page(asking: Asking, source: Source) -> Call:
    """The jobs of one integration, with their texts."""
    integration = asking.account or ""
    if not INTEGRATION.fullmatch(integration):
        raise Unreadable("the id of the integration can't stand in a header")
    since = None if asking.since is None else asking.since.isoformat()
    url = with_query(f"{source.api_url or API}/ats/jobs", page_size=PAGE, cursor=asking.next, updated_after=since)
    return Call("GET", url, key=Key(), headers={"X-Integration-Id": integration})


def listed(status: int, body: bytes, _asking: Asking, _source: Source) -> Listed:
    """One event a job, open or not."""
    data = answered("Kombo", status, body).child("data")
    return Listed(each(data.listed("results"), _job_event), data.optional_key("next"))


def _job_event(job: Fields) -> Event:
    job_id, state = job.key("id"), job.text("status", "").lower()
    changed_at = job.optional_time("remote_updated_at") or job.optional_time("changed_at")
    if state in OVER or job.has("remote_deleted_at"):
        return PostingClosed(job_id, job.optional_key("job_code"), changed_at)
    if state == DRAFT:
        return Ignored(f"Job {job_id} is a draft.")
    return PostingOpened(
        JobPosting(
            job_id=job_id,
            title=job.line("name", ""),
            description=job.text("description", ""),
            requisition_id=job.optional_key("job_code"),
            url=job.optional_url("post_url"),
            changed_at=changed_at,
        )
    )
