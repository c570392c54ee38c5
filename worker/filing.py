"""The door: every way to an interview ends here, under a deduplication id.

The same id with the same content is the same request, whoever files it; with other content it is a conflict that is said. A
source's posting follows its ATS: while nothing of its interview can exist, the newest text is what will be sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from worker.descriptions import checking
from worker.domain.request import Because, Code, Content, GenerationRequest, Kind
from worker.ledger import requests
from worker.ledger.connection import Tx
from worker.policy import priority
from worker.policy.aftermath import TEXT_LIMITS
from worker.policy.identity import Identity, of_content


@dataclass(frozen=True)
class Submission:
    """What somebody wants. Without an `identity` the same text with the same options is the same request."""

    organization: str
    text: str
    title: str = ""
    kind: Kind = Kind.GENERATE
    options: Mapping[str, object] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    priority: int = priority.LIVE
    source: str | None = None
    job_id: str | None = None
    batch: str | None = None
    rule: str | None = None
    because: Because | None = None  # held from the start for this, unless its text has a fault


@dataclass(frozen=True)
class Filed:
    """It is new."""

    request: GenerationRequest


@dataclass(frozen=True)
class AlreadyFiled:
    """The same request is known."""

    request: GenerationRequest


@dataclass(frozen=True)
class Conflict:
    """The id is known with other content; nothing has changed."""

    request: GenerationRequest


Answer = Filed | AlreadyFiled | Conflict


def file(tx: Tx, wanted: Submission) -> Answer:
    """File it, or find what is filed under its id."""
    return file_many(tx, [wanted])[0]


def file_many(tx: Tx, wanted: Sequence[Submission]) -> list[Answer]:
    """File a chunk with few statements. Each gets the answer that it would get if they were filed one after another."""
    return file_ready(tx, [ready(one) for one in wanted])


def file_ready(tx: Tx, asked: Sequence[requests.NewRequest]) -> list[Answer]:
    """The same of what was made ready before the transaction began."""
    firsts: dict[requests.Key, requests.NewRequest] = {}
    for new in asked:
        firsts.setdefault(new.key, new)
    kept = requests.insert_many(tx, list(firsts.values()))
    return [_answer(new, kept[new.key], is_first=firsts[new.key] is new) for new in asked]


def _answer(new: requests.NewRequest, kept: requests.Kept, *, is_first: bool) -> Answer:
    if kept.is_new and is_first:
        return Filed(kept.request)
    return AlreadyFiled(kept.request) if kept.digest == new.digest else Conflict(kept.request)


def ready(wanted: Submission, digest: str | None = None) -> requests.NewRequest:
    """All that can be done before a transaction begins. `digest`: of its content, where it is known already."""
    return requests.NewRequest(
        organization=wanted.organization,
        kind=wanted.kind,
        identity=wanted.identity or of_content(wanted.kind, wanted.text, wanted.options),
        title=title_of(wanted),
        content=Content(wanted.text, wanted.options, wanted.about),
        priority=wanted.priority,
        text_limit=text_limit(wanted.text),
        source=wanted.source,
        job_id=wanted.job_id,
        batch=wanted.batch,
        because=fault_of(wanted.kind, wanted.text) or wanted.because,
        rule=wanted.rule,
        known_digest=digest,
    )


def fault_of(kind: Kind, text: str) -> Because | None:
    """Why this text can't be sent, before a call is spent on it; too long is no fault, it is condensed."""
    if kind is Kind.CREATE:
        return None
    match checking.check(text):
        case checking.TooShort(length, needed):
            return Because(Code.TOO_SHORT, {"length": length, "needed": needed})
        case _:
            return None


def text_limit(text: str) -> int:
    """How long the text may be when it is sent first: as it is, or as much as TalentSprout takes."""
    return min(checking.length(text), TEXT_LIMITS[0])


def title_of(wanted: Submission) -> str:
    """What people see: the title, else how the text begins."""
    return wanted.title or _first_line(wanted.text)


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= 80 else line[:79].rstrip() + "…"
