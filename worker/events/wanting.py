"""What a live posting leads to: a request that is new, one that takes the newest text, or nothing.

A posting stays with the organization in which its first request was filed, whatever the rules say later: the same posting in two
organizations would be two interviews.
"""

from dataclasses import dataclass

from config.settings import Source
from worker import filing
from worker.domain.request import Because, Code, Content, GenerationRequest, Kind, State
from worker.ledger import attempts, requests
from worker.ledger.connection import Tx
from worker.ledger.postings import StoredPosting
from worker.policy import identity
from worker.policy.identity import Identity
from worker.policy.rules import Plan

NOTHING_EXISTS = frozenset({State.WAITING, State.HELD})


@dataclass(frozen=True)
class Wanted:
    """The newest of a posting, and what its source and rules want of it."""

    source: Source
    plan: Plan
    posting: StoredPosting

    @property
    def identity(self) -> Identity:
        """The deduplication id. No rule is part of it, so that another rule makes no second interview."""
        kept = self.source.on_change == "keep"
        revision = identity.FIRST_REVISION if kept else identity.revision_of(self.posting.text)
        return identity.of_posting(self.source.name, self.posting.job_id, revision)

    @property
    def content(self) -> Content:
        """What would be sent."""
        return Content(self.posting.text, self.plan.options, self.posting.about)

    @property
    def because(self) -> Because | None:
        """Why it would be held, if it would."""
        approval = Because(Code.APPROVAL, {"rule": self.plan.rule}) if self.plan.approve else None
        return filing.fault_of(Kind.GENERATE, self.posting.text) or approval

    @property
    def by_rule(self) -> str:
        """For sentences."""
        return "" if self.plan.rule is None else f" by the rule {self.plan.rule}"


def follow(tx: Tx, wanted: Wanted, found: list[GenerationRequest], *, was_closed: bool) -> str:
    """The sentence of what became of it. `found` are the requests of the posting, newest first."""
    pending = next((one for one in found if one.state in NOTHING_EXISTS), None)
    if wanted.plan.skip is not None:
        return _skip(tx, wanted, pending, found)
    if pending is not None:
        return _rewrite(tx, wanted, pending)
    for request in found:
        if request.state is State.CANCELLED and (was_closed or _was_skipped(request)):
            return _revive(tx, wanted, request)
    return _file(tx, wanted, found)


def _skip(tx: Tx, wanted: Wanted, pending: GenerationRequest | None, found: list[GenerationRequest]) -> str:
    told = f"Skipped{wanted.by_rule}: {wanted.plan.skip}"
    if pending is not None:
        because = Because(Code.SKIPPED, {"rule": wanted.plan.rule, "why": wanted.plan.skip})
        requests.move(tx, pending.id, NOTHING_EXISTS, State.CANCELLED, because=because)
        return f"{told} {pending.label} waited and is cancelled."
    exists = next((one for one in found if one.state is not State.CANCELLED), None)
    return told if exists is None else f"{told} {exists.label} was sent before and is left as it is."


def _file(tx: Tx, wanted: Wanted, found: list[GenerationRequest]) -> str:
    submission = filing.Submission(
        organization=found[0].organization if found else wanted.plan.organization,
        text=wanted.posting.text,
        title=wanted.posting.title,
        options=wanted.plan.options,
        about=wanted.posting.about,
        identity=wanted.identity,
        source=wanted.source.name,
        job_id=wanted.posting.job_id,
        rule=wanted.plan.rule,
        because=wanted.because,
    )
    match filing.file(tx, submission):
        case filing.Filed(request):
            return f"Filed as {request.label}{wanted.by_rule}{_held(wanted.because)}.{_stays(wanted, request)}"
        case filing.AlreadyFiled(request) | filing.Conflict(request):
            return _left_alone(wanted.source, request)


def _rewrite(tx: Tx, wanted: Wanted, request: GenerationRequest) -> str:
    """Nothing of it exists: the newest posting is its text, and its revision."""
    key = (request.organization, wanted.identity.key)
    other = requests.by_keys(tx, [key]).get(key)
    if other is not None and other.request.id != request.id:
        requests.move(tx, request.id, NOTHING_EXISTS, State.CANCELLED, because=Because(Code.SUPERSEDED, {}))
        return f"{other.request.label} has this text; {request.label} is cancelled."
    if _says_the_same(tx, wanted, request):
        return f"{request.label} has this text already.{_stays(wanted, request)}"
    _put(tx, wanted, request)
    return f"{request.label} takes the new text{wanted.by_rule}{_held(wanted.because)}.{_stays(wanted, request)}"


def _revive(tx: Tx, wanted: Wanted, request: GenerationRequest) -> str:
    """The posting is open again, or not skipped any more; its request is revived where nothing of it can exist."""
    if attempts.may_exist(tx, request.id):
        return f"{request.label} was cancelled while its interview might exist; only a person revives it."
    key = (request.organization, wanted.identity.key)
    other = requests.by_keys(tx, [key]).get(key)
    if other is not None and other.request.id != request.id:
        return _left_alone(wanted.source, other.request)
    _put(tx, wanted, request)
    return f"The posting is wanted again; {request.label} is revived{wanted.by_rule}{_held(wanted.because)}."


def _put(tx: Tx, wanted: Wanted, request: GenerationRequest) -> None:
    """Its content, its revision and its state are those of the newest posting."""
    content, because = wanted.content, wanted.because
    requests.rewrite(tx, request, wanted.posting.title, content, text_limit=filing.text_limit(content.text))
    requests.rekey(tx, request.id, wanted.identity)
    state = State.WAITING if because is None else State.HELD
    requests.move(tx, request.id, {request.state}, state, because=because, due_at=tx.now(), rule=wanted.plan.rule)


def _says_the_same(tx: Tx, wanted: Wanted, request: GenerationRequest) -> bool:
    known = requests.content(tx, request.id)
    digests = {identity.content_digest(request.kind, one.text, one.options) for one in (known, wanted.content)}
    about = (request.title, known.about, request.rule)
    return len(digests) == 1 and about == (wanted.posting.title, wanted.posting.about, wanted.plan.rule)


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


def _was_skipped(request: GenerationRequest) -> bool:
    return request.because is not None and request.because.code is Code.SKIPPED


def _held(because: Because | None) -> str:
    if because is None:
        return ""
    return " and is held for a person's approval" if because.code is Code.APPROVAL else " and is held"


def _stays(wanted: Wanted, request: GenerationRequest) -> str:
    """Said where a rule would have it elsewhere."""
    if request.organization == wanted.plan.organization:
        return ""
    return f" It stays with {request.organization}, where its first request was filed."
