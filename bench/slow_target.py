"""A target that takes its time: a webhook that answers each message after a while, and how many it was told."""

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from worker.domain.delivery import Occurrence, Subjects
from worker.domain.message import Happened
from worker.ledger import announcing
from worker.ledger.connection import Tx

ANSWER_SECONDS = 2.0
SECRET = "whsec_" + base64.b64encode(b"x" * 32).decode()
CONFIGURATION = """\
[targets.slow]
kind = "webhook"
organization = "acme"
url = "http://127.0.0.1:{port}/told"
secret = "{secret}"
events = ["organization.resumed"]
"""


class SlowTarget(ThreadingHTTPServer):
    """`told` counts what was answered."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.told = 0
        self.counting = threading.Lock()


class _Answer(BaseHTTPRequestHandler):
    server: SlowTarget

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(ANSWER_SECONDS)
        self.send_response(204)
        self.end_headers()
        with self.server.counting:
            self.server.told += 1

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Ten thousand lines would say nothing."""


@contextmanager
def listening() -> Iterator[SlowTarget]:
    """On a free port of this machine, until the end of the block."""
    with SlowTarget() as target:
        thread = threading.Thread(target=target.serve_forever, daemon=True)
        thread.start()
        yield target
        target.shutdown()


def configuration(target: SlowTarget) -> str:
    """It, in the bridge's own words."""
    return CONFIGURATION.format(port=target.server_port, secret=SECRET)


def plan(tx: Tx, count: int) -> None:
    """So many messages that are due at once, none of which waits for another."""
    for number in range(count):
        told = Occurrence(
            Happened.ORGANIZATION_RESUMED, "acme", f"bench {number}", str(number), Subjects(), {"paused": False}
        )
        announcing.announce(tx, told)
