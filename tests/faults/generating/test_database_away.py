"""F-35: the database is away when the answer arrives. The answer waits in memory and in the journal; no success is lost."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.faults.generating.workshop import Workshop, workshop
from tests.servers import PostgresServer
from worker.domain.request import State

pytestmark = pytest.mark.slow
LATENCY = (60, 60)  # one second


@pytest.fixture
def server(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """Running again afterwards, whatever happened."""
    yield postgres_server
    if not postgres_server.program.is_running():
        postgres_server.restart()


def _on_the_wire(shop: Workshop) -> str:
    filed = shop.file()
    shop.until(shop.calls, "the call has reached the sandbox")
    return filed


def _answered(shop: Workshop) -> None:
    shop.until(lambda: shop.calls()[0]["finished_at"], "the sandbox has answered")


def test_f35_postgres_is_killed_during_the_call_and_back_within_the_lease(
    tmp_path: Path, server: PostgresServer
) -> None:
    with workshop(tmp_path, latency=LATENCY, database=server.create_database(), deadline="30s") as shop:
        filed = _on_the_wire(shop)
        server.kill()
        _answered(shop)
        server.restart()
        shop.until_state("created")

        assert len(shop.attempts(filed)) == 1
        shop.judge()


def test_f35_postgres_stays_away_beyond_the_lease_and_the_journal_has_the_word_after_a_restart(
    tmp_path: Path, server: PostgresServer
) -> None:
    with workshop(tmp_path, latency=LATENCY, database=server.create_database(), deadline="2s", margin="2s") as shop:
        filed = _on_the_wire(shop)
        server.kill()
        _answered(shop)
        assert shop.stations[0].land(30), "it gives up at its lease's end"
        server.restart()
        shop.until_state("unknown")
        shop.stations[0].stop()
        shop.stations[0].leave()
        shop.start()
        shop.until_state("created")

        assert len(shop.attempts(filed)) == 1
        shop.judge()


def test_f35_postgres_hangs_during_the_call_and_goes_on(tmp_path: Path, server: PostgresServer) -> None:
    with workshop(tmp_path, latency=LATENCY, database=server.create_database(), deadline="30s") as shop:
        _on_the_wire(shop)
        server.pause()
        _answered(shop)
        server.resume()
        shop.until_state("created")
        shop.judge()


def test_f35_nothing_is_sent_while_postgres_is_away_and_all_of_it_afterwards(
    tmp_path: Path, server: PostgresServer
) -> None:
    with workshop(tmp_path, database=server.create_database()) as shop:
        shop.file_many(3, kick=False)
        server.kill()
        shop.kick()
        assert shop.calls() == []
        server.restart()
        shop.until_state("created", 3)
        shop.judge()


def test_f35_somebody_holds_the_sqlite_file_when_the_answer_arrives(tmp_path: Path) -> None:
    with workshop(tmp_path, latency=LATENCY, deadline="30s") as shop:
        filed = _on_the_wire(shop)
        holder = sqlite3.connect(tmp_path / "bridge.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        _answered(shop)
        assert shop.request(filed).state is State.SENDING
        holder.execute("ROLLBACK")
        holder.close()
        shop.until_state("created")
        shop.judge()


def test_f35_the_sqlite_disk_is_full_when_the_answer_arrives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with workshop(tmp_path, latency=LATENCY, deadline="30s", sweep="1h") as shop:
        shop.fault("none", fields={"more": "x" * 100_000})
        filed = _on_the_wire(shop)
        _limit_pages(shop, 1)  # no more than there are
        _answered(shop)
        shop.until(lambda: "not settled yet" in capsys.readouterr().out, "it can't be stored")
        _limit_pages(shop, 1_000_000)
        shop.until_state("created")

        assert len(shop.attempts(filed)) == 1
        shop.judge()


def _limit_pages(shop: Workshop, most: int) -> None:
    """Of every connection from its next use on: the bound is a connection's own. The newest bound counts."""

    @sa.event.listens_for(shop.bridge.ledger.engine, "checkout")
    def limit(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most}")
