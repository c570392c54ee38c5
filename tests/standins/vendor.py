"""A vendor's API on this machine: its postings, its key, what was asked of it, and the troubles that a test orders.

    with AshbyApi() as api:
        api.put(Posting("1", "Mechanic", "You repair bicycles."))
        api.then(Status(429, {"Retry-After": "2"}))      # for the next request; then another, if several are ordered

Written from the vendors' public documentation, and from nothing of worker/sources: what both get wrong would go unseen. A kind
is a subclass with `answer`; what a vendor lets others write (notes, comments) is one more route there.
"""

import json
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEY = "ats_" + 32 * "x"
MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Posting:
    """As the vendor knows it. `state`: open, draft or closed."""

    id: str
    title: str
    text: str
    state: str = "open"
    changed_at: datetime = MORNING


@dataclass(frozen=True)
class Applicant:
    """A candidate for the job that is the posting `job`, as the vendor knows it. `state`: active, or out."""

    id: str
    job: str
    stage: str = "AI Interview"
    stage_id: str = "501"
    name: str = "Ines Moreau"
    email: str = "ines.moreau@example.org"
    state: str = "active"


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Status:
    """An answer that says no."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": "ordered by a test"}'


@dataclass(frozen=True)
class Raw:
    """A success whose body is these bytes."""

    body: bytes


class Cut:
    """The connection is reset in the middle of the answer."""


Trouble = Status | Raw | Cut


class Refused(Exception):
    """What `answer` raises for a status that is no success."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Vendor(ABC):
    """One account at one vendor."""

    KIND = ""
    ACCOUNT = "20418"

    def __init__(self) -> None:
        self.postings: dict[str, Posting] = {}
        self.applicants: dict[str, Applicant] = {}
        self.asked: list[Asked] = []
        self.page_size = 2
        self.key = KEY
        self.before_answer: Callable[[Asked], None] = lambda _: None
        self._troubles: deque[Trouble] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def api_url(self) -> str:
        """What `api_url` of the source says."""
        return self.root

    def put(self, *postings: Posting) -> None:
        """There are these, or they have changed."""
        self.postings |= {one.id: one for one in postings}

    def change(self, posting_id: str, **values: Any) -> None:
        self.postings[posting_id] = replace(self.postings[posting_id], **values)

    def apply(self, *applicants: Applicant) -> None:
        """There are these, or they have moved."""
        self.applicants |= {one.id: one for one in applicants}

    def move(self, applicant_id: str, **values: Any) -> None:
        self.applicants[applicant_id] = replace(self.applicants[applicant_id], **values)

    def then(self, *troubles: Trouble) -> None:
        """What the next requests get, one after the other."""
        self._troubles.extend(troubles)

    def announcement(self, posting: Posting) -> bytes:
        """The body of the event with which the vendor announces it."""
        raise NotImplementedError(f"{self.KIND} announces no postings")

    def moved(self, applicant: Applicant) -> bytes:
        """The body of the event with which the vendor tells that somebody stands elsewhere."""
        raise NotImplementedError(f"{self.KIND} tells of candidates in full, or of none")

    def is_authorized(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {self.key}"

    @abstractmethod
    def answer(self, asked: Asked) -> Any:
        """What becomes JSON, or bytes as they are sent. Raises Refused."""

    def open(self) -> list[Posting]:
        return [one for one in self.postings.values() if one.state == "open"]

    def page_of(self, found: list[Posting], start: int) -> tuple[list[Posting], int | None]:
        """A page from `start` on, and where the next begins, if there is one."""
        behind = start + self.page_size
        return found[start:behind], behind if behind < len(found) else None

    def get(self, posting_id: str) -> Posting:
        if posting_id not in self.postings:
            raise Refused(404)
        return self.postings[posting_id]

    def applicant(self, applicant_id: str) -> Applicant:
        if applicant_id not in self.applicants:
            raise Refused(404)
        return self.applicants[applicant_id]

    def respond(self, asked: Asked) -> Trouble:
        self.asked.append(asked)
        if self._troubles:
            return self._troubles.popleft()
        if not self.is_authorized(asked):
            return Status(401)
        self.before_answer(asked)
        try:
            told = self.answer(asked)
            return Raw(told if isinstance(told, bytes) else json.dumps(told).encode())
        except Refused as refusal:
            return Status(refusal.status)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._give(vendor.respond(Asked(self.command, parts.path, query, headers, body)))

            def do_POST(self) -> None:
                self.do_GET()

            def do_PUT(self) -> None:
                self.do_GET()

            def do_PATCH(self) -> None:
                self.do_GET()

            def _give(self, answer: Trouble) -> None:
                if isinstance(answer, Cut):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    return
                status, headers = (answer.status, answer.headers) if isinstance(answer, Status) else (200, {})
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def handle(self) -> None:
                with suppress(OSError):  # the other side has had enough
                    super().handle()

            def finish(self) -> None:
                with suppress(OSError, ValueError):
                    super().finish()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
