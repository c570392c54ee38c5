"""A ledger with many rows, filled by the database itself: half of the requests wait, half were answered yesterday."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from worker.domain.request import Kind, State, Tier
from worker.ledger import tables
from worker.ledger.connection import Ledger, Tx

WINDOW = timedelta(seconds=60)
LIMIT = 20
TEXT = "Harbour House looks for a night-shift care assistant who stays calm when two bells ring together. " * 2
N = sa.literal_column("s.n", sa.BigInteger)
_PLAIN = {sa.Boolean: sa.false(), sa.Integer: sa.literal(0), sa.Float: sa.literal(0.0), sa.Text: sa.literal("")}


@dataclass(frozen=True)
class Backlog:
    """`rows` requests, spread evenly over `organizations`; each may send `limit` calls in a `window`."""

    rows: int
    organizations: int
    limit: int = LIMIT
    window: timedelta = WINDOW

    def name(self, number: int) -> str:
        """Of an organization, from 0."""
        return f"org-{number % self.organizations}"


def fill(ledger: Ledger, wanted: Backlog) -> None:
    """Once, in a database that has the schema and nothing else."""
    ledger.write(lambda tx: _fill(tx, wanted))
    if not ledger.is_sqlite:  # autovacuum would do it within a minute
        with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql("VACUUM ANALYZE")


def count(tx: Tx, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    """Rows."""
    return int(tx.conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())


def _fill(tx: Tx, wanted: Backlog) -> None:
    if not tx.is_sqlite:
        tx.conn.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no foreign key is looked up
    name = sa.literal("org-") + _text(N % wanted.organizations)
    waits = (N // wanted.organizations) % 2 == 0
    yesterday = tx.now() - timedelta(days=1)
    _insert(tx, tables.organization, wanted.organizations, {"name": name})
    budget = {
        "organization": name,
        "tier": Tier.AI,
        "configured": wanted.limit,
        "limit_count": wanted.limit,
        "window": wanted.window,
    }
    _insert(tx, tables.budget, wanted.organizations, budget)
    id_ = _padded("0", N)
    row = {
        "id": id_,
        "organization": name,
        "kind": Kind.GENERATE,
        "tier": Tier.AI,
        "state": sa.case((waits, State.WAITING), else_=State.CREATED),
        "dedup_key": id_ + id_,
        "dedup_id": id_,
        "content_digest": id_ + id_,
        "label": _text(N),
        "title": "Night-shift care assistant",
        "priority": N % 2,
        "fence": sa.case((waits, 0), else_=1),
        "text_limit": len(TEXT),
        "due_at": yesterday,
        "created_at": yesterday,
        "updated_at": yesterday,
    }
    _insert(tx, tables.request, wanted.rows, row)
    content = {"request_id": id_, "text": TEXT, "options": "{}", "about": "{}"}
    _insert(tx, tables.request_content, wanted.rows, content, waits)
    attempt = {
        "id": _padded("1", N),
        "request_id": id_,
        "n": sa.literal(1),
        "organization": name,
        "tier": Tier.AI,
        "label": _text(N),
        "boot_id": "bench",
        "slot_at": yesterday,
        "lease_until": yesterday,
        "sent_at": yesterday,
        "ended_at": yesterday,
        "outcome": "Created",
        "evidence": "{}",
    }
    _insert(tx, tables.attempt, wanted.rows, attempt, sa.not_(waits))


def _insert(tx: Tx, table: sa.Table, rows: int, values: dict[str, Any], *where: sa.ColumnElement[bool]) -> None:
    """One row for each number; a column that isn't given and may not be empty gets the zero of its kind."""
    columns = [column for column in table.columns if column.name in values or not column.nullable]
    cells = [
        (_cell(values[column.name], column) if column.name in values else _zero(column)).label(column.name)
        for column in columns
    ]
    chosen = sa.select(*cells).select_from(_numbers(tx, rows)).where(*where)
    tx.conn.execute(table.insert().from_select([column.name for column in columns], chosen, include_defaults=False))


def _numbers(tx: Tx, rows: int) -> sa.TextClause:
    """`rows` numbers from 0, as s.n."""
    if tx.is_sqlite:
        each = f"WITH RECURSIVE one(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM one WHERE n < {rows - 1}) SELECT n FROM one"
        return sa.text(f"({each}) AS s")
    return sa.text(f"generate_series(0, {rows - 1}) AS s(n)")


def _cell(value: Any, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return value if isinstance(value, sa.ColumnElement) else sa.cast(sa.literal(value, column.type), column.type)


def _zero(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return next(zero for kind, zero in _PLAIN.items() if isinstance(column.type, kind))


def _text(number: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.cast(number, sa.Text)


def _padded(first: str, number: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """20 characters, as an id has, in the order of the numbers."""
    return sa.literal(first + "0" * 9) + _text(number + 1_000_000_000)
