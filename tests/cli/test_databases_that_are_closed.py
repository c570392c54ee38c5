"""A database that can be read and takes nothing: commands say so within seconds, with what to do."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.desk import Desk
from worker.cli import opening

HOLDS = """\
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(file: Path) -> Iterator[int]:
    """Another process is in a write transaction."""
    argv = [sys.executable, "-c", HOLDS, str(file)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        yield other.pid
        os.kill(other.pid, signal.SIGCONT)


@pytest.mark.slow
def test_a_locked_database_is_said_within_seconds_with_who_holds_it(desk: Desk) -> None:
    one = desk.file()
    with held(desk.folder / "bridge.db") as pid:
        begun = time.monotonic()
        error = desk.error("requests", "cancel", one.id)
        assert time.monotonic() - begun < 4 * opening.PATIENCE.total_seconds(), "not five times ten seconds"
        assert error["code"] == "locked"
        assert f"Process {pid} (python" in error["error"]
        assert desk.told("requests", "list")["items"], "who only reads is served"
        os.kill(pid, signal.SIGSTOP)
        done = desk.run("doctor", "--json")
        (check,) = [one for one in json.loads(done.stdout)["checks"] if one["name"] == "database"]
        assert (done.exit_code, done.stderr, check["state"]) == (1, "", "fail")
        assert "locked for writing" in check["sentence"]
        assert f"kill -CONT {pid}" in check["remedy"]
    assert desk.told("requests", "cancel", one.id)["state"] == "cancelled"


def only_reading(connection: sqlite3.Connection, _: object) -> None:
    """As SQLite treats a file that its user may not write to; tests may run as root, whom no mode of a file stops."""
    connection.execute("PRAGMA query_only=ON")


@pytest.fixture
def read_only(desk: Desk) -> Iterator[Desk]:
    sa.event.listen(sa.Engine, "connect", only_reading)
    yield desk
    sa.event.remove(sa.Engine, "connect", only_reading)


def test_the_doctor_reports_a_database_that_may_only_be_read(read_only: Desk) -> None:
    done = read_only.run("doctor", "--json")
    states = {one["name"]: one["state"] for one in json.loads(done.stdout)["checks"]}
    assert (done.exit_code, done.stderr, states["database"]) == (1, "", "fail")
    assert "public URL" in states
    assert "can't be written to: attempt to write a readonly database" in done.stdout
    error = read_only.error("token", "create")
    assert error["code"] == "database"
    assert "readonly" in error["error"]
