"""A served bridge for fault tests: `python -m web` as a process of its own, on a database that a test may break."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from tests.ledger.databases import empty_ledger
from tests.processes import Program
from tests.web.houses import HOOK_TOKEN, TWO_ORGANIZATIONS, UNREACHABLE, assembled, block_spool, sign
from worker.assembly import Bridge
from worker.children import free_port
from worker.events import reader
from worker.ledger import events, schema
from worker.ledger.connection import Ledger
from worker.ledger.tables import event, event_body

SENDER_SECONDS = 20.0  # longer than any answer may take; a test that is about patience gives its own
STARTING_SECONDS = 30.0
ARMED = Path(__file__).parents[1] / "armed"
NO_ANSWER = 0
JSON = {"Content-Type": "application/json"}

T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """What a sender got; `status` is NO_ANSWER where the connection ended without one."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


class Web:
    """One `web` on one database, and what a sender and a test do with it."""

    def __init__(
        self, folder: Path, database_url: str, *, broker: str = UNREACHABLE, text: str = TWO_ORGANIZATIONS
    ) -> None:
        self.folder, self.port = folder, free_port(0)
        bound = f'[bridge]\nbind = "127.0.0.1:{self.port}"\ndatabase_url = "{database_url}"'
        self.bridge: Bridge = assembled(folder, text.replace("[bridge]", bound).replace(UNREACHABLE, broker))
        self.program: Program | None = None

    def start(self, *, log: Path | None = None, ready: bool = True, **environment: str) -> Program:
        """Serve; wait until somebody listens."""
        argv = [sys.executable, "-m", "web", "--config", str(self.folder / "bridge.toml")]
        self.program = Program(
            argv, log=log or self.folder / "web.log", cwd=self.folder, env={**os.environ, **environment}
        )
        if ready:
            self.until(lambda: self.get("/healthz").status == 200, "it listens")
        return self.program

    def arm(self, step: str) -> Program:
        """Serve, and be killed at a step."""
        return self.start(PYTHONPATH=f"{ARMED}{os.pathsep}{Path(__file__).parents[3]}", SPROUT_CRASH_AT=step)

    def stop(self) -> None:
        if self.program is not None and self.program.is_running():
            self.program.kill()

    def signed(self, source: str, body: bytes, delivery_id: str = "delivery-1") -> dict[str, str]:
        return sign(self.bridge.settings.sources[source], body, delivery_id)

    def deliver(
        self, source: str, body: bytes, delivery_id: str = "delivery-1", *, patience: float = SENDER_SECONDS
    ) -> Reply:
        """As the vendor would, signed."""
        return self.post(f"/webhooks/{source}", body, self.signed(source, body, delivery_id), patience=patience)

    def complete(self, body: bytes, *, organization: str = "acme", token: str = HOOK_TOKEN) -> Reply:
        return self.post(f"/webhooks/talentsprout/{organization}/{token}", body, JSON)

    def post(self, path: str, body: bytes, headers: Mapping[str, str], *, patience: float = SENDER_SECONDS) -> Reply:
        return self.ask("POST", path, body, headers, patience)

    def get(self, path: str, headers: Mapping[str, str] | None = None, *, patience: float = SENDER_SECONDS) -> Reply:
        return self.ask("GET", path, None, headers or {}, patience)

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], patience: float) -> Reply:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.headers), answer.read())
        except (OSError, HTTPException):
            return Reply(NO_ANSWER, {}, b"")
        finally:
            connection.close()

    def stored(self) -> dict[str, bytes]:
        """Every event's id and bytes, asked of the database itself."""
        ledger = Ledger(self.bridge.ledger.url, keys=self.bridge.ledger.keys)
        try:
            wanted = sa.select(event.c.id, event_body.c.body).join(event_body, event.c.id == event_body.c.event_id)
            return ledger.read(lambda tx: {row.id: bytes(row.body) for row in tx.conn.execute(wanted)})
        finally:
            ledger.close()

    def read(self, event_id: str) -> events.StoredEvent:
        """Have it read, as a worker would; what became of it."""
        reader.read(self.bridge.ledger, self.bridge.settings.sources, event_id)
        found = self.bridge.ledger.read(lambda tx: events.get(tx, event_id))
        assert found is not None
        return found

    def until(self, happens: Callable[[], T], what: str, seconds: float = STARTING_SECONDS) -> T:
        """Wait for something that must come to pass."""
        ends = time.monotonic() + seconds
        while not (found := happens()):
            if time.monotonic() > ends:
                words = self.program.last_words() if self.program is not None else ""
                raise AssertionError(f"not within {seconds:g} s: {what}\n{words}")
            time.sleep(0.05)
        return found


@contextmanager
def web_on(folder: Path, database_url: str, **more: str) -> Iterator[Web]:
    """Not started yet; whatever it started ends with it."""
    folder.mkdir(parents=True, exist_ok=True)
    web = Web(folder, database_url, **more)
    try:
        yield web
    finally:
        web.stop()
        web.bridge.ledger.close()


def numbered(number: int) -> bytes:
    return b'{"action": "job_post_created", "payload": {"id": %d}}' % number


def send(web: Web, number: int, **more: float) -> Reply:
    return web.deliver("careers", numbered(number), f"number-{number}", **more)


def prepare(web: Web, *, spooling: bool) -> Web:
    """Serving, and one delivery is stored."""
    if not spooling:
        block_spool(web.bridge)
    web.start()
    assert send(web, 0).status == 200
    return web


def sqlite_in(folder: Path) -> str:
    """The URL of a new database with the schema in it."""
    path = folder / "bridge.db"
    path.write_bytes(empty_ledger())
    return f"sqlite:///{path}"


def migrated(url: str) -> str:
    """The same URL; the schema is in it."""
    ledger = Ledger(url)
    schema.upgrade(ledger)
    ledger.close()
    return url


def together(count: int, work: Callable[[int], T]) -> list[T]:
    """`work` by so many threads at once."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def assert_kept_or_refused(web: Web, sent: Mapping[bytes, Reply]) -> None:
    """Whatever was acknowledged comes to lie in the database, once, byte for byte; whatever was not was asked for again."""
    for reply in sent.values():
        if not reply.accepted:
            assert reply.status == 503, reply
            assert int(reply.headers["Retry-After"]) > 0
    acknowledged = {body for body, reply in sent.items() if reply.accepted}
    web.until(lambda: acknowledged <= set(web.stored().values()), "all that was acknowledged is in the database")
    kept = list(web.stored().values())
    assert len(set(kept)) == len(kept)
