"""Sources: one pure module an ATS, found by its file name. `kind = "greenhouse"` is read by greenhouse.py.

A module says what `SourceKind` lists and, where its vendor needs more, what one of the small protocols below it lists. It
knows no database, no clock and no network, so that a delivery can be stored before it is read, and read again when its
reader has learned more. talentsprout.py is here too, because results arrive the same way, but no section of the
configuration may choose it: it is authenticated by its secret address.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Protocol, cast, runtime_checkable

from config.settings import Source
from worker.domain.asking import Asking, Listed
from worker.domain.call import Call
from worker.domain.event import CandidateReachedStage, Event, Ignored, PostingAnnounced
from worker.domain.fields import Unreadable
from worker.domain.received import Handshake, Received

CALLS_APART = timedelta(milliseconds=500)
NOT_CONFIGURABLE = frozenset({"talentsprout"})


class SourceKind(Protocol):
    """What a module of this folder offers."""

    ACCEPTED: int
    """The status that the vendor counts as success, for a new delivery and a repeat alike."""

    GIVES_UP_ON_4XX: bool
    """Whether the vendor never repeats what was answered with a 4xx: a source that is being set up says 503 then."""

    SIGNS_TIME: bool
    """Whether the signature covers a timestamp, so that the same bytes under a fresh one are a delivery of their own."""

    ANNOUNCES_POSTINGS: bool
    """Whether the vendor has events of postings at all, and not of candidates alone."""

    def is_authentic(self, received: Received, source: Source, now: datetime, /) -> bool:
        """Whether one of the source's secrets vouches for the delivery. Never raises."""

    def sign(self, body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:
        """The headers that the vendor would send with `body`, content type included."""

    def delivery_id(self, received: Received, source: Source, /) -> str | None:
        """The vendor's id of the delivery, the same for its repeats; None where the digest must do. Never raises."""

    def is_test_body(self, received: Received, /) -> bool:
        """Whether this is the vendor's own try while a webhook is set up, and nothing else. Never raises."""

    def read(self, received: Received, source: Source, /) -> Iterator[Event]:
        """What the delivery says, in order. Raises fields.Unreadable, also after the first event: take all or none."""


@runtime_checkable
class ShakesHands(Protocol):
    """A vendor that wants a certain answer before its webhook is active."""

    def handshake(self, received: Received, /) -> Handshake | None:
        """The answer, or None for any other request. The answer proves nothing and gives nothing away. Never raises."""


@runtime_checkable
class SignsOnce(Protocol):
    """A vendor whose signature covers a value of its own instead of the body."""

    def nonce(self, received: Received, /) -> str | None:
        """The value. A delivery that shows a known one is a repeat, whatever else it says. Never raises."""


@runtime_checkable
class SignsInside(Protocol):
    """A vendor whose signature stands in the body."""

    def signed_body(self, body: bytes, source: Source, *, delivery_id: str, now: datetime) -> bytes:
        """`body` with its signature. Raises fields.Unreadable for what is not an object."""


@runtime_checkable
class Fetches(Protocol):
    """A vendor that announces postings without their text."""

    def ask(self, announced: PostingAnnounced, source: Source, /) -> Call:
        """What to ask the vendor's API. Raises fields.Unreadable where the source lacks what the call needs."""

    def fetched(self, status: int, body: bytes, announced: PostingAnnounced, source: Source, /) -> Iterator[Event]:
        """What the answer says. Raises fields.Unreadable for one that says nothing of the posting: it closes nothing."""


@runtime_checkable
class FetchesApplications(Protocol):
    """A vendor that tells of candidates by ids alone."""

    def ask_application(self, told: CandidateReachedStage, source: Source, /) -> Call:
        """What to ask the vendor's API. Raises fields.Unreadable where the event, or the source, lacks what the call needs."""

    def fetched_application(
        self, status: int, body: bytes, told: CandidateReachedStage, source: Source, /
    ) -> CandidateReachedStage | Ignored:
        """Where it stands, under the key that it has in `told`. Raises fields.Unreadable for an answer that does not say it."""


@runtime_checkable
class Polls(Protocol):
    """A vendor whose API lists postings."""

    BY_ACCOUNT: bool
    """Whether a list needs to know the account whose postings it shall hold; events tell it."""

    IS_POLLED: bool
    """Whether what has changed is asked for regularly, because the vendor's events don't say it, or not all of it."""

    def page(self, asking: Asking, source: Source, /) -> Call:
        """A page of the list. Raises fields.Unreadable where the source lacks what the call needs."""

    def listed(self, status: int, body: bytes, asking: Asking, source: Source, /) -> Listed:
        """What the page says; see `each` for a part of it that can't be read. Raises fields.Unreadable for the whole."""


@cache
def kinds() -> Mapping[str, SourceKind]:
    """The kinds that a configuration may name, each with its module."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return MappingProxyType({name: _module(name) for name in names if name not in NOT_CONFIGURABLE})


def named(kind: str) -> SourceKind:
    """The module of a kind. Raises KeyError for a kind that there isn't; the configuration has refused those."""
    return kinds()[kind]


def fetching(source: Source) -> Fetches:
    """Its module, where it can be asked for one posting. Raises Unreadable where it can't."""
    kind = named(source.kind)
    if not isinstance(kind, Fetches):
        raise Unreadable(f'a source of the kind "{source.kind}" can\'t be asked for a posting')
    return kind


def asking(source: Source) -> FetchesApplications:
    """Its module, where it can be asked for an application. Raises Unreadable where it can't."""
    kind = named(source.kind)
    if not isinstance(kind, FetchesApplications):
        raise Unreadable(
            f'the event does not say which job and stage it is, and "{source.kind}" can\'t be asked for it'
        )
    return kind


def listing(source: Source) -> Polls:
    """Its module, where it lists its postings. Raises Unreadable where it doesn't."""
    kind = named(source.kind)
    if not isinstance(kind, Polls):
        raise Unreadable(f'a source of the kind "{source.kind}" has no list of postings')
    return kind


def first_page(source: Source) -> Call | None:
    """The first page of a source's list of open postings; None where it can't be asked for (see `BY_ACCOUNT`, `page`)."""
    kind = named(source.kind)
    if not isinstance(kind, Polls) or kind.BY_ACCOUNT:
        return None
    try:
        call = kind.page(Asking(), source)
    except Unreadable:
        return None
    return call if call.key is None or source.api_key is not None else None


def apart(kind: str) -> timedelta:
    """The time between two calls to a vendor's API that keeps within what it allows."""
    own = getattr(named(kind), "CALLS_APART", None)
    return own if isinstance(own, timedelta) else CALLS_APART


def _module(name: str) -> SourceKind:
    return cast("SourceKind", importlib.import_module(f"{__name__}.{name}"))
