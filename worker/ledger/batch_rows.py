"""The rows of batches: what the file says, the verdict, and the request that a row leads to."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from worker.domain.request import Because, Code, GenerationRequest, State
from worker.ledger import because, requests
from worker.ledger.connection import ForBoth, Inserting, Tx
from worker.ledger.tables import batch_row, interview, request
from worker.policy.verdicts import Verdict


@dataclass(frozen=True)
class StoredRow:
    """One row. Without a verdict it is still to be filed; `text` says the verdict to people; `written` is the file's row."""

    number: int
    verdict: Verdict | None
    text: str | None
    request_id: str | None
    same_as: int | None
    written: Mapping[str, Any]


@dataclass(frozen=True)
class RowAndRequest:
    """A row beside the request that it leads to, and that one's link."""

    row: StoredRow
    request: GenerationRequest | None
    share_link: str | None


def _kept(insert: Inserting) -> sa.Executable:
    fresh = insert(batch_row)
    changed = {name: fresh.excluded[name] for name in ("run", "verdict", "text", "request_id", "same_as", "cells")}
    not_newer = batch_row.c.run <= fresh.excluded.run
    return fresh.on_conflict_do_update(index_elements=["batch", "number"], set_=changed, where=not_newer)


KEPT = ForBoth.made(_kept)


def keep(tx: Tx, batch_id: str, run: int, rows: Sequence[StoredRow]) -> None:
    """Note some rows of a run, in place of what an earlier run had under their numbers; a newer one's stay."""
    values = [
        {
            "batch": batch_id,
            "number": one.number,
            "run": run,
            "verdict": one.verdict,
            "text": one.text,
            "request_id": one.request_id,
            "same_as": one.same_as,
            "cells": json.dumps(one.written, ensure_ascii=False),
        }
        for one in rows
    ]
    tx.conn.execute(tx.own(KEPT), values)


def first_with(tx: Tx, batch_id: str, run: int, request_ids: Collection[str]) -> dict[str, int]:
    """Of some requests: the first row of a run that leads to each."""
    statement = (
        sa.select(batch_row.c.request_id, sa.func.min(batch_row.c.number))
        .where(batch_row.c.batch == batch_id, batch_row.c.run == run, batch_row.c.request_id.in_(request_ids))
        .group_by(batch_row.c.request_id)
    )
    return {row[0]: row[1] for row in tx.conn.execute(statement)}


def has_some(tx: Tx, batch_id: str) -> bool:
    """Whether anything of its file is known yet."""
    return (
        tx.conn.execute(sa.select(batch_row.c.number).where(batch_row.c.batch == batch_id).limit(1)).first() is not None
    )


def any_of(tx: Tx, batch_id: str, request_ids: Collection[str]) -> bool:
    """Whether a row of the batch leads to one of some requests."""
    statement = sa.select(batch_row.c.number).where(
        batch_row.c.batch == batch_id, batch_row.c.request_id.in_(request_ids)
    )
    return tx.conn.execute(statement.limit(1)).first() is not None


def unfiled(tx: Tx, batch_id: str, limit: int) -> tuple[int, list[StoredRow]]:
    """Rows that are still to be filed, the first ones, locked, and the run that they belong to."""
    statement = (
        sa.select(batch_row)
        .where(batch_row.c.batch == batch_id, batch_row.c.verdict.is_(None))
        .order_by(batch_row.c.number)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = tx.conn.execute(statement).mappings().all()
    return (rows[0]["run"] if rows else 0), [_from_row(row) for row in rows]


def batches_to_file(tx: Tx) -> list[str]:
    """Ids of batches with rows that are still to be filed, oldest first."""
    statement = sa.select(batch_row.c.batch).where(batch_row.c.verdict.is_(None)).distinct()
    return sorted(tx.conn.execute(statement).scalars())


def verdicts(tx: Tx, batch_id: str) -> dict[Verdict | None, int]:
    """How many of its rows have each verdict; None: still to be filed."""
    statement = (
        sa.select(batch_row.c.verdict, sa.func.count())
        .where(batch_row.c.batch == batch_id)
        .group_by(batch_row.c.verdict)
    )
    return {None if row[0] is None else Verdict(row[0]): row[1] for row in tx.conn.execute(statement)}


def some(tx: Tx, batch_id: str, after: int, limit: int) -> list[RowAndRequest]:
    """Its rows in the order of the file, those after a number."""
    statement = (
        sa.select(batch_row, interview.c.share_link)
        .outerjoin(request, request.c.id == batch_row.c.request_id)
        .outerjoin(interview, interview.c.id == request.c.interview_id)
        .where(batch_row.c.batch == batch_id, batch_row.c.number > after)
        .order_by(batch_row.c.number)
        .limit(limit)
    )
    rows = tx.conn.execute(statement).mappings().all()
    wanted = requests.several(tx, {row["request_id"] for row in rows if row["request_id"]})
    return [RowAndRequest(_from_row(row), wanted.get(row["request_id"] or ""), row["share_link"]) for row in rows]


def faulty(tx: Tx, batch_id: str, limit: int) -> list[StoredRow]:
    """The first of its rows that could not be filed."""
    wrong = batch_row.c.verdict.in_([Verdict.BAD, Verdict.TOO_SHORT, Verdict.CONFLICT])
    statement = sa.select(batch_row).where(batch_row.c.batch == batch_id, wrong).order_by(batch_row.c.number)
    return [_from_row(row) for row in tx.conn.execute(statement.limit(limit)).mappings()]


def awaiting_somebody(tx: Tx, batch_id: str, limit: int) -> list[tuple[int, GenerationRequest]]:
    """The first of its rows whose requests a person must decide about, whoever filed those; each request once."""
    number = sa.func.min(batch_row.c.number).label("row")
    statement = (
        sa.select(request, number)
        .join(batch_row, batch_row.c.request_id == request.c.id)
        .where(batch_row.c.batch == batch_id, request.c.state.in_([State.UNKNOWN, State.HELD]))
        .group_by(request.c.id)
        .order_by(number)
        .limit(limit)
    )
    return [(row["row"], requests.from_row(row)) for row in tx.conn.execute(statement).mappings()]


def in_state(tx: Tx, batch_id: str, states: Collection[State], after: str, limit: int) -> list[str]:
    """Ids of the requests that it filed in some states, beyond an id, the lowest first."""
    statement = sa.select(request.c.id).where(
        request.c.batch == batch_id, request.c.id > after, request.c.state.in_(states)
    )
    return list(tx.conn.execute(statement.order_by(request.c.id).limit(limit)).scalars())


def park(tx: Tx, batch_id: str, after: str, limit: int) -> str | None:
    """Some of its waiting requests leave the line; the last one's id, None where there are no more beyond `after`."""
    waiting = sa.and_(request.c.state == State.WAITING, request.c.parked.is_(False))
    return _change(tx, batch_id, waiting, after, limit, {"parked": True})


def unpark(tx: Tx, batch_id: str, after: str, limit: int) -> str | None:
    """Some of its parked requests are in line again."""
    return _change(tx, batch_id, request.c.parked.is_(True), after, limit, {"parked": False})


def cancel(tx: Tx, batch_id: str, actor: str, after: str, limit: int) -> str | None:
    """Some of its requests, waiting or held, are cancelled."""
    reason = because.pack(Because(Code.CANCELLED_BY_PERSON, {"actor": actor}))
    changes = {"state": State.CANCELLED, "because": reason, "updated_at": tx.now(), "parked": False}
    open_ones = request.c.state.in_([State.WAITING, State.HELD])
    return _change(tx, batch_id, open_ones, after, limit, changes)


def drop_unfiled(tx: Tx, batch_id: str, text: str, limit: int) -> int:
    """Some of its rows that are still to be filed never will be; how many."""
    numbers = (
        sa.select(batch_row.c.number)
        .where(batch_row.c.batch == batch_id, batch_row.c.verdict.is_(None))
        .order_by(batch_row.c.number)
        .limit(limit)
    )
    statement = (
        sa.update(batch_row)
        .where(batch_row.c.batch == batch_id, batch_row.c.number.in_(numbers))
        .values(verdict=Verdict.BAD, text=text)
    )
    return tx.conn.execute(statement).rowcount


def is_flying(tx: Tx, batch_id: str) -> bool:
    """Whether a request that the batch filed is being sent: it may come back into line."""
    statement = sa.select(request.c.id).where(request.c.batch == batch_id, request.c.state == State.SENDING)
    return tx.conn.execute(statement.limit(1)).first() is not None


def every(read: Any, batch_id: str, at_once: int = 500) -> Iterator[RowAndRequest]:
    """All of them, some at a time, each time in a transaction of its own: `read` is a ledger's."""
    after = 0
    while found := read(lambda tx, beyond=after: some(tx, batch_id, beyond, at_once)):
        yield from found
        after = found[-1].row.number


def _change(
    tx: Tx, batch_id: str, which: sa.ColumnElement[bool], after: str, limit: int, changes: Mapping[str, Any]
) -> str | None:
    some_ids = (
        sa.select(request.c.id)
        .where(request.c.batch == batch_id, request.c.id > after, which)
        .order_by(request.c.id)
        .limit(limit)
    )
    statement = sa.update(request).where(request.c.id.in_(some_ids), which).values(**changes).returning(request.c.id)
    changed = tx.conn.execute(statement).scalars().all()
    return max(changed, default=None)


def _from_row(row: sa.RowMapping) -> StoredRow:
    return StoredRow(
        number=row["number"],
        verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
        text=row["text"],
        request_id=row["request_id"],
        same_as=row["same_as"],
        written=json.loads(row["cells"]),
    )
