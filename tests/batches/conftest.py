"""Batches are kept on both databases, on a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batches.desk import Office
from tests.ledger.databases import Ledgers, on_postgres, on_sqlite
from tests.ledger.stage import Stage
from tests.servers import PostgresServer


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


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    ledgers: Ledgers = request.getfixturevalue(f"{request.param}_ledgers")
    with ledgers.lent() as lent:
        yield Office(Stage.on(lent, tmp_path))
