"""Worker processes: when each was last heard of, and which one sweeps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from worker.ledger.connection import Tx
from worker.ledger.process_tables import duty, process

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class WorkerProcess:
    """A worker that has reported."""

    boot_id: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime


def report(tx: Tx, boot_id: str, host: str, pid: int) -> None:
    """I am here."""
    now = tx.now()
    mine = tx.insert(process).values(boot_id=boot_id, host=host, pid=pid, started_at=now, seen_at=now)
    tx.conn.execute(mine.on_conflict_do_update(index_elements=["boot_id"], set_={"seen_at": now}))
    tx.conn.execute(sa.delete(process).where(process.c.seen_at < now - FORGOTTEN_AFTER))


def leave(tx: Tx, boot_id: str) -> None:
    """This process has ended: it neither works nor sweeps any more."""
    tx.conn.execute(sa.delete(process).where(process.c.boot_id == boot_id))
    tx.conn.execute(sa.delete(duty).where(duty.c.holder == boot_id))


def known(tx: Tx) -> list[WorkerProcess]:
    """Every worker that has not left, newest report first."""
    rows = tx.conn.execute(sa.select(process).order_by(process.c.seen_at.desc()))
    return [_process(row) for row in rows]


def find(tx: Tx, boot_id: str) -> WorkerProcess | None:
    """One that has reported and not left."""
    row = tx.conn.execute(sa.select(process).where(process.c.boot_id == boot_id)).one_or_none()
    return None if row is None else _process(row)


def take_duty(tx: Tx, name: str, boot_id: str, term: timedelta) -> bool:
    """True where this process may do `name` until the term ends: one at a time, and none is special."""
    now = tx.now()
    mine = tx.insert(duty).values(name=name, holder=boot_id, until=now + term)
    free = sa.or_(duty.c.holder == boot_id, duty.c.until < now)
    taken = mine.on_conflict_do_update(
        index_elements=["name"], set_={"holder": boot_id, "until": now + term}, where=free
    ).returning(duty.c.holder)
    return tx.conn.execute(taken).scalar_one_or_none() == boot_id


def _process(row: sa.Row[Any]) -> WorkerProcess:
    return WorkerProcess(row.boot_id, row.host, row.pid, row.started_at, row.seen_at)
