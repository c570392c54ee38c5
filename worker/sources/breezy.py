"""Breezy HR: positions and candidates' stages, from its webhooks (developer.breezy.hr/reference/webhooks, 2026-11-24).

The text of the documentation signs the body, its sample code signs `JSON.stringify` of it: the raw bytes are tried, then the
compact form. Whether a position comes with its description is not confirmed: it is used where it is there, else asked for.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from config.settings import Source
from worker import signing
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, Key, answered, answered_list, segment, with_query
from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ignored,
    PostingAnnounced,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Fields, Unreadable
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx
GIVES_UP_ON_4XX = True  # not documented, and a 503 loses nothing
SIGNS_TIME = False
ANNOUNCES_POSTINGS = True
BY_ACCOUNT = True
IS_POLLED = False
CALLS_APART = timedelta(seconds=1)  # a hundred a minute
HEADER = "X-Hook-Signature"
DIGEST = re.compile(r"[0-9a-f]{64}")
API = "https://api.breezy.hr/v3"
PUBLISHED = "published"


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """`X-Hook-Signature: <hex>`; the key is the whole text of the secret, `whsec_` included."""
    digest = received.header(HEADER)
    if not DIGEST.fullmatch(digest):
        return False
    bodies = [received.body, _compact(received)]
    matches = [signing.hmac_sha256_hex(body, digest, source.secrets) for body in bodies]
    return any(matches)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # the id is in the body
    """What Breezy sends with a body, over its raw bytes."""
    digest = signing.hex_digest(body, source.secrets[0])
    return {"Content-Type": "application/json", HEADER: digest, "X-Breezy-Webhook-Version": "1"}


def delivery_id(received: Received, _source: Source) -> str | None:
    """The body's `_id`."""
    return received.key("_id")


def is_test_body(_received: Received) -> bool:
    """No test body is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    body = received.json()
    name = body.text("type")
    reader = READERS.get(name)
    if reader is None:
        yield Ignored.of_no_use("Breezy", name)
    else:
        yield reader(body.child("object"), body.optional_time("creation_date"))


def ask(announced: PostingAnnounced, source: Source) -> Call:
    """The position with its description."""
    company, position = segment(announced.account or ""), segment(announced.job_id or "")
    return Call("GET", f"{source.api_url or API}/company/{company}/position/{position}", key=Key(before=""))


def fetched(status: int, body: bytes, announced: PostingAnnounced, _source: Source) -> Iterator[Event]:
    """The position as it is now."""
    position = answered("Breezy", status, body)
    changed_at = announced.newest(position.optional_time("updated_date"))
    if position.text("state").lower() == PUBLISHED:
        yield PostingOpened(_posting(position, None, changed_at))
    else:
        yield PostingClosed(position.key("_id"), changed_at=changed_at)


def page(asking: Asking, source: Source) -> Call:
    """The published positions of a company."""
    url = f"{source.api_url or API}/company/{segment(asking.account or '')}/positions"
    return Call("GET", with_query(url, state=PUBLISHED), key=Key(before=""))


def listed(status: int, body: bytes, asking: Asking, _source: Source) -> Listed:
    """Positions to be asked for one by one; the list is whole."""
    return Listed(each(answered_list("Breezy", status, body), lambda one: _listed(one, asking.account)))


def _listed(position: Fields, account: str | None) -> Event:
    if position.text("state", PUBLISHED).lower() != PUBLISHED:
        return PostingClosed(position.key("_id"))
    return PostingAnnounced(position.key("_id"), title=position.line("name", ""), account=account)


def _added(told: Fields, moment: datetime | None) -> Event:
    position = told.child("position")
    if position.text("state", "").lower() != PUBLISHED:
        return Ignored(f"Position {position.key('_id')} is not published yet.")
    return _changed(told, moment)


def _changed(told: Fields, moment: datetime | None) -> Event:
    position, company = told.child("position"), told.optional_child("company")
    if position.text("state", "").lower() != PUBLISHED:
        return PostingClosed(position.key("_id"), changed_at=moment)
    if position.has("description"):
        return PostingChanged(_posting(position, company.optional_line("name"), moment))
    account = company.optional_key("_id")
    return PostingAnnounced(position.key("_id"), title=position.line("name", ""), account=account, changed_at=moment)


def _deleted(told: Fields, moment: datetime | None) -> Event:
    return PostingClosed(told.child("position").key("_id"), changed_at=moment)


def _moved(told: Fields, moment: datetime | None) -> Event:
    candidate = told.child("candidate")
    stage = candidate.optional_child("stage")
    if not stage.has("name"):
        return Ignored("The candidate stands at no stage.")
    return CandidateReachedStage(
        None,
        candidate.key("_id"),
        stage.line("name"),
        candidate.optional_line("email_address"),
        job_id=told.optional_child("position").optional_key("_id"),
        stage_id=stage.optional_key("id"),
        name=candidate.optional_line("name"),
        moved_at=moment,
    )


def _posting(position: Fields, company: str | None, changed_at: datetime | None) -> JobPosting:
    return JobPosting(
        job_id=position.key("_id"),
        title=position.line("name", ""),
        description=position.text("description", ""),
        location=position.optional_child("location").optional_line("name"),
        company=company,
        changed_at=changed_at,
    )


def _compact(received: Received) -> bytes:
    """The body as JavaScript writes it, without blanks and with every letter as it is; b"" where it can't be read."""
    try:
        values = received.json().values
    except Unreadable:
        return b""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


READERS: dict[str, Callable[[Fields, datetime | None], Event]] = {
    "companyPositionAdded": _added,
    "companyPositionUpdated": _changed,
    "companyPositionStateUpdated": _changed,
    "companyPositionDeleted": _deleted,
    "candidateStatusUpdated": _moved,
}
