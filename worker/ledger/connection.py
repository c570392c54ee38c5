"""Connections to the ledger, and its clock.

`write`, `note` and `read` run one unit of work in one transaction and may run it again from the start after a deadlock or a
serialization failure (PostgreSQL 40P01, 40001) or a busy SQLite file. So a unit must do nothing but read and write the ledger.

What `write` has done is on the disk when it returns. What `note` has done everybody sees at once, and the next `write`, whoever's
it is, takes it to the disk; if the power fails before, it never happened. That is enough where nobody was told and nothing was
sent yet, and it spares the disk: of the four commits between an event and its call only the last one waits for it.

A `Ledger` with `patience` gives up a locked SQLite file after so long, for commands and requests: somebody waits for them.
Without it a unit waits BUSY at each of its tries, because what a worker has to write must not be lost.

SQLite differs in three ways: a writer begins with BEGIN IMMEDIATE, so that it never finds its snapshot stale; writers of one
process queue at a lock instead of polling against each other (without it the slowest of 64 waits ten times as long); and its
clock is this machine's.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
import tenacity
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from worker import clock
from worker.ledger import sealing
from worker.ledger.keyring import Keyring

BUSY = timedelta(seconds=10)
READING = "5s"  # no statement of a unit that only reads may take longer; whoever asked asks again
IDLE_IN_TRANSACTION = "10s"  # a unit never waits within its transaction: who does is frozen, and others want its locks
TRIES = 5
LOG_PAGES = 1000  # of SQLite's log, after which a commit moves it into the file: its own default
NOTICE_A_LOST_HOST = {  # seconds, and milliseconds for the last; the kernel would take hours
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
T = TypeVar("T")
Inserting = Callable[[sa.Table], sqlite_dialect.Insert | postgresql_dialect.Insert]
LedgerFault = sa.exc.SQLAlchemyError  # what `read` and `write` raise where the database fails or is away


@dataclass(frozen=True)
class ForBoth:
    """An INSERT with ON CONFLICT, in the dialect of each database, made once."""

    sqlite: sa.Executable
    postgresql: sa.Executable

    @classmethod
    def made(cls, make: Callable[[Inserting], sa.Executable]) -> "ForBoth":
        """`make` is given an `insert` whose ON CONFLICT both spell alike."""
        return cls(make(sqlite_dialect.insert), make(postgresql_dialect.insert))


@dataclass(frozen=True)
class Tx:
    """An open transaction. Other rooms pass it on and ask it for the time, nothing else."""

    conn: sa.Connection
    clock: Callable[[sa.Connection], datetime]

    def now(self) -> datetime:
        """The database's clock. After a lock was waited for, ask again."""
        return self.clock(self.conn)

    def insert(self, table: sa.Table) -> sqlite_dialect.Insert | postgresql_dialect.Insert:
        """An INSERT that knows ON CONFLICT, which both databases spell alike."""
        return sqlite_dialect.insert(table) if self.is_sqlite else postgresql_dialect.insert(table)

    def own(self, statement: ForBoth) -> sa.Executable:
        """It in the dialect of this database."""
        return statement.sqlite if self.is_sqlite else statement.postgresql

    @property
    def is_sqlite(self) -> bool:
        """Whether statements are for SQLite."""
        return self.conn.dialect.name == "sqlite"


class Ledger:
    """One database. `clock` is for tests, which move it; by default the database tells the time.

    Without `keys` it can't touch what is sealed, which is people's data.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[sa.Connection], datetime] | None = None,
        *,
        pool: int = 10,
        patience: timedelta | None = None,
        keys: Keyring | None = None,
    ) -> None:
        self.url = url
        self.clock = clock or database_clock
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url, pool, patience or BUSY) if self.is_sqlite else _postgresql(url, pool)
        self.keys = keys
        if keys is not None:
            sealing.equip(self.engine, keys)
        self._writing = self.engine.execution_options(writes=True)
        self._noting = self.engine.execution_options(writes=True, waits_for_disk=False)
        self._filling = self._noting.execution_options(keeps_log=True)
        self._patience = patience
        self._queue = threading.Lock()

    def write(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit that may write; commit, or roll back and raise."""
        return self._retrying(self._write_once, unit)

    def note(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit that may write and be forgotten in a power failure: commit without waiting for the disk, or roll back."""
        return self._retrying(self._note_once, unit)

    def fill(self, unit: Callable[[Tx], T]) -> T:
        """As `note`, for one of many in a row. On SQLite the caller has the log moved into the file (`compaction.catch_up`)
        now and then: a commit that does it itself lets other writers wait for it."""
        return self._retrying(self._fill_once, unit)

    def read(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit that only reads; on SQLite it never stands in a writer's way."""
        return self._retrying(self._read_once, unit)

    def look(self, unit: Callable[[Tx], T]) -> T:
        """As `read`, and the database itself refuses whatever would change it."""
        return self._retrying(self._look_once, unit)

    def _write_once(self, unit: Callable[[Tx], T]) -> T:
        with self._turn(), self._writing.begin() as conn:
            return unit(Tx(conn, self.clock))

    def _note_once(self, unit: Callable[[Tx], T]) -> T:
        return self._noted(self._noting, unit)

    def _fill_once(self, unit: Callable[[Tx], T]) -> T:
        return self._noted(self._filling, unit)

    def _noted(self, engine: sa.Engine, unit: Callable[[Tx], T]) -> T:
        with self._turn(), engine.begin() as conn:
            if not self.is_sqlite:
                conn.exec_driver_sql("SET LOCAL synchronous_commit = off")
            return unit(Tx(conn, self.clock))

    def _read_once(self, unit: Callable[[Tx], T]) -> T:
        with self.engine.begin() as conn:
            if not self.is_sqlite:
                conn.exec_driver_sql(f"SET LOCAL statement_timeout = '{READING}'")
            return unit(Tx(conn, self.clock))

    def _look_once(self, unit: Callable[[Tx], T]) -> T:
        with self.engine.begin() as conn:
            conn.exec_driver_sql("PRAGMA query_only = ON" if self.is_sqlite else "SET TRANSACTION READ ONLY")
            try:
                return unit(Tx(conn, self.clock))
            finally:
                if self.is_sqlite:
                    conn.exec_driver_sql("PRAGMA query_only = OFF")  # the connection goes back to the others

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One writer of this process at a time, on SQLite."""
        if not self.is_sqlite:
            yield
        elif not self._queue.acquire(timeout=-1 if self._patience is None else self._patience.total_seconds()):
            raise sa.exc.TimeoutError("the writers before this one wait for the file too")
        else:
            try:
                yield
            finally:
                self._queue.release()

    def _retrying(self, attempt: Callable[[Callable[[Tx], T]], T], unit: Callable[[Tx], T]) -> T:
        enough = tenacity.stop_after_attempt(TRIES)
        retry = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_worth_another_try),
            stop=enough if self._patience is None else enough | tenacity.stop_after_delay(self._patience),
            wait=tenacity.wait_random_exponential(multiplier=0.02, max=0.5),
            reraise=True,
        )
        return retry(attempt, unit)

    def close(self) -> None:
        """Return every connection."""
        self.engine.dispose()


def database_clock(conn: sa.Connection) -> datetime:
    """Now by the database: what leases, slots and quarantines are compared with."""
    if conn.dialect.name == "sqlite":
        return clock.wall()  # what its own functions read, too; to ask them takes thirty times as long
    moment = conn.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)


def is_refusal(fault: Exception) -> bool:
    """Whether the database itself could not do it now: it is locked, full, slow, read-only or away. Else it is a bug."""
    return isinstance(fault, sa.exc.OperationalError | sa.exc.InternalError | sa.exc.TimeoutError)


def is_locked(fault: Exception) -> bool:
    """Whether somebody else holds an SQLite file."""
    return isinstance(fault, sa.exc.TimeoutError) or "database is locked" in str(getattr(fault, "orig", ""))


def _worth_another_try(fault: BaseException) -> bool:
    if not isinstance(fault, sa.exc.DBAPIError):
        return False
    if getattr(fault.orig, "sqlstate", None) in ("40001", "40P01"):
        return True
    return isinstance(fault.orig, sqlite3.OperationalError) and "locked" in str(fault.orig)


def _sqlite(url: str, pool: int, busy: timedelta) -> sa.Engine:
    path = sa.make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    seconds = busy.total_seconds()
    engine = sa.create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=seconds,
        hide_parameters=True,
        connect_args={"timeout": seconds},  # the busy time-out, from the first statement on
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None  # BEGIN is ours, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "checkout")
    def same_file(_: DBAPIConnection, record: ConnectionPoolEntry, __: object) -> None:
        """A file that was removed or replaced still takes writes, into nowhere."""
        if path and record.info.setdefault("file", _identity(path)) != _identity(path):
            raise sa.exc.DisconnectionError(f"{path} is not the file that was opened")

    @sa.event.listens_for(engine, "begin")
    def begin(conn: sa.Connection) -> None:
        options = conn.get_execution_options()
        wanted = "FULL" if options.get("waits_for_disk", True) else "NORMAL"
        if options.get("writes") and conn.info.get("synchronous", "FULL") != wanted:
            conn.exec_driver_sql(f"PRAGMA synchronous={wanted}")  # heeds no transaction: it must come before
            conn.info["synchronous"] = wanted
        pages = 0 if options.get("keeps_log") else LOG_PAGES
        if options.get("writes") and conn.info.get("log_pages", LOG_PAGES) != pages:
            conn.exec_driver_sql(f"PRAGMA wal_autocheckpoint={pages}")
            conn.info["log_pages"] = pages
        conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return engine


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _postgresql(url: str, pool: int) -> sa.Engine:
    """READ COMMITTED; a connection that was lost is replaced before it is used; a frozen process's locks are taken from it."""
    engine = sa.create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=5,
        pool_pre_ping=True,
        hide_parameters=True,  # the text of an error would carry people's data into the log
        connect_args={"connect_timeout": 3, **NOTICE_A_LOST_HOST},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION}'")
        connection.commit()

    return engine
