"""What a source says of a posting, turned into what is wanted of TalentSprout.

Each function returns the sentence that the event shows. While nothing of an interview can exist (its request waits or is held,
or was cancelled when the posting closed), the newest text is its text; afterwards `on_change` has answered.
"""

from dataclasses import dataclass
from datetime import datetime

from config.settings import Source
from worker import filing
from worker.descriptions import plain_text
from worker.domain.event import PostingClosed
from worker.domain.posting import JobPosting
from worker.domain.request import Because, Code, Content, GenerationRequest, State
from worker.ledger import attempts, invitations, postings, requests
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.policy import identity
from worker.policy.identity import Identity

NOTHING_EXISTS = frozenset({State.WAITING, State.HELD})
OVERTAKEN = "Something newer is known of this posting; nothing changed."


@dataclass(frozen=True)
class Readable:
    """A posting whose description is text already: converting takes time and is done before a transaction begins."""

    posting: JobPosting
    text: str

    @classmethod
    def of(cls, posting: JobPosting) -> "Readable":
        """Convert it."""
        return cls(posting, plain_text.readable(posting.description))


def open_or_change(tx: Tx, source: Source, event: StoredEvent, said: Readable) -> str:
    """A posting is live, with this text."""
    known = postings.get(tx, source.name, said.posting.job_id)
    stored = _stored(source, event, said)
    if not postings.newer(tx, stored):
        return OVERTAKEN
    invitations.follow_posting(tx, source.name, said.posting.job_id)
    wanted = _identity(source, said)
    for request in requests.of_job(tx, source.organization, source.name, said.posting.job_id):
        if request.state in NOTHING_EXISTS:
            return _rewrite(tx, source, request, wanted, stored)
        if request.state is State.CANCELLED and known is not None and not known.is_open:
            return _reopen(tx, source, request, wanted, stored)
    return _file(tx, source, stored, wanted)


def close(tx: Tx, source: Source, event: StoredEvent, said: PostingClosed) -> str:
    """A posting is offline, or every posting of a requisition is."""
    changed_at = said.changed_at or event.received_at
    if said.job_id is not None:
        found = [postings.get(tx, source.name, said.job_id) or _never_announced(tx, source, event, said, changed_at)]
    else:
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


def _file(tx: Tx, source: Source, stored: postings.StoredPosting, wanted: Identity) -> str:
    submission = filing.Submission(
        organization=source.organization,
        text=stored.text,
        title=stored.title,
        options=source.interview,
        about=stored.about,
        identity=wanted,
        source=source.name,
        job_id=stored.job_id,
    )
    match filing.file(tx, submission):
        case filing.Filed(request):
            return f"Filed as {request.label}."
        case filing.AlreadyFiled(request) | filing.Conflict(request):
            return _left_alone(source, request)


def _rewrite(
    tx: Tx, source: Source, request: GenerationRequest, wanted: Identity, stored: postings.StoredPosting
) -> str:
    """Nothing of it exists: the newest posting is its text, and its revision."""
    key = (source.organization, wanted.key)
    other = requests.by_keys(tx, [key]).get(key)
    if other is not None and other.request.id != request.id:
        requests.move(tx, request.id, NOTHING_EXISTS, State.CANCELLED, because=Because(Code.SUPERSEDED, {}))
        return f"{other.request.label} has this text; {request.label} is cancelled."
    content = Content(stored.text, source.interview, stored.about)
    because = filing.fault_of(request.kind, content.text)
    if identity.content_digest(request.kind, content.text, content.options) == requests.content_digest_of(
        tx, request.id
    ):
        return f"{request.label} has this text already."
    requests.rewrite(tx, request, stored.title, content, text_limit=filing.text_limit(content.text))
    requests.rekey(tx, request.id, wanted)
    if because is not None:
        requests.move(tx, request.id, NOTHING_EXISTS, State.HELD, because=because)
        return f"{request.label} takes the new text and is held."
    requests.move(tx, request.id, NOTHING_EXISTS, State.WAITING, because=None, due_at=tx.now())
    return f"{request.label} takes the new text."


def _reopen(
    tx: Tx, source: Source, request: GenerationRequest, wanted: Identity, stored: postings.StoredPosting
) -> str:
    """The posting is open again; its request is revived where nothing of it can exist."""
    if attempts.may_exist(tx, request.id):
        return f"{request.label} was cancelled while its interview might exist; only a person revives it."
    because = filing.fault_of(request.kind, stored.text)
    state = State.WAITING if because is None else State.HELD
    requests.move(tx, request.id, {State.CANCELLED}, state, because=because, due_at=tx.now())
    _rewrite(tx, source, request, wanted, stored)
    return f"The posting is open again; {request.label} is revived."


def _cancel(tx: Tx, source: Source, job_id: str) -> list[str]:
    closed = Because(Code.POSTING_CLOSED, {})
    found = requests.of_job(tx, source.organization, source.name, job_id)
    return [
        request.label
        for request in found
        if requests.move(tx, request.id, NOTHING_EXISTS, State.CANCELLED, because=closed)
    ]


def _left_alone(source: Source, request: GenerationRequest) -> str:
    match request.state:
        case State.CREATED if source.on_change == "keep":
            return f'{request.label} has its interview; on_change = "keep" leaves it as it is.'
        case State.CREATED:
            return f"{request.label} has an interview for this text."
        case State.CANCELLED:
            return f"{request.label} was cancelled; a person's retry revives it."
        case _:
            return f"{request.label} is {request.state}; its text is on its way and is left as it is."


def _identity(source: Source, said: Readable) -> Identity:
    revision = identity.FIRST_REVISION if source.on_change == "keep" else identity.revision_of(said.text)
    return identity.of_posting(source.name, said.posting.job_id, revision)


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
