"""Ledgers with the schema in no time: a database is a copy of one that was migrated once, and is emptied and used again."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import make_url

from tests.keys import KEYS
from tests.servers import PostgresServer
from worker.ledger import schema
from worker.ledger.connection import Ledger, LedgerFault, Tx, database_clock
from worker.ledger.tables import METADATA


class Ledgers:
    """Those of one kind. A used one keeps its connections and compiled statements, which takes a tenth of making another."""

    def __init__(self, another: Callable[[], str], forget: Callable[[str], None]) -> None:
        self._another, self._forget = another, forget
        self._idle: list[Ledger] = []

    @contextmanager
    def lent(self) -> Iterator[Ledger]:
        """An empty one, on its database's own clock."""
        ledger = self._idle.pop() if self._idle else Ledger(self._another(), keys=KEYS)
        ledger.clock = database_clock
        yield ledger
        try:
            ledger.write(empty)
        except LedgerFault:  # somebody still holds a lock in it
            ledger.close()
            self._forget(ledger.url)
        else:
            self._idle.append(ledger)

    def close(self) -> None:
        for ledger in self._idle:
            ledger.close()


@cache
def empty_ledger() -> bytes:
    """A database file with the schema in it: made once, because migrating takes most of a second."""
    with tempfile.TemporaryDirectory() as folder:
        _migrate(f"sqlite:///{folder}/bridge.db")
        return Path(folder, "bridge.db").read_bytes()


def furnish(ledger: Ledger) -> None:
    """Bring the schema into a new database; at once where that is a file which does not exist yet."""
    path = Path(make_url(ledger.url).database or "")
    if ledger.is_sqlite and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(empty_ledger())
    else:
        schema.upgrade(ledger)


def on_sqlite(folder: Path) -> Ledgers:
    names = (folder / f"ledger-{number}.db" for number in count(1))

    def another() -> str:
        path = next(names)
        path.write_bytes(empty_ledger())
        return f"sqlite:///{path}"

    return Ledgers(another, forget=lambda _: None)


def on_postgres(server: PostgresServer) -> Ledgers:
    template = server.create_database()
    _migrate(template)
    return Ledgers(lambda: server.create_database(template), server.drop_database)


def _migrate(url: str) -> None:
    """And let go of it: a template must have no visitor, and a file no log beside it."""
    ledger = Ledger(url)
    schema.upgrade(ledger)
    ledger.close()


def empty(tx: Tx) -> None:
    if not tx.is_sqlite:
        tx.conn.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
    for table in reversed(METADATA.sorted_tables):
        tx.conn.execute(table.delete())
