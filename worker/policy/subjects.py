"""Who an event is about: the addresses and ids by which a person is known again.

Ids are one name space: a session, a candidate, an application, an external id. One that our own link gave to everybody who uses
it is no person's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from json import JSONDecodeError, dumps, loads
from urllib.parse import quote, unquote

from worker.domain.event import CandidateReachedStage, Event, InterviewFinished
from worker.domain.received import Received
from worker.domain.result import CandidateResult
from worker.policy import matching

SHORTEST_ID = 16  # characters: what is shorter may be anything, wherever it stands
LONGEST = 400
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


def given(who: str) -> Names:
    """What somebody typed: an address, or one of the ids."""
    text = who.strip()
    return Names(emails=frozenset({text.casefold()})) if "@" in text else Names(ids=frozenset({text}))


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
                yield _names([event.email], [event.candidate_id, event.application_id])


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


def may_mention(received: Received, names: Names) -> bool:
    """A quick look, which may say yes too often: in a text that escapes plain letters a name can't be seen from outside."""
    content = b"\n".join(
        [received.body, *(value.encode(errors="replace") for value in received.headers.values())]
    ).lower()
    return bool(_ESCAPED_ASCII.search(content)) or any(one in content for one in _spellings(names))


def _spellings(names: Names) -> Iterator[bytes]:
    """As they stand in JSON, and in the address of a page."""
    for one in (*names.emails, *names.ids):
        for spelled in (one, quote(one, safe=""), dumps(one)[1:-1]):
            yield spelled.lower().encode(errors="replace")


def _addresses(text: str) -> Iterator[str]:
    """Split, not searched for: a search that starts at every letter takes too long."""
    if "@" in text:
        for part in _BETWEEN_ADDRESSES.split(text):
            if "@" in part and len(part) <= LONGEST:
                yield part.strip(".").casefold()


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
        frozenset(one.strip().casefold() for one in emails if one and one.strip()),
        frozenset(one.strip() for one in ids if one and one.strip()),
    )
