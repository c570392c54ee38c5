"""Each promise is kept on SQLite and on PostgreSQL, with a receiver that is a process of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.receiving.houses_on import house_on
from tests.faults.receiving.webs import Web, migrated, sqlite_in, web_on
from tests.servers import PostgresServer
from tests.web.houses import House


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return migrated(postgres_server.create_database())


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database with the schema in it."""
    if request.param == "sqlite":
        return sqlite_in(tmp_path)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create_database(request.getfixturevalue("postgres_template"))


@pytest.fixture
def web(tmp_path: Path, database_url: str) -> Iterator[Web]:
    """Not started yet: with what, is the test's choice."""
    with web_on(tmp_path / "web", database_url) as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """Two organizations, three sources, a public address, within this process."""
    with house_on(tmp_path, database_url) as made:
        yield made
