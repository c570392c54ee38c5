"""Workable: candidates' stages, from its webhook subscriptions (workable.readme.io/reference, 2026-11-24). It announces no jobs.

The key is the API token that made the subscription, so a new token signs otherwise. How the signature is encoded is not
documented: hex is taken, and base64. The envelope is known from other people's code only. Data show the state at sending.
"""

from collections.abc import Iterator
from datetime import datetime

from config.settings import Source
from worker import signing
from worker.domain.event import CandidateReachedStage, Event, Ignored
from worker.domain.fields import Fields
from worker.domain.received import Received

ACCEPTED = 200
GIVES_UP_ON_4XX = False  # repeated until 200
SIGNS_TIME = False
ANNOUNCES_POSTINGS = False
HEADER = "X-Workable-Signature"
STAGE_EVENTS = frozenset({"candidate_created", "candidate_moved"})


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """Over the raw body."""
    given = received.header(HEADER)
    matches = [
        signing.hmac_sha256_hex(received.body, given, source.secrets),
        signing.hmac_sha256_base64(received.body, given, source.secrets),
    ]
    return any(matches)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # the id is in the body
    """What Workable sends with a body, as far as is known."""
    return {"Content-Type": "application/json", HEADER: signing.hex_digest(body, source.secrets[0])}


def delivery_id(received: Received, _source: Source) -> str | None:
    """The body's `id`."""
    return received.key("id")


def is_test_body(_received: Received) -> bool:
    """No test body is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """One event a delivery."""
    body = received.json()
    name = body.text("event_type")
    if name in STAGE_EVENTS:
        yield _stage(body.child("data"), body.optional_time("fired_at"))
    else:
        yield Ignored.of_no_use("Workable", name)


def _stage(candidate: Fields, moved_at: datetime | None) -> Event:
    """A candidate in Workable is one for one job: a person who applies twice has two ids."""
    stage, job_id = candidate.optional_line("stage"), candidate.optional_child("job").optional_key("shortcode")
    if stage is None or job_id is None:
        return Ignored("The candidate stands at no stage of a job.")
    return CandidateReachedStage(
        None,
        candidate.key("id"),
        stage,
        candidate.optional_line("email"),
        job_id=job_id,
        name=candidate.optional_line("name"),
        moved_at=moved_at,
        is_active=not candidate.flag("disqualified", default=False),
    )
