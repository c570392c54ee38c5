"""Requisitions, which close with all their postings. A posting whose opening arrives after that is closed from the start.

Whoever opens a posting and whoever closes its requisition both lock the requisition first, so that neither overlooks the other.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.ledger.connection import Tx
from worker.ledger.requisition_tables import requisition


@dataclass(frozen=True)
class Closing:
    """When a requisition was closed last, and the event that said so."""

    closed_at: datetime
    event_id: str


def closing(tx: Tx, source: str, requisition_id: str) -> Closing | None:
    """The last closing, if there was any; the requisition is locked."""
    insert = tx.insert(requisition).values(source=source, requisition_id=requisition_id)
    same = insert.on_conflict_do_update(
        index_elements=["source", "requisition_id"], set_={"source": insert.excluded.source}
    )
    row = tx.conn.execute(same.returning(requisition.c.closed_at, requisition.c.event_id)).one()
    return None if row.closed_at is None else Closing(row.closed_at, row.event_id)


def close(tx: Tx, source: str, requisition_id: str, said: Closing) -> None:
    """Note it, unless a later one is known; the requisition is locked."""
    known = closing(tx, source, requisition_id)
    if known is None or (known.closed_at, known.event_id) < (said.closed_at, said.event_id):
        tx.conn.execute(
            sa.update(requisition)
            .where(requisition.c.source == source, requisition.c.requisition_id == requisition_id)
            .values(closed_at=said.closed_at, event_id=said.event_id)
        )
