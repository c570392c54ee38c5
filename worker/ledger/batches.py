"""Batches: the file that a request came from."""

import sqlalchemy as sa

from worker import ids
from worker.ledger.connection import Tx
from worker.ledger.tables import batch


def create(tx: Tx, name: str) -> str:
    """A new batch; its id."""
    made = ids.new_id()
    tx.conn.execute(batch.insert().values(id=made, name=name, created_at=tx.now()))
    return made


def exists(tx: Tx, batch_id: str) -> bool:
    """Whether there is such a batch."""
    return tx.conn.execute(sa.select(batch.c.id).where(batch.c.id == batch_id)).first() is not None
