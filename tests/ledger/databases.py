"""Databases with the ledger's schema in no time: each is a copy of one that was migrated once."""

import shutil
from itertools import count
from pathlib import Path

from tests.servers import PostgresServer
from worker.ledger import schema
from worker.ledger.connection import Ledger, LedgerFault, Tx
from worker.ledger.tables import METADATA


class SqliteFiles:
    """Files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        self._names = (folder / f"ledger-{number}.db" for number in count(1))
        _migrate(f"sqlite:///{self._template}")

    def new(self) -> str:
        path = next(self._names)
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        for path in Path(url.removeprefix("sqlite:///")).parent.glob(f"{Path(url).name}*"):
            path.unlink()


class PostgresDatabases:
    """Databases of `server`. One that was used is emptied and used again, which takes a tenth of making another."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._template = server.create_database()
        self._idle: list[str] = []
        _migrate(self._template)

    def new(self) -> str:
        return self._idle.pop() if self._idle else self._server.create_database(self._template)

    def drop(self, url: str) -> None:
        try:
            _empty(url)
        except LedgerFault:  # somebody still holds a lock in it
            self._server.drop_database(url)
        else:
            self._idle.append(url)


def _empty(url: str) -> None:
    def unit(tx: Tx) -> None:
        tx.conn.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        for table in reversed(METADATA.sorted_tables):
            tx.conn.execute(table.delete())

    ledger = Ledger(url)
    try:
        ledger.write(unit)
    finally:
        ledger.close()


def _migrate(url: str) -> None:
    """And let go of it: a template must have no visitor, and a file no log beside it."""
    ledger = Ledger(url)
    schema.upgrade(ledger)
    ledger.close()
