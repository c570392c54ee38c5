"""Personio: positions, from the public XML feed of its career site (developer.personio.de, Recruiting API, 2026-11-24).

Its webhooks tell of persons and absences, none of positions: the feed is polled. It holds what is published, all at once, so what
is missing from it is closed; it says when a position was made and not when it changed. How webhooks are signed is on no page that
could be read: X-Personio-Signature, hex over the raw body, is what several independent receivers expect.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from xml.parsers import expat

from config.settings import Source
from worker import signing
from worker.domain import call
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, NotThere, segment, with_query
from worker.domain.event import Event, Ignored, PostingChanged
from worker.domain.fields import Fields, Unreadable
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx, within three seconds
GIVES_UP_ON_4XX = True  # up to 14 requests in three days, only after a time-out or a 5xx
SIGNS_TIME = False
ANNOUNCES_POSTINGS = False
BY_ACCOUNT = False
IS_POLLED = True
HEADER = "X-Personio-Signature"
LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "nl", "pt"})  # of the feed
ROOT, POSITION = "workzag-jobs", "position"
DEEPEST = 16  # elements within each other
MOST_ELEMENTS = 200_000


def is_authentic(received: Received, source: Source, _now: datetime) -> bool:
    """Hex over the raw body, with or without "sha256=" before it."""
    digest = received.header(HEADER).removeprefix("sha256=")
    return signing.hmac_sha256_hex(received.body, digest, source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # neither is signed
    """What Personio sends with a body."""
    return {"Content-Type": "application/json", HEADER: signing.hex_digest(body, source.secrets[0])}


def delivery_id(_received: Received, _source: Source) -> str | None:
    """None is documented; the digest of the body tells repeats."""
    return None


def is_test_body(_received: Received) -> bool:
    """None is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """None of its events is about a position."""
    yield Ignored.of_no_use("Personio", received.json().text("event_name"))


def page(_asking: Asking, source: Source) -> Call:
    """The whole feed, in the language of the interviews where it has that one, else in the account's own."""
    if source.api_url is None:
        raise Unreadable("api_url is missing; it is the address of the career site")
    return Call("GET", with_query(f"{source.api_url}/xml", language=_language(source)))


def listed(status: int, body: bytes, _asking: Asking, source: Source) -> Listed:
    """One event a position."""
    if status in call.NOT_THERE:
        raise NotThere(f"Personio answered with {status}: the feed is switched off, or the address is another")
    if status != call.SUCCESS:
        raise Unreadable(f"Personio answered with {status}; expected {call.SUCCESS}")
    feed = _parsed(body)
    if feed.name != ROOT:
        raise Unreadable(f"the answer is not Personio's feed; expected <{ROOT}>")
    positions = each((one for one in feed.children if one.name == POSITION), lambda one: _position(one, source))
    return Listed(positions, is_whole=True)


def _position(position: "_Element", source: Source) -> Event:
    told = Fields({one.name: one.text for one in position.children}, POSITION)
    job_id = told.key("id").strip()
    return PostingChanged(
        JobPosting(
            job_id=job_id,
            title=told.line("name", ""),
            description="\n".join(_descriptions(position)),
            location=told.optional_line("office"),
            department=told.optional_line("department"),
            company=told.optional_line("subcompany"),
            language=_language(source),
            url=f"{source.api_url}/job/{segment(job_id)}",
        )
    )


def _descriptions(position: "_Element") -> Iterator[str]:
    """Each has a title, and HTML."""
    for one in position.all("jobDescriptions", "jobDescription"):
        told = Fields({part.name: part.text for part in one.children}, "jobDescription")
        title = told.line("name", "")
        yield f"<h2>{html.escape(title)}</h2>" if title else ""
        yield told.text("value", "")


def _language(source: Source) -> str | None:
    spoken = source.interview.get("languages")
    first = spoken[0] if isinstance(spoken, list) and spoken else None
    return first if first in LANGUAGES else None


@dataclass
class _Element:
    """An element of the feed; attributes are not looked at."""

    name: str
    children: "list[_Element]" = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, name: str, *more: str) -> "Iterator[_Element]":
        """Those at a path of names."""
        for one in self.children:
            if one.name == name:
                yield from one.all(*more) if more else (one,)


def _parsed(body: bytes) -> _Element:
    """The root. Raises Unreadable, also for a document type: no entity can be declared, and none can grow."""
    top = _Element("")
    open_ones, count = [top], 0

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(open_ones) > DEEPEST or count > MOST_ELEMENTS:
            raise Unreadable("the feed has too many elements")
        element = _Element(name)
        open_ones[-1].children.append(element)
        open_ones.append(element)

    def end(_name: str) -> None:
        open_ones.pop()

    def refuse(*_: object) -> None:
        raise Unreadable("the feed has a document type; expected none")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: open_ones[-1].pieces.append(text)
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as fault:
        if isinstance(fault, Unreadable):
            raise
        raise Unreadable(f"the feed is not XML ({fault})") from None
    return top.children[0]
