"""Ledgers with the schema in no time: a database is a copy of one that was migrated once, and is emptied and used again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

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


def on_sqlite(folder: Path) -> Ledgers:
    template = folder / "template.db"
    names = (folder / f"ledger-{number}.db" for number in count(1))
    _migrate(f"sqlite:///{template}")
    return Ledgers(lambda: f"sqlite:///{shutil.copyfile(template, next(names))}", forget=lambda _: None)


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
