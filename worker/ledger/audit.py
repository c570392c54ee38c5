"""Who decided what, when and why: written in the transaction of its effect."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker import ids
from worker.ledger.connection import Tx
from worker.ledger.tables import audit


@dataclass(frozen=True)
class Entry:
    """One decision."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]


def record(tx: Tx, actor: str, action: str, subject: str, detail: Mapping[str, object]) -> None:
    """Note it. `detail` holds no personal data and no secrets."""
    values = {"actor": actor, "action": action, "subject": subject, "detail": json.dumps(detail)}
    tx.conn.execute(audit.insert().values(id=ids.new_id(), at=tx.now(), **values))


def of(tx: Tx, subject: str) -> list[Entry]:
    """What was decided about one thing, newest first."""
    rows = tx.conn.execute(sa.select(audit).where(audit.c.subject == subject).order_by(audit.c.id.desc()))
    return [Entry(row.at, row.actor, row.action, row.subject, json.loads(row.detail)) for row in rows]
