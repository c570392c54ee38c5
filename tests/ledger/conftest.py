"""Every promise of the ledger is kept on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.ledger.databases import PostgresDatabases, SqliteFiles
from tests.ledger.stage import Stage
from tests.servers import PostgresServer

Databases = SqliteFiles | PostgresDatabases


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> PostgresDatabases:
    return PostgresDatabases(postgres_server)


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> Databases:
    return request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgres_databases")


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """A database of the test's own, with the schema."""
    made = databases.new()
    yield made
    databases.drop(made)


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """The same, for what only PostgreSQL can do wrong: its transactions overlap."""
    made = postgres_databases.new()
    yield made
    postgres_databases.drop(made)


@pytest.fixture
def stage_on(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Another stage on a database, closed at the end."""
    with ExitStack() as stack:

        def opened(url: str, **settings: str) -> Stage:
            stage = Stage.on(url, tmp_path, **settings)
            stack.callback(stage.close)
            return stage

        yield opened


@pytest.fixture
def bridge(url: str, stage_on: Callable[..., Stage]) -> Stage:
    return stage_on(url)
