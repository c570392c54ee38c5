"""A target on this machine: a real HTTP server that answers as told, and remembers what it was given."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

SECRET = "whsec_" + "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"  # 24 times x, in base64


@dataclass(frozen=True)
class Given:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str = SECRET) -> dict[str, object]:
        """Its JSON, if the reference library says that it is signed with `secret`."""
        said = Webhook(secret).verify(self.body, dict(self.headers))
        assert isinstance(said, dict)
        return said


@dataclass(frozen=True)
class Says:
    """An answer."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Receiver:
    """`answer` may be swapped at any time; it is called in the thread of its request."""

    url: str
    given: list[Given] = field(default_factory=list)
    answer: Callable[[Given], Says] = lambda _given: Says()

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.given]


@contextmanager
def listening() -> Iterator[Receiver]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            given = Given(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.given.append(given)
            says = receiver.answer(given)
            self.send_response(says.status)
            for name, value in {"Content-Length": str(len(says.body)), **says.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(says.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
