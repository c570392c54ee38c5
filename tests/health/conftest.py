"""A bridge on a ledger file of its own, and somebody who answers HTTP."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config import load
from tests.ledger.databases import furnish
from worker import assembly
from worker.assembly import Bridge

CONFIGURATION = """\
[bridge]
database_url = "{database_url}"
data_dir = "var"
bind = "127.0.0.1:9"
{bridge}
[organizations.acme]
api_key = "{key}"
base_url = "http://127.0.0.1:9/api/v1"
{more}
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Bridge]]:
    """A bridge as it is configured; its database is not looked at."""
    with ExitStack() as stack:

        def bridge(more: str = "", *, bridge: str = "", database_url: str = "sqlite:///bridge.db") -> Bridge:
            path = tmp_path / "bridge.toml"
            key = "tsk_" + 32 * "x"
            path.write_text(CONFIGURATION.format(key=key, more=more, bridge=bridge, database_url=database_url))
            found = assembly.assemble(load(path, assembly.kinds()))
            stack.callback(found.ledger.close)
            return found

        yield bridge


@pytest.fixture
def bridge(made: Callable[..., Bridge]) -> Bridge:
    """One whose ledger is ready."""
    ready = made()
    furnish(ready.ledger)
    assembly.prepare(ready)
    return ready


@pytest.fixture
def serve() -> Iterator[Callable[[int, bytes], str]]:
    """Somebody who gives the same answer to everything; the URL."""
    with ExitStack() as stack:

        def start(status: int, body: bytes) -> str:
            class Answer(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    if self.command == "GET":
                        self.wfile.write(body)

                do_HEAD = do_GET  # noqa: N815 - the name is http.server's

                def log_message(self, *_: object) -> None:
                    """Quiet."""

            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Answer))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start
