"""Every promise of the ledger is kept on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.ledger.databases import Ledgers
from tests.ledger.dispatching import ALL, CHAT, CRM
from tests.ledger.stage import ACME, Stage
from worker.ledger import targets
from worker.ledger.connection import Ledger


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """The test's own, empty, on the database's own clock."""
    ledgers: Ledgers = request.getfixturevalue(f"{request.param}_ledgers")
    with ledgers.lent() as lent:
        yield lent


@pytest.fixture
def postgres_ledger(postgres_ledgers: Ledgers) -> Iterator[Ledger]:
    """The same, for what only PostgreSQL can do wrong: its transactions overlap."""
    with postgres_ledgers.lent() as lent:
        yield lent


@pytest.fixture
def bridge(ledger: Ledger, tmp_path: Path) -> Stage:
    return Stage.on(ledger, tmp_path)


@pytest.fixture
def overlapping(postgres_ledger: Ledger, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Stages on one PostgreSQL database, with one clock: each is another process."""
    with ExitStack() as stack:
        first = Stage.on(postgres_ledger, tmp_path)

        def another(**settings: str) -> Stage:
            ledger = Ledger(postgres_ledger.url, keys=postgres_ledger.keys)
            stack.callback(ledger.close)
            stage = Stage.on(ledger, tmp_path, **settings)
            stage.clock = ledger.clock = first.clock
            return stage

        yield another


@pytest.fixture
def told(bridge: Stage) -> Stage:
    """Acme has two targets that want to hear of everything; bolt has none."""
    bridge.tell(targets.prepare, [targets.Wanted(name, ACME, "webhook", ALL) for name in (CRM, CHAT)])
    return bridge


@pytest.fixture
def full(bridge: Stage) -> Stage:
    """With work for every slot."""
    for _ in range(40):
        bridge.file()
    return bridge
