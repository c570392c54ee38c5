"""What a source says of a posting, turned into what is wanted of TalentSprout.

Each function returns the sentence that the event shows. While nothing of an interview can exist (its request waits or is held,
or was cancelled when the posting closed), the newest text is its text; afterwards `on_change` has answered: see `wanting`.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from config.settings import Source
from worker.descriptions import language, plain_text
from worker.descriptions.language import Doubt, Language
from worker.domain.event import PostingClosed
from worker.domain.posting import JobPosting
from worker.domain.request import Because, Code, State
from worker.events import wanting
from worker.events.wanting import NOTHING_EXISTS, Wanted
from worker.ledger import invitations, postings, requests, requisitions
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.policy import rules

OVERTAKEN = "Something newer is known of this posting; nothing changed."


@dataclass(frozen=True)
class Readable:
    """A posting whose description is text already: converting takes time and is done before a transaction begins.

    `language` is None where nobody asked for it.
    """

    posting: JobPosting
    text: str
    language: Language | Doubt | None = None

    @classmethod
    def of(cls, posting: JobPosting, *, detect_language: bool = False) -> "Readable":
        """Convert it."""
        text = plain_text.readable(posting.description)
        return cls(posting, text, language.told(text) if detect_language else None)

    @property
    def detected(self) -> str | None:
        """The language that is beyond doubt."""
        return self.language.code if isinstance(self.language, Language) else None


def open_or_change(tx: Tx, source: Source, event: StoredEvent, said: Readable) -> str:
    """A posting is live, with this text."""
    stored = _stored(source, event, said)
    if stored.requisition_id is not None and _closed_since(tx, stored):
        return OVERTAKEN
    known = postings.get(tx, source.name, said.posting.job_id)
    if not postings.newer(tx, stored):
        return OVERTAKEN
    invitations.follow_posting(tx, source.name, stored.job_id)
    wanted = Wanted(source, rules.plan(source, said.posting, said.detected), stored)
    found = postings.requests_of(tx, source.name, stored.job_id)
    told = wanting.follow(tx, wanted, found, was_closed=known is not None and not known.is_open)
    return f"{told}{_doubt(said)}"


def _closed_since(tx: Tx, stored: postings.StoredPosting) -> bool:
    """Whether all postings of the requisition closed later than this one opened; then it is kept as one that is closed."""
    closing = requisitions.closing(tx, stored.source, stored.requisition_id or "")
    if closing is None or (closing.closed_at, closing.event_id) < (stored.changed_at, stored.event_id):
        return False
    closed = replace(stored, is_open=False, changed_at=closing.closed_at, event_id=closing.event_id)
    if postings.get(tx, stored.source, stored.job_id) is None:
        postings.newer(tx, closed)
    return True


def _doubt(said: Readable) -> str:
    """Said where a language was asked for and can't be told."""
    if not isinstance(said.language, Doubt):
        return ""
    return f" Its language is in doubt ({said.language.why}): the configured languages stay."


def close(tx: Tx, source: Source, event: StoredEvent, said: PostingClosed) -> str:
    """A posting is offline, or every posting of a requisition is."""
    changed_at = said.changed_at or event.received_at
    if said.job_id is not None:
        found = [postings.get(tx, source.name, said.job_id) or _never_announced(tx, source, event, said, changed_at)]
    else:
        requisitions.close(tx, source.name, said.requisition_id or "", requisitions.Closing(changed_at, event.id))
        found = postings.of_requisition(tx, source.name, said.requisition_id or "")
    closed = [known for known in found if postings.close(tx, known, changed_at, event.id)]
    cancelled = [label for known in closed for label in _cancel(tx, source, known.job_id)]
    for known in closed:
        invitations.follow_posting(tx, source.name, known.job_id)
    if cancelled:
        return f"The posting closed; {', '.join(cancelled)} waited and is cancelled."
    if closed:
        return "The posting closed; nothing of it waited."
    return OVERTAKEN if found else "No posting of this requisition is known here; nothing to do."


def _never_announced(
    tx: Tx, source: Source, event: StoredEvent, said: PostingClosed, changed_at: datetime
) -> postings.StoredPosting:
    """Kept all the same: its opening may still arrive, late, and must then change nothing."""
    closed = postings.StoredPosting(
        source=source.name,
        job_id=said.job_id or "",
        organization=source.organization,
        requisition_id=said.requisition_id,
        is_open=False,
        title="",
        text="",
        about={},
        changed_at=changed_at,
        event_id=event.id,
    )
    postings.newer(tx, closed)
    return closed


def _cancel(tx: Tx, source: Source, job_id: str) -> list[str]:
    closed = Because(Code.POSTING_CLOSED, {})
    found = postings.requests_of(tx, source.name, job_id)
    return [
        request.label
        for request in found
        if requests.move(tx, request.id, NOTHING_EXISTS, State.CANCELLED, because=closed)
    ]


def _stored(source: Source, event: StoredEvent, said: Readable) -> postings.StoredPosting:
    posting = said.posting
    about = {
        "location": posting.location,
        "department": posting.department,
        "company": posting.company,
        "language": posting.language,
        "url": posting.url,
    }
    return postings.StoredPosting(
        source=source.name,
        job_id=posting.job_id,
        organization=source.organization,
        requisition_id=posting.requisition_id,
        is_open=True,
        title=posting.title,
        text=said.text,
        about={name: value for name, value in about.items() if value},
        changed_at=posting.changed_at or event.received_at,
        event_id=event.id,
    )
