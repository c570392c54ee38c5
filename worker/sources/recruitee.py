"""Recruitee (Tellent): offers and candidates, from its webhooks (docs.recruitee.com/docs/webhooks, 2026-11-24).

No event holds a description: offers are announced, and `/c/{company}/offers/{id}` has the text. `attempt_count` changes from
try to try, so only the body's `id` tells repeats. Only the status 200 counts as received.
A webhook is created by a test that must be answered before its secret is shown to anybody; later tests are whole examples, marked
as such, from which nothing must be made. How `event_type` is spelled for offers is not documented: both known ways are read.
"""

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
    Ping,
    PostingAnnounced,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Fields, Unreadable
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 200
GIVES_UP_ON_4XX = False  # nine tries within two days
SIGNS_TIME = False
ANNOUNCES_POSTINGS = True
BY_ACCOUNT = True
IS_POLLED = False
HEADER = "X-Recruitee-Signature"
API = "https://api.recruitee.com"
OFFER_EVENTS = frozenset(
    f"{noun}_{verb}"
    for noun in ("offer", "job")
    for verb in ("published", "unpublished", "updated", "archived", "deleted")
)
OVER = ("_unpublished", "_archived", "_deleted")
PUBLISHED = "published"
TEST_BODY = {"test": True}


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """`X-Recruitee-Signature: <hex>` over the raw body."""
    return signing.hmac_sha256_hex(received.body, received.header(HEADER), source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # the id is in the body
    """What Recruitee sends with a body."""
    return {"Content-Type": "application/json", HEADER: signing.hex_digest(body, source.secrets[0])}


def delivery_id(received: Received, _source: Source) -> str | None:
    """The body's `id`; whole examples all have the same."""
    try:
        body = received.json()
        return None if _is_test(body) else body.optional_key("id")
    except Unreadable:
        return None


def is_test_body(received: Received) -> bool:
    """The test that creates a webhook: exactly this, and no example of an offer."""
    return received.says(TEST_BODY)


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    body = received.json()
    if _is_test(body):
        yield Ping()
        return
    name = body.text("event_type")
    if name in OFFER_EVENTS:
        yield _offer_event(name, body)
    elif name == "candidate_moved":
        yield _moved(body.child("payload"), body.optional_time("created_at"))
    else:
        yield Ignored.of_no_use("Recruitee", name)


def ask(announced: PostingAnnounced, source: Source) -> Call:
    """The offer with its text."""
    company, offer = segment(announced.account or ""), segment(announced.job_id or "")
    return Call("GET", f"{source.api_url or API}/c/{company}/offers/{offer}", key=Key())


def fetched(status: int, body: bytes, announced: PostingAnnounced, _source: Source) -> Iterator[Event]:
    """The offer as it is now."""
    offer = answered("Recruitee", status, body).child("offer")
    changed_at = announced.newest(offer.optional_time("updated_at"))
    if offer.text("status").lower() == PUBLISHED:
        yield PostingOpened(_posting(offer, changed_at))
    else:
        yield PostingClosed(offer.key("id"), changed_at=changed_at)


def page(asking: Asking, source: Source) -> Call:
    """The offers of a company that are not archived."""
    url = f"{source.api_url or API}/c/{segment(asking.account or '')}/offers"
    return Call("GET", with_query(url, scope="active", kind="job"), key=Key())


def listed(status: int, body: bytes, asking: Asking, _source: Source) -> Listed:
    """Offers to be asked for one by one. The list is whole: no paging of it is documented."""
    offers = answered("Recruitee", status, body).listed("offers")
    return Listed(each(offers, lambda one: _listed(one, asking.account)))


def _listed(offer: Fields, account: str | None) -> Event:
    offer_id = offer.key("id")
    if offer.text("kind", "job").lower() == "talent_pool":
        return Ignored(f"Offer {offer_id} is a talent pool: there is nothing to interview for.")
    if offer.text("status", PUBLISHED).lower() != PUBLISHED:
        return PostingClosed(offer_id)
    return PostingAnnounced(offer_id, title=offer.line("title", ""), account=account)


def _offer_event(name: str, body: Fields) -> Event:
    """Ordered by the time of the event: whether an offer's own time moves when it is unpublished is not documented."""
    payload = body.child("payload")
    offer, changed_at = payload.child("offer"), body.optional_time("created_at")
    offer_id = offer.key("id")
    if offer.text("kind", "job").lower() == "talent_pool":
        return Ignored(f"Offer {offer_id} is a talent pool: there is nothing to interview for.")
    if name.endswith(OVER) or offer.text("status", PUBLISHED).lower() != PUBLISHED:
        return PostingClosed(offer_id, changed_at=changed_at)
    company = payload.optional_child("company").optional_key("id")
    return PostingAnnounced(offer_id, title=offer.line("title", ""), account=company, changed_at=changed_at)


def _moved(payload: Fields, moved_at: datetime | None) -> Event:
    candidate = payload.child("candidate")
    stage = payload.optional_child("details").optional_child("to_stage")
    if not stage.has("name"):
        return Ignored("The candidate was not moved to a stage.")
    return CandidateReachedStage(
        None,
        candidate.key("id"),
        stage.line("name"),
        candidate.first_line("emails"),
        job_id=payload.optional_child("offer").optional_key("id"),
        stage_id=stage.optional_key("id"),
        name=candidate.optional_line("name"),
        moved_at=moved_at,
    )


def _posting(offer: Fields, changed_at: datetime | None) -> JobPosting:
    """Two texts that candidates read as one."""
    texts = (offer.text(name, "").strip() for name in ("description", "requirements"))
    location = next((one.optional_line("full_address") for one in offer.children("locations")), None)
    return JobPosting(
        job_id=offer.key("id"),
        title=offer.line("title", ""),
        description="\n".join(filter(None, texts)),
        location=location,
        department=offer.optional_child("department").optional_line("name"),
        url=offer.optional_url("careers_url"),
        changed_at=changed_at,
    )


def _is_test(body: Fields) -> bool:
    return body.values.get("test") is True
