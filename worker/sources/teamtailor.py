"""Teamtailor: jobs and applications, from its company webhooks (partner.teamtailor.com/company_webhooks, March 2026).

The description comes with the event. Nothing is sent twice: a delivery that nobody took is lost. Deliveries have no id.
The old signature, v1, covers the id of the resource alone and is the same for each of its events: whoever has seen one can
write any other. It is taken only from a source that says `legacy_signature = true`.
"""

import base64
import re
from collections.abc import Callable, Iterator
from datetime import datetime

from config.settings import Source
from worker import signing
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, Key, answered
from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ignored,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Fields, Unreadable, unknown
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx
GIVES_UP_ON_4XX = True  # and on everything else
SIGNS_TIME = True
ANNOUNCES_POSTINGS = True
BY_ACCOUNT = False
IS_POLLED = False
API = "https://api.teamtailor.com"
VERSION = "20240904"
HEADER = "TT-Signature"
SECOND_VERSION = re.compile(r"t=(?P<time>[0-9]+),v2=(?P<digest>[0-9a-f]{64})")
# The body repeats the signature. Whether it is signed with that member in it is not documented: both are tried.
REPEATED = re.compile(rb'\s*,\s*"signature"\s*:\s*"[A-Za-z0-9+/=_-]*"\s*\}\s*\Z')


def is_authentic(received: Received, source: Source, now: datetime) -> bool:
    """Base64 of `t=<seconds>,v2=<hex>` over `t.body`, at most five minutes old or early; or v1, by the source's own wish."""
    told = _unpacked(received.header(HEADER))
    second = SECOND_VERSION.fullmatch(told)
    if second is None:
        return source.legacy_signature and _is_legacy(received, told, source)
    if not signing.is_recent(second["time"], now):
        return False
    bodies = [received.body, REPEATED.sub(b"}", received.body)]
    start = f"{second['time']}.".encode()
    matches = [signing.hmac_sha256_hex(start + body, second["digest"], source.secrets) for body in bodies]
    return any(matches)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # there is no id
    """What Teamtailor sends with a body, in the second version."""
    seconds = int(now.timestamp())
    digest = signing.hex_digest(f"{seconds}.".encode() + body, source.secrets[0])
    return {
        "Content-Type": "application/json",
        HEADER: base64.b64encode(f"t={seconds},v2={digest}".encode()).decode(),
    }


def delivery_id(_received: Received, _source: Source) -> str | None:
    """There is none: the digest of the body must do."""
    return None


def is_test_body(_received: Received) -> bool:
    """No test body is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    payload = received.json().child("payload")
    name = payload.text("event_name")
    reader = READERS.get(name)
    if reader is None:
        yield Ignored.of_no_use("Teamtailor", name)
    else:
        yield reader(payload.child("data"))


def page(asking: Asking, source: Source) -> Call:
    """Jobs with their texts, in the form of JSON:API, where a page has a link to the next."""
    key = Key(before="Token token=")
    return Call("GET", asking.next or f"{source.api_url or API}/v1/jobs", key=key, headers={"X-Api-Version": VERSION})


def listed(status: int, body: bytes, _asking: Asking, _source: Source) -> Listed:
    """The only way to learn of a job whose event was lost: nothing is sent twice."""
    answer = answered("Teamtailor", status, body)
    events = each(answer.listed("data"), lambda one: _live(one, PostingOpened))
    return Listed(events, answer.optional_child("links").next_address())


def _created(data: Fields) -> Event:
    return _live(data, PostingOpened)


def _updated(data: Fields) -> Event:
    return _live(data, PostingChanged)


def _live(data: Fields, meaning: type[PostingOpened] | type[PostingChanged]) -> Event:
    """An unlisted job can still be applied for by its link."""
    job_id, job = data.key("id"), data.child("attributes")
    status = job.text("status", "").lower()
    changed_at = job.optional_time("updated-at")
    match status:
        case "open":
            return meaning(_posting(job_id, job, changed_at))
        case "unlisted":
            return PostingChanged(_posting(job_id, job, changed_at))
        case "archived":
            return PostingClosed(job_id, changed_at=changed_at)
        case "draft":
            return Ignored(f"Job {job_id} is a draft.")
        case _:
            return Ignored(f"Job {job_id} has {unknown('status', status)}.")


def _posting(job_id: str, job: Fields, changed_at: datetime | None) -> JobPosting:
    return JobPosting(
        job_id=job_id,
        title=job.line("title", ""),
        description=job.text("body", "") or job.text("pitch", ""),
        language=job.optional_line("language-code"),
        company=job.optional_line("company-name"),
        changed_at=changed_at,
    )


def _destroyed(data: Fields) -> Event:
    """Little more than the id is left."""
    return PostingClosed(data.key("id"))


def _application(data: Fields) -> Event:
    """Here the names of attributes are written with underscores."""
    application = data.child("attributes")
    stage, job_id = application.optional_line("stage_name"), application.optional_key("job_id")
    rejected_at = application.optional_time("rejected_at")
    if job_id is None or (stage is None and rejected_at is None):
        return Ignored("The application stands at no stage of a job.")
    return CandidateReachedStage(
        None,
        application.optional_key("candidate_id"),
        stage,
        job_id=job_id,
        application_id=data.key("id"),
        moved_at=rejected_at or application.optional_time("last_moved_at") or application.optional_time("updated_at"),
        is_active=not application.has("rejected_at"),
    )


def _is_legacy(received: Received, digest: str, source: Source) -> bool:
    try:
        resource = received.json().child("payload").child("data").key("id")
    except Unreadable:
        return False
    return signing.hmac_sha256_hex(resource.encode(), digest, source.secrets)


def _unpacked(header: str) -> str:
    """What the header holds in base64; "" where that can't be."""
    try:
        return base64.b64decode(header, validate=True).decode("ascii")
    except ValueError:
        return ""


READERS: dict[str, Callable[[Fields], Event]] = {
    "job.create": _created,
    "job.update": _updated,
    "job.destroy": _destroyed,
    "job_application.create": _application,
    "job_application.update": _application,
}
