"""Lever: candidates' stages, from its webhooks (hire.lever.co/developer/documentation, 2026-11-24). It announces no postings.

The signature stands in the body and covers `token` and `triggeredAt`, nothing of `data`: whoever can change a delivery on its way
can change what it says, so a token is taken once, and `data` is good for ids to ask for, never for more.
Who stands where is asked of the opportunity, whose stage and applications are ids unless they are expanded. Assumed: that an
expanded stage has its name in `text`, as stages have elsewhere in the API, and that an opportunity has one application at most.
"""

import html
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from config.settings import Source
from worker import signing
from worker.domain import fields
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, Key, answered, segment, with_query
from worker.domain.event import CandidateReachedStage, Event, Ignored, Ping, PostingChanged, PostingClosed
from worker.domain.fields import Fields, Unreadable, unknown
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx; 3xx fails
GIVES_UP_ON_4XX = False  # five tries
SIGNS_TIME = False  # it does, but the time stands in the body: other bytes under the same time are no other delivery
ANNOUNCES_POSTINGS = False
BY_ACCOUNT = False
IS_POLLED = True
API = "https://api.lever.co/v1"
PAGE = "100"  # postings
PUBLISHED = "published"
NOT_YET = frozenset({"draft", "pending"})
OVER = frozenset({"closed", "internal", "rejected"})
ARCHIVED = "candidateArchiveChange"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """`signature`: hex over token and time in milliseconds, nothing between. A retry has its first time, so none is too old."""
    try:
        body = received.json()
        message = f"{body.text('token')}{body.key('triggeredAt')}".encode()
        digest = body.text("signature")
    except Unreadable:
        return False
    return bool(body.values["token"]) and signing.hmac_sha256_hex(message, digest, source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # see signed_body
    """No header is signed."""
    return {"Content-Type": "application/json", "User-Agent": "Lever-Webhooks"}


def signed_body(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> bytes:
    """`body` with an id, a token, a time and their signature in it. Raises Unreadable for what is not an object."""
    time = (now - EPOCH) // MILLISECOND
    told = {**fields.parse(body).values, "id": delivery_id, "token": delivery_id, "triggeredAt": time}
    told["signature"] = signing.hex_digest(f"{delivery_id}{time}".encode(), source.secrets[0])
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def delivery_id(received: Received, _source: Source) -> str | None:
    """The body's `id`, which not every delivery has, else its token."""
    try:
        body = received.json()
        return body.optional_key("id") or body.optional_key("token")
    except Unreadable:
        return None


def nonce(received: Received) -> str | None:
    """The token, which is signed: an `id` is not, and could be changed to show a seen delivery once more."""
    return received.key("token")


def is_test_body(_received: Received) -> bool:
    """The test button's delivery is signed like any other, and its failure says that the token is wrong."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    body = received.json()
    name, data = body.text("event"), body.optional_child("data")
    if not data.values:
        yield Ping()  # the test button sends any event's name, about nothing
    elif name in ("candidateStageChange", ARCHIVED):
        yield _moved(data, _when(body), to_stage=name != ARCHIVED)
    else:
        yield Ignored.of_no_use("Lever", name)


def ask_application(told: CandidateReachedStage, source: Source) -> Call:
    """The opportunity, with what its stage is called and its posting."""
    url = f"{source.api_url or API}/opportunities/{segment(told.application_id or '')}"
    return Call("GET", f"{url}?expand=applications&expand=stage", key=Key(before="Basic ", is_user_name=True))


def fetched_application(
    status: int, body: bytes, told: CandidateReachedStage, _source: Source
) -> CandidateReachedStage | Ignored:
    """One that is archived was rejected, hired or withdrawn. A candidate who was found, and did not apply, has no posting."""
    opportunity = answered("Lever", status, body).child("data")
    opportunity_id, is_archived = opportunity.key("id"), opportunity.has("archived")
    posting = _posting_of(opportunity)
    if posting is None and not is_archived:
        return Ignored("Lever names no posting for this candidate, so there is nothing to invite to.")
    stage = opportunity.optional_child("stage") if is_archived else opportunity.child("stage")
    return CandidateReachedStage(
        None,
        opportunity_id,
        stage.optional_line("text"),
        opportunity.first_line("emails"),
        job_id=posting,
        application_id=opportunity_id,
        stage_id=stage.optional_key("id") if is_archived else stage.key("id"),
        name=opportunity.optional_line("name"),
        moved_at=told.moved_at,
        is_active=not is_archived,
    )


def _posting_of(opportunity: Fields) -> str | None:
    """Of the newest application that names one. Raises Unreadable where the answer says nothing of applications."""
    named = (one.optional_key("posting") for one in opportunity.listed("applications"))
    return next((one for one in reversed(list(named)) if one is not None), None)


def page(asking: Asking, source: Source) -> Call:
    """Postings with their texts: the published ones, or all that have changed since a moment (in milliseconds)."""
    since = None if asking.since is None else str((asking.since - EPOCH) // MILLISECOND)
    state = PUBLISHED if since is None else None
    url = f"{source.api_url or API}/postings"
    whole = with_query(url, limit=PAGE, state=state, updated_at_start=since, offset=asking.next)
    return Call("GET", whole, key=Key(before="Basic ", is_user_name=True))


def listed(status: int, body: bytes, _asking: Asking, _source: Source) -> Listed:
    """One event a posting. Where more are there, the answer has an offset for them."""
    answer = answered("Lever", status, body)
    events = each(answer.listed("data"), _posting_event)
    return Listed(events, answer.key("next") if answer.flag("hasNext", default=False) else None)


def _posting_event(posting: Fields) -> Event:
    posting_id, state = posting.key("id"), posting.text("state", "").lower()
    changed_at = _moment(posting.optional_number("updatedAt"))
    if state in NOT_YET:
        return Ignored(f"Posting {posting_id} is not published yet.")
    if state in OVER:
        return PostingClosed(posting_id, changed_at=changed_at)
    if state != PUBLISHED:
        return Ignored(f"Posting {posting_id} has {unknown('state', state)}.")
    categories = posting.optional_child("categories")
    return PostingChanged(
        JobPosting(
            job_id=posting_id,
            title=posting.line("text", ""),
            description=_description(posting.optional_child("content")),
            location=categories.optional_line("location"),
            department=categories.optional_line("department") or categories.optional_line("team"),
            url=posting.optional_child("urls").optional_url("show"),
            changed_at=changed_at,
        )
    )


def _description(content: Fields) -> str:
    """Three parts that candidates read as one; each list has a title."""
    lists = (
        f"<h2>{html.escape(one.line('text', ''))}</h2>\n<ul>{one.text('content', '')}</ul>"
        for one in content.children("lists")
    )
    start = content.text("descriptionHtml", "") or content.text("description", "")
    end = content.text("closingHtml", "") or content.text("closing", "")
    return "\n".join(filter(None, [start, *lists, end]))


def _moment(milliseconds: float | None) -> datetime | None:
    try:
        return None if milliseconds is None else EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _moved(data: Fields, moved_at: datetime | None, *, to_stage: bool) -> Event:
    """An opportunity is a candidate for a posting. Stage and posting have names only in Lever's API."""
    opportunity = data.optional_key("opportunityId") or data.key("candidateId")
    stage_id = data.key("toStageId") if to_stage else None
    return CandidateReachedStage(
        None, opportunity, None, application_id=opportunity, stage_id=stage_id, moved_at=moved_at
    )


def _when(body: Fields) -> datetime | None:
    """`triggeredAt`; it is signed."""
    try:
        return _moment(body.optional_number("triggeredAt"))
    except Unreadable:  # authentic all the same, where it is written as text
        return None
