"""A desk where receipts are handed in: an intake on a ledger that a test can take away and give back."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.keys import KEYS
from tests.ledger.databases import empty_ledger
from worker.domain.received import Received
from worker.events.intake import Intake
from worker.events.spool import Spool
from worker.ledger.connection import Ledger
from worker.ledger.events import Receipt

LONG_AGO = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=UTC)
HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@dataclass
class Desk:
    """An intake, its spool's folder, and the ids that it gave hints of."""

    folder: Path
    ledger: Ledger
    largest: int = 1_000_000
    hinted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.intake = Intake(self.ledger, Spool(self.spool, KEYS, self.largest), self.hinted.append)

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    @contextmanager
    def away(self) -> Iterator[None]:
        """Whatever is to be stored fails."""
        self._run("ALTER TABLE event_key RENAME TO elsewhere")
        yield
        self._run("ALTER TABLE elsewhere RENAME TO event_key")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Another process holds the database's lock: whatever is to be stored hangs."""
        argv = [sys.executable, "-c", HOLDER, str(self.folder / "bridge.db")]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            yield
            holder.communicate()

    def stored(self) -> list[tuple[str, bytes]]:
        """Id and body of every event, in the order in which they were stored."""
        query = "SELECT id, body FROM event JOIN event_body ON event_id = id ORDER BY event.rowid"
        with self.ledger.engine.connect() as connection:
            return [
                (row.id, KEYS.open("event_body.body", bytes(row.body))) for row in connection.exec_driver_sql(query)
            ]

    def until_drained(self) -> None:
        until(lambda: not self.intake.spooled(), "the spool is drained")

    def _run(self, statement: str) -> None:
        with self.ledger.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def sqlite_desk(folder: Path, **more: int) -> Desk:
    """On a new file with the schema in it."""
    (folder / "bridge.db").write_bytes(empty_ledger())
    return Desk(folder, Ledger(f"sqlite:///{folder}/bridge.db", keys=KEYS), **more)


def a_receipt(number: int, source: str = "careers", body: bytes | None = None, ignored: str | None = None) -> Receipt:
    said = b"%d" % number if body is None else body
    return Receipt(source, "acme", Received({"x-number": str(number)}, said, LONG_AGO), (f"id:{number}",), ignored)


def until(happens: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Wait for what must come to pass."""
    ends = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < ends, f"not within {seconds} s: {what}"
        time.sleep(0.02)
