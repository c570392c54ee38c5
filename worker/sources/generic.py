"""Any system that can POST JSON: paths and expressions in the configuration say where things are.

For Zapier, Make, n8n and systems of one's own, so words differ: "published", "job.created" and "jobPostingPublish" all
open a posting. The tables below hold the words that are understood. A delivery may hold a list of postings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.settings import Source
from worker import signing
from worker.domain.event import Event, Ignored, Ping, PostingChanged, PostingClosed, PostingOpened
from worker.domain.fields import Fields, Unreadable, single_line
from worker.domain.posting import JobPosting
from worker.domain.received import Received
from worker.finding import find, holds

ACCEPTED = 202
GIVES_UP_ON_4XX = False
SIGNS_TIME = False
ANNOUNCES_POSTINGS = True
TOKEN_HEADER = "X-Bridge-Token"  # noqa: S105  # a header's name
BEARER = "bearer "


class Meaning(StrEnum):
    """What the name of an event says about its posting."""

    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"
    TEST = "test"
    FOREIGN = "foreign"


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


VERBS = {
    Meaning.OPENED: _words(
        "add added activate activated create created live new open opened post posted publish published reopen reopened",
        "start started",
    ),
    Meaning.CHANGED: _words("change changed edit edited modified modify update updated upsert upserted"),
    Meaning.CLOSED: _words(
        "archive archived cancel canceled cancelled close closed deactivate deactivated delete deleted destroy destroyed",
        "end ended expire expired fill filled inactive offline pause paused remove removed unpublish unpublished",
    ),
    Meaning.TEST: _words("ping test"),
}
MEANINGS = {verb: meaning for meaning, verbs in VERBS.items() for verb in verbs}
# An event about one of these is not about a posting, whatever happened to it: "candidate.created", "applicationUpdated".
FOREIGN = _words(
    "applicant applicants application applications candidate candidates comment comments contact contacts employee",
    "employees message messages note notes user users",
)
CLOSED = _words(
    "0 archived canceled cancelled closed complete completed deactivated deleted disabled ended expired false filled",
    "hidden inactive internal no notpublished off offline onhold paused private removed suspended unlisted unpublished",
)
DRAFT = _words("awaitingapproval draft inreview pending pendingapproval planned rejected scheduled unapproved")


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """A hex HMAC of the body where the source names a header for it, else a token that never changes."""
    if source.signature_header:
        digest = received.header(source.signature_header).removeprefix("sha256=")
        return signing.hmac_sha256_hex(received.body, digest, source.secrets)
    token = _token(received, source.token_header or TOKEN_HEADER)
    matches = [secret.matches(token) for secret in source.secrets]  # all of them: the time taken tells nothing
    return bool(token) and any(matches)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # see below
    """The content type, and the signature or token. No time is signed, and the delivery's id, if any, is in the body."""
    secret = source.secrets[0]
    headers = {"Content-Type": "application/json"}
    if source.signature_header:
        return headers | {source.signature_header: f"sha256={signing.hex_digest(body, secret)}"}
    name = source.token_header or TOKEN_HEADER
    return headers | {name: f"Bearer {secret.reveal()}" if _is_bearer(name) else secret.reveal()}


def delivery_id(received: Received, source: Source) -> str | None:
    """What the mapping finds in the body."""
    try:
        folder, name = find(received.json(), source.mapping.delivery_id)
        return folder.optional_key(name)
    except Unreadable:
        return None


def is_test_body(_received: Received) -> bool:
    """Such a system has no test body of its own."""
    return False


def read(received: Received, source: Source) -> Iterator[Event]:
    """One event a posting."""
    return mapped(received.json(), source, changed_at=None)


def mapped(body: Fields, source: Source, *, changed_at: datetime | None) -> Iterator[Event]:
    """The events of a body under the source's mapping; `changed_at` is when the sender says that it happened."""
    folder, name = find(body, source.mapping.event)
    event = folder.text(name, "")
    meaning = _meaning(event)
    if meaning is Meaning.TEST:
        yield Ping()
    elif meaning is Meaning.FOREIGN:
        yield Ignored(f'The event "{single_line(event)[:80]}" is not known to be about a job posting.')
    else:
        yield from _each(body, source, meaning, changed_at)


def _each(body: Fields, source: Source, meaning: Meaning | None, changed_at: datetime | None) -> Iterator[Event]:
    folder, name = find(body, source.mapping.postings)
    if not folder.has(name):
        yield _event(_Posting(body, source, ""), meaning, changed_at)
        return
    inside = source.mapping.postings.removesuffix(name)  # "data.jobs" and "data.id": in the list, it is "id"
    events = [_event(_Posting(item, source, inside), meaning, changed_at) for item in folder.children(name)]
    yield from events or [Ignored("The list of postings is empty.")]


@dataclass(frozen=True)
class _Posting:
    """One posting's JSON, asked by the names of the mapping. `inside` is what its paths no longer start with."""

    body: Fields
    source: Source
    inside: str

    def at(self, path: str) -> tuple[Fields, str]:
        return find(self.body, self.within(path))

    def within(self, path: str) -> str:
        return path.removeprefix(self.inside)


def _event(posting: _Posting, meaning: Meaning | None, changed_at: datetime | None) -> Event:
    """Closed by either word is closed; without any word, a posting is open."""
    mapping = posting.source.mapping
    if mapping.filter is not None and not holds(posting.body, posting.within(mapping.filter)):
        return Ignored("The mapping's filter leaves this posting out.")
    folder, name = posting.at(mapping.job_id)
    job_id = folder.key(name)
    folder, name = posting.at(mapping.status)
    status = re.sub(r"[\W_]+", "", folder.scalar(name).lower())
    if meaning is Meaning.CLOSED or status in CLOSED:
        return PostingClosed(job_id, changed_at=changed_at)
    if status in DRAFT:
        return Ignored(f"Posting {job_id} is not public yet.")
    content = _posting(posting, job_id, changed_at)
    return PostingChanged(content) if meaning is Meaning.CHANGED else PostingOpened(content)


def _posting(posting: _Posting, job_id: str, changed_at: datetime | None) -> JobPosting:
    mapping = posting.source.mapping

    def line(path: str) -> str | None:
        folder, name = posting.at(path)
        return folder.optional_line(name)

    folder, name = posting.at(mapping.description)
    description = folder.text(name, "")
    folder, name = posting.at(mapping.url)
    return JobPosting(
        job_id=job_id,
        title=line(mapping.title) or "",
        description=description,
        location=line(mapping.location),
        department=line(mapping.department),
        language=line(mapping.language),
        company=line(mapping.company),
        url=folder.optional_url(name),
        changed_at=changed_at,
    )


def _meaning(event: str) -> Meaning | None:
    """By the last word that is understood: "job.published", "job_post_created", "jobPostingUnpublish", "new_job"."""
    if not event.strip():
        return None
    words = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", event).lower())
    if not FOREIGN.isdisjoint(words):
        return Meaning.FOREIGN
    return next((MEANINGS[word] for word in reversed(words) if word in MEANINGS), Meaning.FOREIGN)


def _token(received: Received, name: str) -> str:
    value = received.header(name)
    is_marked = _is_bearer(name) and value.lower().startswith(BEARER)
    return value[len(BEARER) :].strip() if is_marked else value


def _is_bearer(name: str) -> bool:
    """`Authorization` names its scheme before the token; every other header is the token."""
    return name.lower() == "authorization"
