"""What a live posting leads to: a request that is new, one that takes the newest text, or nothing.

While nothing of a posting's interview can exist, the newest posting is its text. Once it may exist, `on_change` answers, and only
for what matters to an interview: `keep` leaves it, `regenerate` has another made, `ask` files another for a person to approve.

A posting stays with the organization in which its first request was filed, whatever the rules say later: the same posting in two
organizations would be two interviews.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.settings import Source
from worker import differing, filing
from worker.descriptions.changes import Verdict, Version
from worker.differing import Nearest
from worker.domain.request import TO_APPROVE, Because, Code, Content, GenerationRequest, Kind, State
from worker.ledger import attempts, audit, requests
from worker.ledger.connection import Tx
from worker.ledger.postings import StoredPosting
from worker.policy import identity
from worker.policy.identity import Identity
from worker.policy.rules import Plan

NOTHING_EXISTS = frozenset({State.WAITING, State.HELD})
MAY_EXIST = frozenset({State.SENDING, State.CREATED, State.UNKNOWN})
BY_ITSELF = frozenset(
    {Code.POSTING_CLOSED, Code.SKIPPED, Code.SUPERSEDED}
)  # why something was cancelled that no person decided about


@dataclass(frozen=True)
class Wanted:
    """The newest of a posting, and what its source and rules want of it. `question` is asked before it is sent."""

    source: Source
    plan: Plan
    posting: StoredPosting
    question: Because | None = None

    @property
    def version(self) -> Version:
        """What is compared with what was made."""
        return differing.version(self.posting.title, self.content)

    @property
    def identity(self) -> Identity:
        """The deduplication id. No rule is part of it, so that another rule makes no second interview."""
        one = self.version
        revision = identity.revision_of(one.text, one.title, one.location or "", one.language or "")
        first = identity.FIRST_REVISION if self.source.on_change == "keep" else revision
        return identity.of_posting(self.source.name, self.posting.job_id, first)

    @property
    def content(self) -> Content:
        """What would be sent."""
        return Content(self.posting.text, self.plan.options, self.posting.about)

    @property
    def because(self) -> Because | None:
        """Why it would be held, if it would."""
        approval = Because(Code.APPROVAL, {"rule": self.plan.rule}) if self.plan.approve else None
        return filing.fault_of(Kind.GENERATE, self.posting.text) or self.question or approval

    @property
    def by_rule(self) -> str:
        """For sentences."""
        return "" if self.plan.rule is None else f" by the rule {self.plan.rule}"


def follow(tx: Tx, wanted: Wanted, found: Sequence[GenerationRequest], *, was_closed: bool) -> str:
    """The sentence of what became of it. `found` are the requests of the posting, newest first."""
    pending = next((one for one in found if one.state in NOTHING_EXISTS), None)
    if wanted.plan.skip is not None:
        return _skip(tx, wanted, pending, found)
    made = differing.nearest(tx, wanted.version, [one for one in found if one.state in MAY_EXIST])
    if made is None:
        return _begin(tx, wanted, found, pending, was_closed=was_closed)
    if made.is_same:
        return _same(tx, made, pending)
    return _renew(tx, wanted, found, pending, made)


def _begin(
    tx: Tx, wanted: Wanted, found: Sequence[GenerationRequest], pending: GenerationRequest | None, *, was_closed: bool
) -> str:
    """Nothing was made of it yet."""
    if pending is not None:
        return _rewrite(tx, wanted, pending)
    for request in found:
        if was_closed or _was_cancelled_by_itself(request):
            return _revive(tx, wanted, request)
    if not found:
        return _file(tx, wanted, found)
    if wanted.source.on_change != "regenerate":
        return _left_alone(found[0])
    return _unless_cancelled(tx, wanted, found)


def _same(tx: Tx, made: Nearest, pending: GenerationRequest | None) -> str:
    """What exists, or may, is of this posting; what waits for another text of it is not wanted any more."""
    request, verdict = made.request, made.change.verdict
    cosmetic = " The change is cosmetic." if verdict is Verdict.COSMETIC else ""
    if request.state is not State.CREATED:
        has = f"{request.label} is {request.state}; its text is on its way and is left as it is."
    else:
        has = f"{request.label} has an interview for this text."
    if pending is None:
        return f"{has}{cosmetic}"
    requests.move(tx, pending.id, NOTHING_EXISTS, State.CANCELLED, because=Because(Code.SUPERSEDED, {}))
    return f"{has}{cosmetic} {pending.label} is cancelled."


def _renew(
    tx: Tx, wanted: Wanted, found: Sequence[GenerationRequest], pending: GenerationRequest | None, made: Nearest
) -> str:
    """An interview exists, or may, and the posting says something else now."""
    what = differing.summary(made.change)
    changed = f"It changed in what matters: {what}."
    if wanted.source.on_change == "keep" and pending is None:
        return f'{made.request.label} has its interview; on_change = "keep" leaves it as it is. {changed}'
    if wanted.source.on_change != "regenerate":
        facts = {"of": made.request.label, "request_id": made.request.id, "what": what}
        wanted = replace(wanted, question=Because(Code.CHANGED, facts))
    if pending is not None:
        return f"{changed} {_rewrite(tx, wanted, pending)}"
    return f"{changed} {_unless_cancelled(tx, wanted, found)}"


def _unless_cancelled(tx: Tx, wanted: Wanted, found: Sequence[GenerationRequest]) -> str:
    """Filed, or what waited for it before is revived; not where a person has said that nobody wants this."""
    cancelled = [one for one in found if one.state is State.CANCELLED]
    unwanted = [one for one in cancelled if not _was_cancelled_by_itself(one)]
    nearest = differing.nearest(tx, wanted.version, unwanted)
    if nearest is not None and nearest.is_same:
        return _left_alone(nearest.request)
    free = next((one for one in cancelled if one not in unwanted and not attempts.may_exist(tx, one.id)), None)
    return _file(tx, wanted, found) if free is None else _revive(tx, wanted, free)


def _skip(tx: Tx, wanted: Wanted, pending: GenerationRequest | None, found: Sequence[GenerationRequest]) -> str:
    told = f"Skipped{wanted.by_rule}: {wanted.plan.skip}"
    if pending is not None:
        because = Because(Code.SKIPPED, {"rule": wanted.plan.rule, "why": wanted.plan.skip})
        requests.move(tx, pending.id, NOTHING_EXISTS, State.CANCELLED, because=because)
        return f"{told} {pending.label} waited and is cancelled."
    exists = next((one for one in found if one.state in MAY_EXIST), None)
    return told if exists is None else f"{told} {exists.label} was sent before and is left as it is."


def _file(tx: Tx, wanted: Wanted, found: Sequence[GenerationRequest]) -> str:
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
            return _left_alone(request)


def _rewrite(tx: Tx, wanted: Wanted, request: GenerationRequest) -> str:
    """Nothing of it exists: the newest posting is its text, and its revision."""
    if _says_the_same(tx, wanted, request):
        return f"{request.label} has this text already.{_ruled_anew(tx, wanted, request)}{_stays(wanted, request)}"
    _put(tx, wanted, request)
    return f"{request.label} takes the new text{wanted.by_rule}{_held(wanted.because)}.{_stays(wanted, request)}"


def _revive(tx: Tx, wanted: Wanted, request: GenerationRequest) -> str:
    """The posting is open again, or wanted again; its request is revived where nothing of it can exist."""
    if attempts.may_exist(tx, request.id):
        return f"{request.label} was cancelled while its interview might exist; only a person revives it."
    _put(tx, wanted, request)
    return f"The posting is wanted again; {request.label} is revived{wanted.by_rule}{_held(wanted.because)}."


def _put(tx: Tx, wanted: Wanted, request: GenerationRequest) -> None:
    """Its content, its revision and its state are those of the newest posting."""
    content, because, own = wanted.content, wanted.because, wanted.identity
    requests.rewrite(tx, request, wanted.posting.title, content, text_limit=filing.text_limit(content.text))
    taken = requests.by_keys(tx, [(request.organization, own.key)])
    if not taken:  # where it is: another one of this posting, cancelled, was of this very text
        requests.rekey(tx, request.id, own)
    state = State.WAITING if because is None else State.HELD
    requests.move(tx, request.id, {request.state}, state, because=because, due_at=tx.now(), rule=wanted.plan.rule)


def _says_the_same(tx: Tx, wanted: Wanted, request: GenerationRequest) -> bool:
    known = requests.content(tx, request.id)
    digests = {identity.content_digest(request.kind, one.text, one.options) for one in (known, wanted.content)}
    about = (request.title, known.about, request.rule)
    return len(digests) == 1 and about == (wanted.posting.title, wanted.posting.about, wanted.plan.rule)


def _ruled_anew(tx: Tx, wanted: Wanted, request: GenerationRequest) -> str:
    """The same text under rules that ask for a person's word now, or do so no more. A word that was given for it stays."""
    now = wanted.because
    asks = now is not None and now.code in TO_APPROVE
    if request.awaits_approval and not asks:
        requests.move(tx, request.id, {State.HELD}, State.WAITING, because=None, due_at=tx.now())
        return " It needs nobody's approval any more."
    if request.state is State.WAITING and asks and not _has_a_word(tx, request):
        requests.move(tx, request.id, {State.WAITING}, State.HELD, because=now)
        return f" It is held for a person's approval{wanted.by_rule} now."
    return ""


def _has_a_word(tx: Tx, request: GenerationRequest) -> bool:
    """Whether a person sent this very text on its way. What was decided before digests were noted counts for any."""
    digest = requests.content_digest_of(tx, request.id)
    said = [entry.detail.get("content") for entry in audit.of(tx, request.id) if entry.action in ("approve", "retry")]
    return digest in said or None in said


def _left_alone(request: GenerationRequest) -> str:
    if request.state is State.CANCELLED:
        return f"{request.label} was cancelled; a person's retry revives it."
    return f"{request.label} is {request.state} and is left as it is."


def _was_cancelled_by_itself(request: GenerationRequest) -> bool:
    because = request.because
    return request.state is State.CANCELLED and because is not None and because.code in BY_ITSELF


def _held(because: Because | None) -> str:
    if because is None:
        return ""
    return " and is held for a person's approval" if because.code in TO_APPROVE else " and is held"


def _stays(wanted: Wanted, request: GenerationRequest) -> str:
    """Said where a rule would have it elsewhere."""
    if request.organization == wanted.plan.organization:
        return ""
    return f" It stays with {request.organization}, where its first request was filed."
