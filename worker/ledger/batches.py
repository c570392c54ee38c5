"""Batches: a file of wanted interviews, which run of it is the newest, and what somebody decided about it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from worker import ids
from worker.domain.request import State
from worker.ledger.connection import Tx
from worker.ledger.listing import Page, page_of
from worker.ledger.tables import batch, batch_row, request

READING = timedelta(minutes=1)  # for how long a reader that says nothing is taken for alive
Columns = tuple[tuple[str, str | None], ...]  # the titles of a file in order, each with the field that it is read as


class BatchState(StrEnum):
    """What was decided about a batch."""

    OPEN = "open"
    PAUSED = "paused"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Batch:
    """One batch.

    origin        where its file lay, if it lay somewhere
    organization  whose the rows are that name none themselves
    run           how often the file was begun to be read; `read_at` is None until the newest run has come to its end,
                  `read_until` a moment yet to come while somebody reads
    decided_by    who paused, resumed or cancelled it last
    following     a decision is on its way to the rows
    """

    id: str
    name: str
    origin: str | None
    organization: str | None
    actor: str | None
    columns: Columns
    run: int
    read_at: datetime | None
    read_until: datetime | None
    state: BatchState
    decided_by: str | None
    decided_at: datetime | None
    blocks: bool
    following: bool
    created_at: datetime

    def is_read(self, now: datetime) -> bool:
        """Whether somebody reads its file, for all that is known."""
        return self.read_at is None and self.read_until is not None and self.read_until > now


@dataclass(frozen=True)
class NewBatch:
    """What is known of a batch at its beginning."""

    name: str
    origin: str | None = None
    organization: str | None = None
    actor: str | None = None
    columns: Columns = ()


def create(tx: Tx, new: NewBatch) -> str:
    """A new batch, its file unread; its id."""
    made = ids.new_id()
    now = tx.now()
    tx.conn.execute(batch.insert().values(id=made, created_at=now, run=0, read_until=now + READING, **_values(new)))
    return made


def begin(tx: Tx, batch_id: str, new: NewBatch) -> int:
    """Its file is read, perhaps once more: the number of this run. One that was cancelled is open again."""
    wanted = batch.c.id == batch_id
    tx.conn.execute(
        sa.update(batch)
        .where(wanted, batch.c.state == BatchState.CANCELLED)
        .values(state=BatchState.OPEN, blocks=False, following=False)
    )
    values = {**_values(new), "origin": sa.func.coalesce(new.origin, batch.c.origin)}
    values |= {"run": batch.c.run + 1, "read_at": None, "read_until": tx.now() + READING}
    statement = sa.update(batch).where(wanted).values(values)
    return int(tx.conn.execute(statement.returning(batch.c.run)).scalar_one())


def go_on_reading(tx: Tx, batch_id: str) -> None:
    """Somebody reads its file still."""
    now = tx.now()
    fades = batch.c.read_until < now + READING / 2
    wanted = sa.and_(batch.c.id == batch_id, batch.c.read_at.is_(None), sa.or_(batch.c.read_until.is_(None), fades))
    tx.conn.execute(sa.update(batch).where(wanted).values(read_until=now + READING))


def stop_reading(tx: Tx, batch_id: str, run: int) -> None:
    """The newest run was broken off."""
    newest = sa.and_(batch.c.id == batch_id, batch.c.run == run)
    tx.conn.execute(sa.update(batch).where(newest).values(read_until=None))


def end(tx: Tx, batch_id: str, run: int) -> None:
    """The file was read to its end: what only earlier runs had is forgotten. What was decided meanwhile has rows to follow."""
    newest = sa.and_(batch.c.id == batch_id, batch.c.run == run)
    decided = batch.c.state != BatchState.OPEN
    tx.conn.execute(sa.update(batch).where(newest).values(read_at=tx.now(), read_until=None, following=decided))
    gone = sa.and_(batch_row.c.batch == batch_id, batch_row.c.run < run)
    tx.conn.execute(sa.delete(batch_row).where(gone))


def get(tx: Tx, batch_id: str, *, lock: bool = False) -> Batch | None:
    """One batch; `lock` keeps others from deciding until this transaction ends."""
    statement = sa.select(batch).where(batch.c.id == batch_id)
    row = tx.conn.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return None if row is None else _from_row(row)


def exists(tx: Tx, batch_id: str) -> bool:
    """Whether there is such a batch."""
    return tx.conn.execute(sa.select(batch.c.id).where(batch.c.id == batch_id)).first() is not None


def page(tx: Tx, limit: int, cursor: str | None) -> Page[Batch]:
    """Batches, newest first."""
    rows, following = page_of(tx, sa.select(batch), batch.c.id, {}, limit, cursor)
    return Page([_from_row(row) for row in rows], following)


def stopped(tx: Tx) -> dict[str, Batch]:
    """Those of which nothing is claimed, by id."""
    rows = tx.conn.execute(sa.select(batch).where(batch.c.blocks.is_(True))).mappings()
    return {row["id"]: _from_row(row) for row in rows}


def decide(tx: Tx, batch_id: str, starts: Collection[BatchState], to: BatchState, actor: str) -> bool:
    """Compare-and-set: False, and nothing changed, where the batch is in none of `starts`. Its requests follow later."""
    blocks = to is not BatchState.OPEN
    statement = (
        sa.update(batch)
        .where(batch.c.id == batch_id, batch.c.state.in_(starts))
        .values(state=to, decided_by=actor, decided_at=tx.now(), blocks=blocks, following=True)
        .returning(batch.c.id)
    )
    return tx.conn.execute(statement).scalar_one_or_none() is not None


def stands(tx: Tx, found: Batch) -> bool:
    """Whether a decision still waits for the requests to follow, and was not taken anew; until this transaction ends."""
    now = get(tx, found.id, lock=True)
    return now is not None and now.following and (now.state, now.decided_at) == (found.state, found.decided_at)


def followed(tx: Tx, found: Batch) -> None:
    """The requests say what the batch says; a cancelled one has nothing left to hold back. Not where it was decided anew."""
    same = sa.and_(batch.c.id == found.id, batch.c.decided_at == found.decided_at, batch.c.state == found.state)
    blocks = found.state is BatchState.PAUSED
    tx.conn.execute(sa.update(batch).where(same).values(following=False, blocks=blocks))


def lagging(tx: Tx) -> list[str]:
    """Ids of batches whose requests do not follow yet."""
    return list(tx.conn.execute(sa.select(batch.c.id).where(batch.c.following.is_(True))).scalars())


def untold(tx: Tx) -> list[str]:
    """Ids of batches that were read to their end, and of whose end nobody was told."""
    is_untold = sa.or_(batch.c.told_run.is_(None), batch.c.told_run < batch.c.run)
    return list(tx.conn.execute(sa.select(batch.c.id).where(batch.c.read_at.is_not(None), is_untold)).scalars())


def tell(tx: Tx, found: Batch) -> bool:
    """From now on its end was told; False where it was already."""
    is_untold = sa.or_(batch.c.told_run.is_(None), batch.c.told_run < found.run)
    statement = sa.update(batch).where(batch.c.id == found.id, is_untold).values(told_run=found.run)
    return tx.conn.execute(statement.returning(batch.c.id)).scalar_one_or_none() is not None


def organizations_of(tx: Tx, found: Batch) -> list[str]:
    """Whose interviews it wants: its own organization's, and those that its rows name."""
    named = sa.select(request.c.organization).where(request.c.id.in_(requests_of(found.id))).distinct()
    return sorted({*tx.conn.execute(named).scalars(), *([found.organization] if found.organization else [])})


def counts(tx: Tx, batch_id: str) -> dict[State, int]:
    """How many of its requests are in each state, whoever filed them."""
    statement = (
        sa.select(request.c.state, sa.func.count())
        .where(request.c.id.in_(requests_of(batch_id)))
        .group_by(request.c.state)
    )
    return {State(row[0]): row[1] for row in tx.conn.execute(statement)}


def requests_of(batch_id: str) -> sa.Select[tuple[str]]:
    """Ids of the requests that its rows lead to, whoever filed them, as a statement."""
    return sa.select(batch_row.c.request_id).where(batch_row.c.batch == batch_id, batch_row.c.request_id.is_not(None))


def _values(new: NewBatch) -> Mapping[str, Any]:
    return {
        "name": new.name,
        "origin": new.origin,
        "organization": new.organization,
        "actor": new.actor,
        "columns": json.dumps(new.columns),
    }


def _from_row(row: sa.RowMapping) -> Batch:
    return Batch(
        id=row["id"],
        name=row["name"],
        origin=row["origin"],
        organization=row["organization"],
        actor=row["actor"],
        columns=tuple((title, field) for title, field in json.loads(row["columns"])),
        run=row["run"],
        read_at=row["read_at"],
        read_until=row["read_until"],
        state=BatchState(row["state"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        blocks=row["blocks"],
        following=row["following"],
        created_at=row["created_at"],
    )
