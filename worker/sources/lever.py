"""Lever: candidates' stages, from its webhooks (hire.lever.co/developer/documentation, 2026-11-24). It announces no postings.

The signature stands in the body and covers `token` and `triggeredAt`, nothing of `data`: whoever can change a delivery on its way
can change what it says, so a token is taken once, and `data` is good for ids to ask for, never for more.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from config.settings import Source
from worker import signing
from worker.domain import fields
from worker.domain.event import CandidateReachedStage, Event, Ignored, Ping
from worker.domain.fields import Fields, Unreadable
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx; 3xx fails
GIVES_UP_ON_4XX = False  # five tries
SIGNS_TIME = False  # it does, but the time stands in the body: other bytes under the same time are no other delivery
ANNOUNCES_POSTINGS = False
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
    elif name == "candidateStageChange":
        yield _stage_changed(data, _moment(body))
    else:
        yield Ignored.of_no_use("Lever", name)


def _stage_changed(data: Fields, moved_at: datetime | None) -> Event:
    """An opportunity is a candidate for one or more postings. Stage and posting have names only in Lever's API."""
    opportunity = data.optional_key("opportunityId") or data.key("candidateId")
    return CandidateReachedStage(
        None, opportunity, None, application_id=opportunity, stage_id=data.key("toStageId"), moved_at=moved_at
    )


def _moment(body: Fields) -> datetime | None:
    """`triggeredAt`, in milliseconds; it is signed."""
    try:
        milliseconds = body.optional_number("triggeredAt")
        return None if milliseconds is None else EPOCH + timedelta(milliseconds=milliseconds)
    except (Unreadable, OverflowError):
        return None
