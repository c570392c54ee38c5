"""Sealing again with the newest key what was sealed with an older one, or not at all, in parts that hold nobody up.

Which tables there are follows from their columns: whoever has a sealed one says in `sealed_with` which key it was.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from worker.ledger.connection import Tx
from worker.ledger.metadata import METADATA
from worker.ledger.sealing import SealedBytes, SealedText, ring_of

ROWS_AT_ONCE = 500
BYTES_AT_ONCE = 4_000_000
CLEAR = "none"  # the name of no key: what was stored before anything was sealed


def sealed_tables() -> list[sa.Table]:
    """Every table with a sealed column."""
    return [table for table in METADATA.sorted_tables if any(True for _ in _sealed(table))]


def reseal(tx: Tx) -> int:
    """Seal a part of one table again. Returns how many rows; 0 once nothing is left that can be opened here."""
    ids_here = ring_of(tx.conn.dialect).ids()
    if not ids_here:  # the first key comes with the first person's data
        return 0
    newest, *older = ids_here
    for table in sealed_tables():
        stale = sa.or_(table.c.sealed_with.is_(None), table.c.sealed_with.in_(older))
        ids = _part(tx, table, stale)
        if ids:
            _seal_again(tx, table, ids, newest)
            return len(ids)
    return 0


def left(tx: Tx) -> int:
    """How many rows `reseal` has before it."""
    ring = ring_of(tx.conn.dialect)
    here = {CLEAR, *ring.ids()[1:]}
    return sum(count for (_, name), count in counts(tx).items() if name in here)


def in_clear(tx: Tx) -> int:
    """How many rows no key has sealed: they were stored before there was any."""
    return sum(count for (_, name), count in counts(tx).items() if name == CLEAR)


def counts(tx: Tx) -> dict[tuple[str, str], int]:
    """How many rows of each table each key has sealed; CLEAR for those that none has."""
    found: dict[tuple[str, str], int] = {}
    for table in sealed_tables():
        grouped = sa.select(table.c.sealed_with, sa.func.count()).group_by(table.c.sealed_with)
        found |= {(table.name, name or CLEAR): count for name, count in tx.conn.execute(grouped)}
    return found


def _part(tx: Tx, table: sa.Table, stale: sa.ColumnElement[bool]) -> list[object]:
    """Keys of the first rows, so many that what they hold is not too much at once; at least one."""
    (key,) = table.primary_key.columns
    size = sum((sa.func.coalesce(sa.func.length(column), 0) for column in _sealed(table)), sa.literal(0))
    statement = sa.select(key, size).where(stale).order_by(key).limit(ROWS_AT_ONCE)
    found: list[object] = []
    room = BYTES_AT_ONCE
    for one, length in tx.conn.execute(statement):
        room -= length
        if found and room < 0:
            break
        found.append(one)
    return found


def _seal_again(tx: Tx, table: sa.Table, ids: list[object], newest: str) -> None:
    """What is read is opened, and what is written is sealed: the column's type does both."""
    (key,) = table.primary_key.columns
    columns = list(_sealed(table))
    rows = tx.conn.execute(sa.select(key, *columns).where(key.in_(ids)).with_for_update()).all()
    values = {column: sa.bindparam(f"new_{column.name}", type_=column.type) for column in columns}
    update = sa.update(table).where(key == sa.bindparam("row")).values({**values, table.c.sealed_with: newest})
    said = [{"row": row[0], **{f"new_{c.name}": row[n] for n, c in enumerate(columns, 1)}} for row in rows]
    if said:
        tx.conn.execute(update, said)


def _sealed(table: sa.Table) -> Iterator[sa.Column[object]]:
    return (column for column in table.columns if isinstance(column.type, SealedText | SealedBytes))
