"""A sandbox for each test, quick by default; clients for its API; and somebody to receive its webhooks."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from worker.sandbox.running import Running, running
from worker.sandbox.settings import FAKE_KEY, Seconds, Settings

AT_ONCE = Seconds(0, 0)
POSTING = (
    "Harbour House looks for a Night-shift Care Assistant. You walk the corridors, notice changes early, write the"
    " handover and stay calm when two bells ring together."
)


@dataclass
class Client:
    """Calls as the bridge would make them: a fresh connection each, no redirects."""

    sandbox: Running
    http: httpx.Client
    key: str = FAKE_KEY

    def send(self, method: str, path: str, **options: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"} | dict(options.pop("headers", {}))
        return self.http.request(method, self.sandbox.base_url + path, headers=headers, **options)

    def ping(self) -> httpx.Response:
        return self.send("GET", "/ping")

    def create(self, **body: object) -> httpx.Response:
        return self.send("POST", "/interviews", json=body)

    def generate(self, **body: object) -> httpx.Response:
        return self.send("POST", "/interviews/from-job-description", json={"job_description": POSTING} | body)

    def raw(self, path: str = "/interviews/from-job-description", body: bytes | None = None) -> socket.socket:
        """A socket on which a whole generation was just sent."""
        body = json.dumps({"job_description": POSTING}).encode() if body is None else body
        connection = socket.create_connection(("127.0.0.1", self.sandbox.port), timeout=5)
        head = f"POST /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return connection

    def record(self) -> list[dict]:
        return self.sandbox.ask("record")["requests"]


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """One client for all, because making one is slow; it keeps no connection."""
    with httpx.Client(trust_env=False, timeout=5, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        yield client


@pytest.fixture
def start(http: httpx.Client) -> Iterator[Callable[..., Client]]:
    """Start a sandbox with these settings; without any, it answers at once and nobody finishes by themselves."""
    with ExitStack() as stack:

        def started(**settings: object) -> Client:
            quick = {"generating": AT_ONCE, "creating": AT_ONCE, "pinging": AT_ONCE, "candidates": 0}
            return Client(stack.enter_context(running(Settings(**quick | settings))), http)

        yield started


@pytest.fixture
def client(start: Callable[..., Client]) -> Client:
    return start()


@dataclass
class Receiver:
    """An HTTP server that keeps what it is sent and answers as told: first `answers` in turn, then 202."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def payloads(self, count: int) -> list[dict]:
        """The first `count` bodies, waiting for them."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.received) >= count, timeout=5), "no webhook came"
            return [json.loads(body) for _, body in self.received[:count]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with kept.arrived:
                kept.received.append((dict(self.headers), body))
                status = kept.answers.pop(0) if kept.answers else 202
                kept.arrived.notify_all()
            self.send_response(status)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"kept")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeps) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        kept.url = f"http://127.0.0.1:{server.server_port}/hook/0123456789abcdef"
        yield kept
        server.shutdown()
