"""Who an event is about: the addresses and ids by which a person is known again.

Ids are one name space: a session, a candidate, an external id; and an application's where it is long. Short ones are mere
numbers, and an ATS counts its applications beside its candidates: those are told apart. One that our own link gave to everybody
who uses it is no person's. Addresses are compared without regard to case, and however their letters are composed (Unicode's NFC).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from json import JSONDecodeError, dumps, loads
from unicodedata import normalize
from urllib.parse import quote, unquote

from worker.domain.application import Application
from worker.domain.event import CandidateReachedStage, Event, InterviewFinished
from worker.domain.fields import clean
from worker.domain.received import Received
from worker.domain.result import CandidateResult
from worker.policy import matching

SHORTEST_ID = 16  # characters: what is shorter may be anything, wherever it stands
LONGEST = 400
APPLICATION = "application "  # before the short id of one
_BETWEEN_ADDRESSES = re.compile(r"[\s\"'<>()\[\]{},;:\\/=&?#|]+")
_ESCAPED_ASCII = re.compile(rb"\\u00[0-7]")
_ID = re.compile(rf"[A-Za-z0-9_:.-]{{{SHORTEST_ID},{LONGEST}}}")


@dataclass(frozen=True)
class Names:
    """What a person is known by. Addresses are in lower case."""

    emails: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()

    def __or__(self, other: "Names") -> "Names":
        return Names(self.emails | other.emails, self.ids | other.ids)

    def __bool__(self) -> bool:
        return bool(self.emails or self.ids)

    def meet(self, other: "Names") -> bool:
        """Whether they share one."""
        return bool(self.emails & other.emails or self.ids & other.ids)

    def has(self, other: "Names") -> bool:
        """Whether all of these are known already."""
        return other.emails <= self.emails and other.ids <= self.ids

    @property
    def applications(self) -> frozenset[str]:
        """Those of the ids that may be an application's, as its ATS says them."""
        return frozenset(one.removeprefix(APPLICATION) for one in self.ids if _may_be_applications(one))


def given(who: str) -> Names:
    """What somebody typed: an address, or one of the ids. What no database takes is replaced, as it is in what is stored."""
    text = clean(who).strip()
    return Names(emails=frozenset({address(text)})) if "@" in text else Names(ids=frozenset({text}))


def meant(who: str) -> Names:
    """All that it may be a name of."""
    named = given(who)
    return named | Names(ids=frozenset(map(_of_application, named.ids)))


def address(text: str) -> str:
    """An address as it is compared."""
    return normalize("NFC", text.strip()).casefold()


def of_result(said: CandidateResult) -> Names:
    """Of the person who was interviewed."""
    person = said.candidate
    return _names([person.email], [said.session_id, person.id, personal(person.external_id)])


def of_events(events: Iterable[Event]) -> Iterator[Names]:
    """Of each person that is told of."""
    for event in events:
        match event:
            case InterviewFinished(result):
                yield of_result(result)
            case CandidateReachedStage():
                yield of_application(event)


def of_application(said: CandidateReachedStage | Application) -> Names:
    """Of the candidate whose application it is."""
    application = said.application_id and said.application_id.strip()
    return _names([said.email], [said.candidate_id, _of_application(application) if application else None])


def personal(external_id: str | None) -> str | None:
    """The external id, unless it is the one that our link gives to everybody."""
    ours = matching.request_in(external_id)
    shared = ours is not None and external_id == matching.external_id(ours)
    return None if shared else external_id


def mentioned(received: Received) -> Names:
    """Every address and every long id that stands anywhere in a delivery, whoever sent it."""
    texts = list(_texts(received))
    emails = {found for text in texts for found in _addresses(text)}
    ids = {found for text in texts for found in _ID.findall(text)}
    return Names(frozenset(emails), frozenset(ids))


@dataclass(frozen=True)
class Spellings:
    """How a person's names stand in JSON, and in the address of a page."""

    texts: tuple[bytes, ...]
    is_plain: bool  # nothing but ASCII, which is escaped seldom and has one way to be in lower case

    @classmethod
    def of(cls, names: Names) -> "Spellings":
        """Of all of them."""
        said = [*names.emails, *(one.removeprefix(APPLICATION) for one in names.ids)]
        spelled = {way.lower() for one in said for way in (one, quote(one, safe=""), dumps(one)[1:-1])}
        return cls(tuple(one.encode(errors="replace") for one in spelled), all(map(str.isascii, said)))


def may_mention(received: Received, names: Spellings) -> bool:
    """A quick look, which may say yes too often: in a text that escapes plain letters a name can't be seen from outside."""
    content = b"\n".join(
        [received.body, *(value.encode(errors="replace") for value in received.headers.values())]
    ).lower()
    if not names.is_plain and not (content.isascii() and b"\\u" not in content and b"%" not in content):
        return True
    return bool(_ESCAPED_ASCII.search(content)) or any(one in content for one in names.texts)


def _addresses(text: str) -> Iterator[str]:
    """Split, not searched for: a search that starts at every letter takes too long."""
    if "@" in text:
        for part in _BETWEEN_ADDRESSES.split(text):
            if "@" in part and len(part) <= LONGEST:
                yield address(part.strip("."))


def _texts(received: Received) -> Iterator[str]:
    yield from received.headers.values()
    text = received.body.decode(errors="replace")
    if "\\" in text:
        try:
            yield from _strings(loads(text))
        except (JSONDecodeError, RecursionError):
            yield text
    else:
        yield text
    if "%" in text:
        yield unquote(text)


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, one in value.items():
                yield key
                yield from _strings(one)
        case list():
            for one in value:
                yield from _strings(one)


def _names(emails: Iterable[str | None], ids: Iterable[str | None]) -> Names:
    return Names(
        frozenset(address(one) for one in emails if one and one.strip()),
        frozenset(one.strip() for one in ids if one and one.strip()),
    )


def _of_application(application_id: str) -> str:
    return application_id if len(application_id) >= SHORTEST_ID else f"{APPLICATION}{application_id}"


def _may_be_applications(one: str) -> bool:
    return one.startswith(APPLICATION) or len(one) >= SHORTEST_ID
