"""HTTP/1.1 as bytes: heads and bodies read strictly, answers rendered exactly, so that a fault can spoil either on purpose."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http.client import responses

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 4_500_000  # the vendor's host refuses larger ones before its code sees them (assumed)
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

JSON_TYPE = ("Content-Type", "application/json; charset=utf-8")

Headers = tuple[tuple[str, str], ...]


class Malformed(Exception):
    """What arrived is no HTTP/1.1 message that can be answered within the protocol; the connection ends with `status`."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The first line's three words (of a request or an answer) and the headers."""

    first: tuple[str, str, str]
    headers: Headers

    @property
    def method(self) -> str:
        return self.first[0]

    @property
    def path(self) -> str:
        return self.first[1].partition("?")[0]

    @property
    def query(self) -> str:
        return self.first[1].partition("?")[2]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str:
        """The header's value, or an empty text."""
        return next(iter(self.all(name)), "")

    @property
    def keeps_alive(self) -> bool:
        return self.first[2] == "HTTP/1.1" and "close" not in self.header("Connection").lower()


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next head, or None where the peer ended the connection between two messages.

    Raises Malformed; ConnectionError and asyncio.IncompleteReadError for a peer that went away in the middle.
    """
    try:
        block = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Malformed(431, f"the head is longer than {HEAD_LIMIT} bytes") from None
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    first, *lines = block[:-4].decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    if len(words) != 3:
        raise Malformed(400, "the first line is not made of three words")
    return Head((words[0], words[1], words[2]), tuple(_header(line) for line in lines))


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not TOKEN.fullmatch(name) or any(character in value for character in "\r\n\0"):
        raise Malformed(400, "a header line is not of the form 'Name: value'")
    return name, value.strip(" \t")


async def read_body(reader: asyncio.StreamReader, head: Head, limit: int = BODY_LIMIT) -> bytes:
    """The body that belongs to `head`, by Content-Length or in chunks; empty where neither is given."""
    lengths = set(head.all("Content-Length"))
    if codings := head.all("Transfer-Encoding"):
        if lengths or codings != ["chunked"]:
            raise Malformed(400, "Transfer-Encoding is not 'chunked', or comes with a Content-Length")
        return await _chunks(reader, limit)
    if not lengths:
        return b""
    length = lengths.pop()
    if lengths or not length.isdecimal() or not length.isascii():
        raise Malformed(400, "Content-Length is not one decimal number")
    if int(length) > limit:
        raise Malformed(413, f"the body is longer than {limit} bytes")
    return await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader, limit: int) -> bytes:
    body = bytearray()
    while size := _chunk_size(await _line(reader)):
        if len(body) + size > limit:
            raise Malformed(413, f"the body is longer than {limit} bytes")
        body += await reader.readexactly(size)
        if await reader.readexactly(2) != b"\r\n":
            raise Malformed(400, "a chunk is longer than it says")
    while await _line(reader) != b"\r\n":  # trailers mean nothing here
        pass
    return bytes(body)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n")
    except asyncio.LimitOverrunError:
        raise Malformed(400, f"a line between chunks is longer than {HEAD_LIMIT} bytes") from None


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits):
        raise Malformed(400, "a chunk has no size")
    return int(digits, 16)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `declared` is the Content-Length where that is not the truth."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    declared: int | None = None

    def head(self, *, keeps_alive: bool) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} {responses.get(self.status, 'Unassigned')}",
            f"Date: {formatdate(usegmt=True)}",
            *(f"{name}: {value}" for name, value in self.headers),
            f"Content-Length: {len(self.body) if self.declared is None else self.declared}",
            f"Connection: {'keep-alive' if keeps_alive else 'close'}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")

    def headed(self, changes: Mapping[str, Sequence[str]]) -> "Answer":
        """The same with other headers: each name in `changes` gets these values instead of its own, or none."""
        names = {name.lower() for name in changes}
        kept = tuple((name, value) for name, value in self.headers if name.lower() not in names)
        added = tuple((name, value) for name, values in changes.items() for value in values)
        return Answer(self.status, self.body, kept + added, self.declared)


def json_answer(status: int, document: object, headers: Headers = ()) -> Answer:
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Answer(status, body, (JSON_TYPE, *headers))


def text_answer(status: int, text: str, headers: Headers = (), *, kind: str = "text/plain") -> Answer:
    return Answer(status, text.encode("utf-8", "replace"), (("Content-Type", f"{kind}; charset=utf-8"), *headers))
