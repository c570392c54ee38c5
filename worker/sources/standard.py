"""Standard Webhooks: any sender that signs by the specification (standardwebhooks.com, 1.0.0), Svix among them.

What is inside is the sender's own: it is read by the mapping, with `type` for the event and the rest under `data`.
The specification recommends a `timestamp` in the body for when the event happened; it orders events of one posting.
"""

from collections.abc import Iterator
from datetime import datetime

from config.settings import Source
from worker import signing
from worker.domain.event import Event
from worker.domain.received import Received
from worker.sources import generic

ACCEPTED = 202
GIVES_UP_ON_4XX = False
SIGNS_TIME = True
ANNOUNCES_POSTINGS = True
TIMESTAMP = "timestamp"


def is_authentic(received: Received, source: Source, now: datetime) -> bool:
    """One of the signatures over `id.timestamp.body`, at most five minutes old or early."""
    return signing.standard_webhooks_verify(received.headers, received.body, source.secrets, now)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:
    """The content type and the three headers. Raises ValueError for a secret that is not a key."""
    return {"Content-Type": "application/json"} | signing.standard_webhooks_sign(
        body, source.secrets[:1], delivery_id=delivery_id, now=now
    )


def delivery_id(received: Received, _source: Source) -> str | None:
    """`webhook-id`, which is signed and constant over retries."""
    return signing.standard_webhooks_id(received.headers) or None


def is_test_body(_received: Received) -> bool:
    """The specification has no test body."""
    return False


def read(received: Received, source: Source) -> Iterator[Event]:
    """One event a posting."""
    body = received.json()
    return generic.mapped(body, source, changed_at=body.optional_time(TIMESTAMP))
