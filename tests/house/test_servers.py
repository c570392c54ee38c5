"""The servers that other tests stand on."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from sqlalchemy import URL, make_url

from tests.servers import BrokerServer, PostgresServer, postgres, valkey

ROOT = Path(__file__).parents[2]


def connect(url: str, *, autocommit: bool = True) -> "psycopg.Connection[tuple[object, ...]]":
    address: URL = make_url(url)
    return psycopg.connect(
        host=str(address.query["host"]), user=address.username, dbname=address.database, autocommit=autocommit
    )


@pytest.fixture(scope="module")
def own_postgres():
    with postgres() as server:
        yield server


def test_what_postgresql_committed_survives_a_kill_and_what_it_did_not_is_gone(own_postgres: PostgresServer) -> None:
    url = own_postgres.create_database()
    with connect(url) as committed:
        committed.execute("CREATE TABLE kept (n int)")
        committed.execute("INSERT INTO kept VALUES (1)")
    unfinished = connect(url, autocommit=False)
    unfinished.execute("INSERT INTO kept VALUES (2)")

    own_postgres.kill()

    with pytest.raises(psycopg.OperationalError):
        unfinished.commit()
    own_postgres.restart()
    with connect(url) as after:
        assert after.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_postgresql_writes_to_disk_before_it_says_so_and_is_not_root(own_postgres: PostgresServer) -> None:
    with connect(own_postgres.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    assert psutil.Process(own_postgres.program.pid).uids().effective != 0


def test_a_database_is_a_copy_of_its_template_and_of_nothing_else(own_postgres: PostgresServer) -> None:
    template = own_postgres.create_database()
    with connect(template) as connection:
        connection.execute("CREATE TABLE there (n int)")

    copy, empty = own_postgres.create_database(template), own_postgres.create_database()

    with connect(copy) as connection:
        assert connection.execute("SELECT to_regclass('there')::text").fetchone() == ("there",)
    with connect(empty) as connection:
        assert connection.execute("SELECT to_regclass('there')::text").fetchone() == (None,)
    own_postgres.drop_database(copy)
    with pytest.raises(psycopg.OperationalError):
        connect(copy)


def test_a_paused_postgresql_answers_nobody_until_it_resumes(own_postgres: PostgresServer) -> None:
    connection = connect(own_postgres.url)
    own_postgres.pause()

    states = {member.status() for member in own_postgres.program.family()}
    own_postgres.resume()

    assert states == {psutil.STATUS_STOPPED}
    assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.close()


def test_a_broker_forgets_everything_when_it_restarts_and_keeps_its_address() -> None:
    with valkey() as server:
        with server.client() as client:
            client.set("hint", "1")
        server.kill()
        with server.client() as client, pytest.raises(redis.ConnectionError):
            client.get("hint")
        server.restart()
        with server.client() as client:
            assert client.get("hint") is None


def test_a_paused_broker_lets_its_clients_wait() -> None:
    with valkey() as server, server.client() as client:
        client.ping()
        server.pause()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        server.resume()
        assert client.ping()


def test_settings_given_to_a_broker_win() -> None:
    with valkey("--maxmemory", "2mb", "--maxmemory-policy", "allkeys-lru") as server, server.client() as client:
        assert client.config_get("maxmemory*")["maxmemory"] == str(2 * 1024 * 1024)
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "allkeys-lru"


def test_shared_servers_answer(postgres_server: PostgresServer, valkey_server: BrokerServer) -> None:
    with connect(postgres_server.create_database()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with valkey_server.client() as client:
        assert client.ping()


@pytest.mark.genuine
def test_genuine_redis_is_redis(genuine_redis_server: BrokerServer) -> None:
    with genuine_redis_server.client() as client:
        assert "valkey_version" not in client.info("server")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a program that its parent died")
def test_servers_die_with_the_tests_that_started_them() -> None:
    code = (
        "import sys\n"
        "from tests.servers import postgres, valkey\n"
        "with postgres() as database, valkey() as broker:\n"
        "    print(database.program.pid, broker.program.pid, database.folder, broker.folder, sep='\\n', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        first, second, *folders = (tests.stdout.readline().strip() for _ in range(4))
        servers = [psutil.Process(int(first)), psutil.Process(int(second))]
        os.kill(tests.pid, signal.SIGKILL)

        _, alive = psutil.wait_procs(servers, timeout=20)

    assert not alive
    for folder in folders:  # nobody was left to remove them
        shutil.rmtree(folder)
