"""The protocol is played on both databases."""

from collections.abc import Iterator

import pytest

from tests.ledger.databases import Ledgers, on_postgres, on_sqlite
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
