"""Shops to work in, on SQLite: what differs between the databases is tested in tests/ledger."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.ledger.databases import Ledgers, on_postgres, on_sqlite
from tests.sending.shop import Shop, opened
from tests.servers import PostgresServer
from worker.ledger.connection import Ledger


@pytest.fixture(scope="session")
def sqlite_ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledgers]:
    ledgers = on_sqlite(tmp_path_factory.mktemp("sqlite"))
    yield ledgers
    ledgers.close()


@pytest.fixture(scope="session")
def postgres_ledgers(postgres_server: PostgresServer) -> Iterator[Ledgers]:
    ledgers = on_postgres(postgres_server)
    yield ledgers
    ledgers.close()


@pytest.fixture
def ledger(sqlite_ledgers: Ledgers) -> Iterator[Ledger]:
    with sqlite_ledgers.lent() as lent:
        yield lent


@pytest.fixture
def open_shop(ledger: Ledger, tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(opened(ledger, tmp_path, **settings))


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()
