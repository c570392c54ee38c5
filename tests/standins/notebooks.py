"""Every vendor's notes on this machine: they are listed, added and changed as its documentation says, and trouble on order.

    with notebook("ashby") as book:
        book.trouble("cut")          # the next addition is executed, and its answer is lost

Written from the vendors' pages, and from nothing of worker/notes. `texts` are the notes as people would see them.
"""

import base64
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "client-of-this-test:key-of-this-test"
BASIC = base64.b64encode(KEY.encode()).decode()
USER = base64.b64encode(f"{KEY}:".encode()).decode()


@dataclass
class Book:
    """The notes on one candidate and one job, or the one `sheet` of the job. `alter` is what the vendor makes of a text."""

    kind: str
    notes: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    troubles: deque[str] = field(default_factory=deque)
    accounts: list[str | None] = field(default_factory=list)
    alter: Callable[[str], str] = lambda text: text
    root: str = ""
    sheet: str | None = None

    @property
    def texts(self) -> list[str]:
        return list(self.notes.values())

    @property
    def additions(self) -> int:
        return sum(1 for method, path, _ in self.asked if self.adds(method, path))

    def trouble(self, *kinds: str) -> None:
        """For the next additions, one after the other: a status, or "cut" for an answer that is lost after executing."""
        self.troubles.extend(kinds)

    def add(self, text: str) -> str:
        own_id = str(9000 + len(self.notes))
        self.notes[own_id] = self.alter(text)
        return own_id

    def put(self, text: str) -> None:
        self.sheet = self.alter(text)

    def adds(self, method: str, path: str) -> bool:
        is_sheet = path.endswith(("/note", "setValue")) or "custom-field-values" in path
        if is_sheet:
            return method != "GET"
        return method == "POST" and not path.endswith(("listNotes", "/token", "job.info"))


Answer = tuple[int, Any]


def ashby(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    if path == "/candidate.listNotes":
        assert body["candidateId"] == "c-7"
        start = int(body.get("cursor", "0"))
        page = list(book.notes.items())[start : start + 1]
        more = start + 1 < len(book.notes)
        told = [{"id": own, "content": text} for own, text in page]
        cursor = {"nextCursor": str(start + 1)} if more else {}
        return 200, {"success": True, "results": told, "moreDataAvailable": more, **cursor}
    if path == "/job.info":
        assert body == {"id": "55"}
        other = {"id": "f-1", "title": "Cost centre", "value": "12"}
        own = [] if book.sheet is None else [{"id": "f-7", "title": "Interview", "value": book.sheet}]
        return 200, {"success": True, "results": {"id": "55", "customFields": [other, *own]}}
    if path == "/customField.setValue":
        assert (body["objectType"], body["objectId"], body["fieldId"]) == ("Job", "55", "f-7")
        book.put(body["fieldValue"])
        return 200, {"success": True, "results": {"id": "f-7", "value": book.sheet}}
    assert (path, body["candidateId"], body["sendNotifications"]) == ("/candidate.createNote", "c-7", False)
    return 200, {"success": True, "results": {"id": book.add(body["note"]["value"])}}


def greenhouse(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    if path == "/token":
        return 200, {"access_token": "token-of-this-test", "token_type": "Bearer"}
    name = "job_notes" if path.startswith("/v3/job_notes") else "notes"
    if method == "GET":
        assert query == {"job_ids": "55", "per_page": "100"} or query == {"candidate_ids": "7", "per_page": "100"}
        return 200, [{"id": int(own), "body": text} for own, text in book.notes.items()]
    if method == "PATCH":
        return changed(book, path, "/v3/job_notes/", body["body"])
    assert (path, body["user_id"]) == (f"/v3/{name}", 4012)
    assert body.get("candidate_id") == 7 or body.get("job_id") == 55
    return 201, {"id": int(book.add(body["body"]))}


def teamtailor_field(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    if method == "GET":
        assert (path, query) == ("/v1/jobs/j-1", {"include": "custom-field-values,custom-field-values.custom-field"})
        shown = [("1", "f-1", "12")] + ([] if book.sheet is None else [("2", "f-7", book.sheet)])
        values = [
            {
                "id": own,
                "type": "custom-field-values",
                "attributes": {"value": value},
                "relationships": {"custom-field": {"data": {"type": "custom-fields", "id": field}}},
            }
            for own, field, value in shown
        ]
        fields = [{"id": field, "type": "custom-fields", "attributes": {}} for _, field, _ in shown]
        return 200, {"data": {"id": "j-1", "type": "jobs"}, "included": [*fields, *values]}
    if book.sheet is None:
        links = body["data"]["relationships"]
        assert (method, path) == ("POST", "/v1/custom-field-values")
        assert links["owner"]["data"] == {"type": "jobs", "id": "j-1"}
        assert links["custom-field"]["data"] == {"type": "custom-fields", "id": "f-7"}
    else:
        assert (method, path, body["data"]["id"]) == ("PATCH", "/v1/custom-field-values/2", "2")
    book.put(body["data"]["attributes"]["value"])
    return 200, {"data": {"id": "2", "type": "custom-field-values"}}


def teamtailor(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    if path.startswith(("/v1/jobs/", "/v1/custom-field-values")):
        return teamtailor_field(book, method, path, query, body)
    if method == "GET":
        assert path == "/v1/candidates/c-7/notes"
        number = int(query["page[number]"])
        page = list(book.notes.items())[number - 1 : number]
        following = f"{book.root}{path}?page%5Bnumber%5D={number + 1}&page%5Bsize%5D=30"
        links = {"next": following} if number < len(book.notes) else {}
        told = [{"id": own, "type": "notes", "attributes": {"note": text}} for own, text in page]
        return 200, {"data": told, "links": links}
    text = body["data"]["attributes"]["note"]
    if method == "PATCH":
        return changed(book, path, "/v1/notes/", text)
    assert body["data"]["relationships"]["user"]["data"] == {"type": "users", "id": "4012"}
    assert body["data"]["relationships"]["candidate"]["data"] == {"type": "candidates", "id": "c-7"}
    return 201, {"data": {"id": book.add(text), "type": "notes"}}


def smartrecruiters(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    """In the place of the tag a message shows whom it is linked to."""
    if path == "/jobs/j-1/note":
        if method == "PUT":
            book.put(body["content"])
        return 200, {} if book.sheet is None else {"content": book.sheet}
    if method == "GET":
        assert (path, query["candidateId"]) == ("/messages", "c-7")
        start = int(query.get("pageId", "0"))
        told = [
            {"id": own, "content": f"{text}\nInes Moreau"} for own, text in list(book.notes.items())[start : start + 1]
        ]
        more = {"nextPageId": str(start + 1)} if start + 1 < len(book.notes) else {}
        return 200, {"content": told, "limit": 1, **more}
    assert (path, body["shareWith"]) == ("/messages/shares", {"hiringTeamOf": ["j-1"]})
    text, _, tag = body["content"].rpartition("\n")
    assert tag == "#[CANDIDATE:c-7]"
    assert "@[" not in text
    assert "#[" not in text
    return 201, {"id": book.add(text), "shareRequired": False}


def recruitee(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    if method == "PATCH":
        return changed(book, path, "/c/20418/notes/", body["note"]["body"])
    assert path == "/c/20418/candidates/c-7/notes"
    if method == "GET":
        return 200, {"notes": [{"id": int(own), "body": text} for own, text in book.notes.items()]}
    return 201, {"note": {"id": int(book.add(body["note"]["body"]))}}


def lever(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    start = "/opportunities/a-9/notes"
    if method == "GET":
        told = [{"id": own, "fields": [{"type": "text", "value": text}]} for own, text in book.notes.items()]
        return 200, {"data": told, "hasNext": False}
    assert query == {"perform_as": "4012"}
    if method == "PUT":
        return changed(book, path, f"{start}/", body["value"])
    assert path == start
    return 201, {"data": {"noteId": book.add(body["value"])}}


def workable(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    if method == "GET":
        assert (path, query["actions"]) == ("/spi/v3/candidates/c-7/activities", "comment")
        when = "2026-11-24T08:00:00.000Z"  # an activity is documented without an id
        comments = [{"action": "comment", "created_at": when, "body": text} for text in book.notes.values()]
        return 200, {"activities": comments}
    assert (path, body["member_id"]) == ("/spi/v3/candidates/c-7/comments", "4012")
    book.add(body["comment"]["body"])
    return 201, {}


def pinpoint(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    assert path == "/api/v1/comments"
    if method == "GET":
        assert query["filter[application_id]"] == "a-9"
        told = [{"id": own, "attributes": {"body_text": text}} for own, text in book.notes.items()]
        return 200, {"data": told}
    about = body["data"]["relationships"]["commentable"]["data"]
    assert about == {"type": "applications", "id": "a-9"}
    return 201, {"data": {"id": book.add(body["data"]["attributes"]["body_text"])}}


def merge(book: Book, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
    assert (method, path, body["remote_user_id"]) == ("POST", "/ats/v1/activities", "4012")
    assert body["model"]["candidate"] == "c-7"
    return 201, {"model": {"id": book.add(body["model"]["body"])}, "warnings": [], "errors": []}


def changed(book: Book, path: str, start: str, text: str) -> Answer:
    own = path.removeprefix(start)
    if own not in book.notes:
        return 404, {}
    book.notes[own] = book.alter(text)
    return 200, {"id": own}


VENDORS = {
    "ashby": (ashby, "authorization", f"Basic {USER}"),
    "greenhouse": (greenhouse, "authorization", "Bearer token-of-this-test"),
    "teamtailor": (teamtailor, "authorization", f"Token token={KEY}"),
    "smartrecruiters": (smartrecruiters, "x-smarttoken", KEY),
    "recruitee": (recruitee, "authorization", f"Bearer {KEY}"),
    "lever": (lever, "authorization", f"Basic {USER}"),
    "workable": (workable, "authorization", f"Bearer {KEY}"),
    "pinpoint": (pinpoint, "x-api-key", KEY),
    "merge": (merge, "authorization", f"Bearer {KEY}"),
}


@contextmanager
def notebook(kind: str) -> Iterator[Book]:
    """A vendor that listens."""
    book = Book(kind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(book))
    server.daemon_threads = True
    book.root = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield book
    server.shutdown()
    server.server_close()


def _handler(book: Book) -> type[BaseHTTPRequestHandler]:
    vendor, header, value = VENDORS[book.kind]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_token = parts.path == "/token"
            body = json.loads(raw) if raw and not is_token else None
            book.asked.append((self.command, parts.path, body))
            book.accounts.append(self.headers.get("X-Account-Token"))
            order = book.troubles.popleft() if book.troubles and book.adds(self.command, parts.path) else None
            if self.headers.get(header) != (f"Basic {BASIC}" if is_token else value):
                self.give(401, {})
            elif order is not None and order != "cut":
                self.give(int(order), {"error": "ordered by a test"})
            else:
                status, told = vendor(book, self.command, parts.path, query, body)
                if order != "cut":
                    self.give(status, told)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def do_PATCH(self) -> None:
            self.do_GET()

        def give(self, status: int, told: Any) -> None:
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
