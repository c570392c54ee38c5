"""A desk for each test; the database is copied, because a migration takes longer."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.ledger.databases import empty_ledger
from worker import assembly


@pytest.fixture
def open_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """A desk whose configuration has the organizations that are named."""
    monkeypatch.chdir(tmp_path)
    desks: list[Desk] = []

    def opened(*names: str, database: bool = True, **settings: str) -> Desk:
        desk = Desk(tmp_path)
        desk.configure(*names, **settings)
        desks.append(desk)
        if database:
            (tmp_path / "bridge.db").write_bytes(empty_ledger())
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
