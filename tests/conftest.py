"""Servers and ledgers that tests share.

Each starts when the first test of a process asks for it: pytest-xdist's processes have their own.
"""

import signal
from collections.abc import Iterator

import pytest

from tests.ledger.databases import Ledgers, on_postgres, on_sqlite
from tests.servers import BrokerServer, PostgresServer, genuine_redis, postgres, valkey
from worker.ledger.connection import Ledger


def pytest_configure() -> None:
    """A shell's background job ignores what a keyboard sends, and so would every program that a test starts and interrupts."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A test that stops it restarts it; a test that writes asks it for a database of its own."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[BrokerServer]:
    """Shared and never cleaned: use keys or queues of your own. A test that stops it restarts it."""
    with valkey() as server:
        yield server


@pytest.fixture(scope="session")
def genuine_redis_server() -> Iterator[BrokerServer]:
    """For tests marked `genuine`; as `valkey_server` otherwise."""
    with genuine_redis() as server:
        yield server


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
    """The test's own, empty, on SQLite; where the databases may differ, a folder has another fixture of this name."""
    with sqlite_ledgers.lent() as lent:
        yield lent
