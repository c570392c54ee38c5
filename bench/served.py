"""Servers that take deliveries: the bridge's own `web`, the bare handler, and an empty one; each on an empty database."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.load import SECRET
from config import load
from tests.processes import Program
from worker import assembly
from worker.children import answers, free_port
from worker.ledger import schema
from worker.sandbox.settings import FAKE_KEY

ROOT = Path(__file__).parents[1]
PATH = "/webhooks/careers"
STARTING_SECONDS = 30.0
DELAY_MS = 5
CONFIGURATION = """\
[bridge]
database_url = "{database}"
broker_url = "{broker}"
bind = "127.0.0.1:{port}"
[organizations.acme]
api_key = "{key}"
base_url = "{api}"
limits = {{ ai = "20/3s", default = "120/3s" }}
[sources.careers]
kind = "greenhouse"
organization = "acme"
secret = "{secret}"
"""


@dataclass(frozen=True)
class Served:
    """One that listens. `rows` counts what is in its database."""

    port: int
    rows: Callable[[], int]
    folder: Path


def configured(folder: Path, database: str, broker: str, api: str) -> Served:
    """Not started yet: a Greenhouse source on a ledger with the schema in it; its configuration is folder/bridge.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    port, path = free_port(0), folder / "bridge.toml"
    path.write_text(
        CONFIGURATION.format(database=database, broker=broker, port=port, key=FAKE_KEY, api=api, secret=SECRET)
    )
    bridge = assembly.assemble(load(path, assembly.kinds()))
    schema.upgrade(bridge.ledger)
    bridge.ledger.close()
    return Served(port, lambda: count(database, "event"), folder)


@contextmanager
def web(place: Served, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """`python -m web` on what is configured."""
    argv = [sys.executable, "-m", "web", "--config", str(place.folder / "bridge.toml")]
    with _listening(argv, place.port, place.folder / "web.log", environment):
        yield place


@contextmanager
def bare(folder: Path, database: str, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """The bare handler on SQLite (a sqlite:/// URL) or PostgreSQL, or "nothing"."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port(0)
    argv = [sys.executable, "-m", "bench.bare", str(port), database.removeprefix("sqlite:///")]
    with _listening(argv, port, folder / "bare.log", environment):
        yield Served(port, lambda: 0 if database == "nothing" else count(database, "event"), folder)


def slow_disk(folder: Path) -> dict[str, str] | None:
    """The environment in which fsync and fdatasync take DELAY_MS longer; None where there is no C compiler to make it with."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "slow_disk.so"
    source = Path(__file__).with_name("slow_disk.c")
    options = ["-shared", "-fPIC", "-O2", f"-DDELAY_US={DELAY_MS * 1000}"]
    subprocess.run([compiler, *options, "-o", str(library), str(source), "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


def count(database: str, table: str) -> int:
    """Rows, asked of the database itself."""
    statement = f"SELECT count(*) FROM {table}"
    if database.startswith("sqlite:///"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
            (found,) = connection.execute(statement).fetchone()
            return int(found)
    with psycopg.connect(database.replace("postgresql+psycopg", "postgresql")) as connection:
        row = connection.execute(statement.encode()).fetchone()
        assert row is not None, "a count is always one row"
        return int(row[0])


@contextmanager
def _listening(argv: list[str], port: int, log: Path, environment: Mapping[str, str] | None) -> Iterator[None]:
    program = Program(argv, log=log, cwd=ROOT, env={**os.environ, **(environment or {})})
    try:
        until_it_listens(port, program)
        yield
    finally:
        program.stop()


def until_it_listens(port: int, program: Program) -> None:
    """Raises RuntimeError with the program's last words where it does not."""
    ends = time.monotonic() + STARTING_SECONDS
    while not answers("127.0.0.1", port):
        if time.monotonic() > ends or not program.is_running():
            raise RuntimeError(f"{program.process.args!r} does not listen:\n{program.last_words()}")
        time.sleep(0.05)
