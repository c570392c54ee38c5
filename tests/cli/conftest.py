"""A desk for each test; the database is copied, because a migration takes longer."""

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from worker import assembly
from worker.ledger import schema
from worker.ledger.connection import Ledger


@pytest.fixture(scope="session")
def ready_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema and nothing in it."""
    path = tmp_path_factory.mktemp("ledger") / "bridge.db"
    ledger = Ledger(f"sqlite:///{path}")
    schema.upgrade(ledger)
    ledger.close()
    return path


@pytest.fixture
def open_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ready_made: Path) -> Iterator[Callable[..., Desk]]:
    """A desk whose configuration has the organizations that are named."""
    monkeypatch.chdir(tmp_path)
    desks: list[Desk] = []

    def opened(*names: str, database: bool = True, **settings: str) -> Desk:
        desk = Desk(tmp_path)
        desk.configure(*names, **settings)
        desks.append(desk)
        if database:
            shutil.copy(ready_made, tmp_path / "bridge.db")
            assembly.prepare(desk.bridge)
        return desk

    yield opened
    for desk in desks:
        if "bridge" in desk.__dict__:
            desk.bridge.ledger.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """With one organization."""
    return open_desk("acme")


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Commands silence the logs of their process, which is the tests' here."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
