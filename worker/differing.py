"""How a posting differs from what its requests were made of: their texts are in the ledger, so nothing else is stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from worker.descriptions import changes
from worker.descriptions.changes import Change, Verdict, Version
from worker.domain.request import Code, Content, GenerationRequest
from worker.ledger import requests
from worker.ledger.connection import Tx


@dataclass(frozen=True)
class Nearest:
    """The request that says the same as a posting, else the newest one, and what the posting says differently."""

    request: GenerationRequest
    change: Change

    @property
    def is_same(self) -> bool:
        """Whether nothing differs that matters to an interview."""
        return self.change.verdict is not Verdict.MATERIAL


def version(title: str, content: Content) -> Version:
    """What is compared of a posting or of a request."""
    return Version(title, content.text, content.about.get("location"), content.about.get("language"))


def nearest(tx: Tx, posting: Version, found: Iterable[GenerationRequest]) -> Nearest | None:
    """Among requests, the newest of which come first; None where there is none."""
    first: Nearest | None = None
    for request in found:
        one = Nearest(request, changes.between(version(request.title, requests.content(tx, request.id)), posting))
        if one.is_same:
            return one
        first = first or one
    return first


def to_approve(tx: Tx, request: GenerationRequest) -> Nearest | None:
    """What a person is asked about: the interview that exists, and what its posting says now. None where nothing is asked."""
    because = request.because
    if not request.awaits_approval or because is None or because.code is not Code.CHANGED:
        return None
    older = requests.get(tx, str(because.facts["request_id"]))
    return None if older is None else nearest(tx, version(request.title, requests.content(tx, request.id)), [older])


def summary(change: Change) -> str:
    """In what it differs, for a sentence: "numbers and wording"."""
    *others, last = change.what
    return f"{', '.join(others)} and {last}" if others else str(last)
