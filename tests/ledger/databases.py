"""Databases with the ledger's schema in no time: each is a copy of one that was migrated once."""

import shutil
from itertools import count
from pathlib import Path

from tests.servers import PostgresServer
from worker.ledger import schema
from worker.ledger.connection import Ledger


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
    """Databases of `server`."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._template = server.create_database()
        _migrate(self._template)

    def new(self) -> str:
        return self._server.create_database(self._template)

    def drop(self, url: str) -> None:
        self._server.drop_database(url)


def _migrate(url: str) -> None:
    """And let go of it: a template must have no visitor, and a file no log beside it."""
    ledger = Ledger(url)
    schema.upgrade(ledger)
    ledger.close()
