"""The demo's receiver of signed webhooks: what a recruiting team's own system would be. It takes nothing that is not signed."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from config import Secret
from worker import clock, signing

LARGEST = 1_000_000  # bytes


@dataclass
class Heard:
    """What was told, by its id, and what was refused."""

    url: str
    told: dict[str, str] = field(default_factory=dict)
    repeats: int = 0
    refused: int = 0

    def counts(self) -> Counter[str]:
        """How many messages of each sort were told: `interview`, `result`, `request`."""
        return Counter(event.partition(".")[0] for event in list(self.told.values()))

    def hear(self, headers: dict[str, str], body: bytes, secret: Secret) -> int:
        """The status of the answer."""
        if not signing.standard_webhooks_verify(headers, body, [secret], clock.wall()):
            self.refused += 1
            return 401
        message = headers["webhook-id"]
        self.repeats += message in self.told
        self.told[message] = str(json.loads(body)["type"])
        return 204


@contextmanager
def listening(secret: Secret) -> Iterator[Heard]:
    """On a free port of this machine."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LARGEST))
            self.send_response(heard.hear({name.lower(): value for name, value in self.headers.items()}, body, secret))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet: the story tells it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    heard = Heard(f"http://127.0.0.1:{server.server_port}/recruiting")
    threading.Thread(target=server.serve_forever, name="listener", daemon=True).start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
