"""The database fails while deliveries come in: an answer is soon given, and what it acknowledged is there afterwards.

`spooling` tells whether this machine's own disk takes what the database can't.
"""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.faults.receiving.deaf_replies import door_before
from tests.faults.receiving.webs import (
    Reply,
    Web,
    assert_kept_or_refused,
    migrated,
    numbered,
    prepare,
    send,
    sqlite_in,
    together,
    web_on,
)
from tests.servers import PostgresServer, postgres
from tests.web.houses import TWO_ORGANIZATIONS, Clock, House, assembled, block_spool, make_house
from web.app import create_app
from worker.ledger.connection import Ledger

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
STRICTEST_SENDER_SECONDS = 3.0
HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=[True, False], ids=["spool", "no spool"])
def spooling(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """One that may be killed and paused while others use theirs."""
    with postgres() as server:
        yield server


@pytest.fixture
def on_own_postgres(tmp_path: Path, own_postgres: PostgresServer, spooling: bool) -> Iterator[Web]:
    with web_on(tmp_path / "web", migrated(own_postgres.create_database())) as web:
        yield prepare(web, spooling=spooling)


def test_f03_a_commit_whose_outcome_is_unknown_is_never_acknowledged(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    """The reply to COMMIT is cut off: no success without the spool; the retry finds by the unique key what was committed."""
    behind = postgres_server.create_database(postgres_template)
    with (
        tempfile.TemporaryDirectory(prefix="sprout-", dir="/tmp") as short,
        door_before(Path(short), postgres_server.folder) as door,
        web_on(tmp_path / "web", make_url(behind).update_query_dict({"host": short}).render_as_string()) as web,
    ):
        prepare(web, spooling=False)
        door.armed = 1
        unknown = send(web, 1)
        assert (unknown.status, door.armed) == (503, 0)

        assert set(web.stored().values()) == {numbered(0), numbered(1)}
        retry = send(web, 1)
        assert (retry.status, retry.told["duplicate"]) == (200, True)
        assert len(web.stored()) == 2


def test_f03_connections_that_are_ended_in_a_loop_lose_and_double_nothing(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str, spooling: bool
) -> None:
    """`pg_terminate_backend` in a loop: each answer is a success that is kept, or a 503."""
    url = make_url(postgres_server.create_database(postgres_template))
    ended = threading.Event()

    def end_connections() -> None:
        with psycopg.connect(host=str(url.query["host"]), user="postgres", dbname="postgres", autocommit=True) as other:
            while not ended.wait(0.02):
                wanted = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                other.execute(wanted, [url.database])

    with web_on(tmp_path / "web", url.render_as_string()) as web:
        prepare(web, spooling=spooling)
        nemesis = threading.Thread(target=end_connections)
        nemesis.start()
        replies = together(8, lambda row: {numbered(n): send(web, n) for n in range(1 + row * 25, 26 + row * 25)})
        ended.set()
        nemesis.join()

        assert_kept_or_refused(web, {body: reply for each in replies for body, reply in each.items()})
        for number in range(1, 201):
            web.until(lambda one=number: send(web, one).accepted, f"{number} is accepted")
        web.until(lambda: len(web.stored()) == 201, "all are kept once")


def test_f04_while_postgresql_is_down_nothing_is_acknowledged_that_is_not_kept(
    on_own_postgres: Web, own_postgres: PostgresServer, spooling: bool
) -> None:
    """The server is killed: alive; kept, or 503 with Retry-After; afterwards all goes on by itself."""
    web = on_own_postgres
    own_postgres.kill()

    sent = {numbered(number): send(web, number) for number in range(1, 6)}
    forged = web.post("/webhooks/careers", numbered(9), {"Content-Type": "application/json"})
    health, ready = web.get("/healthz"), web.get("/readyz")

    own_postgres.restart()
    assert {reply.status for reply in sent.values()} == ({200} if spooling else {503})
    assert forged.status in (401, 503)
    assert (health.status, ready.status) == (200, 200 if spooling else 503)
    web.until(lambda: web.get("/readyz").status == 200, "it is ready again")
    assert send(web, 99).status == 200
    assert_kept_or_refused(web, sent)


def test_f04_a_database_file_that_may_not_be_written_acknowledges_nothing_that_is_not_kept(
    tmp_path: Path, spooling: bool
) -> None:
    """SQLite's writes are refused: 503, or kept; when they are allowed again, all goes on."""
    house = make_house(tmp_path, TWO_ORGANIZATIONS)
    if not spooling:
        block_spool(house.bridge)
    assert house.deliver("careers", numbered(0)).status_code == 200
    refuse = "CREATE TRIGGER refused BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'read-only'); END"
    house.write(lambda tx: tx.conn.exec_driver_sql(refuse))

    refused = house.deliver("careers", numbered(1), **{"Greenhouse-Event-ID": "1"})
    alive = house.client().get("/healthz").status_code

    assert (refused.status_code, alive) == (200 if spooling else 503, 200)
    house.write(lambda tx: tx.conn.exec_driver_sql("DROP TRIGGER refused"))
    if not spooling:
        assert house.count("event") == 1
        assert house.deliver("careers", numbered(1), **{"Greenhouse-Event-ID": "1"}).status_code == 200
    house.until(lambda: house.count("event") == 2)
    house.bridge.ledger.close()


def test_f05_a_database_that_hangs_costs_no_sender_its_patience_and_no_thread(
    on_own_postgres: Web, own_postgres: PostgresServer, spooling: bool
) -> None:
    """SIGSTOP to PostgreSQL: as many senders as threads are answered in time, more than that are answered, and so are probes."""
    web = on_own_postgres
    own_postgres.pause()
    try:
        first = together(8, lambda n: send(web, n + 101, patience=STRICTEST_SENDER_SECONDS))
        more = together(24, lambda n: send(web, n + 1))
        forged = web.post("/webhooks/forms", b"{}", {"Content-Type": "application/json"})
        health = web.get("/healthz", patience=STRICTEST_SENDER_SECONDS)
        ready = web.get("/readyz", patience=STRICTEST_SENDER_SECONDS)
    finally:
        own_postgres.resume()

    assert {reply.status for reply in [*first, *more]} == ({200} if spooling else {503})
    assert forged.status in (401, 503)
    assert (health.status, ready.status) == (200, 200 if spooling else 503)
    web.until(lambda: web.get("/readyz").status == 200, "it is ready again")
    for number in range(1, 25):
        web.until(lambda one=number: send(web, one).accepted, f"{number} is accepted")
    assert_kept_or_refused(web, {numbered(n + 101): reply for n, reply in enumerate(first)})


def test_f07_a_pool_without_a_free_connection_is_told_and_recovers(
    tmp_path: Path, database_url: str, spooling: bool
) -> None:
    """Every connection is taken while 50 senders come: kept or 503; then all goes on."""
    text = TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\ndatabase_url = "{database_url}"')
    bridge = assembled(tmp_path, text)
    bridge = replace(bridge, ledger=Ledger(database_url, pool=1, keys=bridge.ledger.keys))
    if not spooling:
        block_spool(bridge)
    house = House(bridge, create_app(bridge), Clock(), tmp_path)
    assert house.deliver("careers", numbered(0)).status_code == 200
    taken = [bridge.ledger.engine.connect() for _ in range(2)]

    def deliver(number: int) -> int:
        headers = {"Greenhouse-Event-ID": f"number-{number}"}
        return house.deliver("careers", numbered(number), **headers).status_code

    during = together(50, lambda n: deliver(n + 1))
    for connection in taken:
        connection.close()

    assert set(during) == ({200} if spooling else {503})
    house.until(lambda: deliver(1) == 200)
    assert set(together(50, lambda n: deliver(n + 1))) == {200}
    house.until(lambda: house.count("event") == 51)
    bridge.ledger.close()


@contextmanager
def held_by_another_process(path: Path) -> Iterator[None]:
    argv = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.communicate()


def test_f08_a_lock_that_another_process_holds_costs_a_wait_or_a_503_and_no_update(
    tmp_path: Path, spooling: bool
) -> None:
    """Another process holds SQLite's lock, briefly and then for long: a wait, then kept or 503; nothing lost or doubled."""
    with web_on(tmp_path / "web", sqlite_in(tmp_path)) as web:
        prepare(web, spooling=spooling)
        path = tmp_path / "bridge.db"
        brief: list[Reply] = []
        with held_by_another_process(path):
            waiting = threading.Thread(target=lambda: brief.append(send(web, 1)))
            waiting.start()
            waiting.join(0.3)
        waiting.join()
        with held_by_another_process(path):
            held = {numbered(number): send(web, number) for number in range(2, 5)}

        assert brief[0].status == 200
        assert {reply.status for reply in held.values()} == ({200} if spooling else {503})
        assert_kept_or_refused(web, held)
        for number in range(1, 5):
            web.until(lambda one=number: send(web, one).accepted, f"{number} is accepted")
        web.until(lambda: len(web.stored()) == 5, "all are kept once")
