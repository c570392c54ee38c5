"""Deliveries that go out together: those of a target whose messages are gathered over a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from worker.domain.delivery import Delivery
from worker.ledger import deliveries, targets
from worker.ledger.connection import Tx
from worker.ledger.delivery_tables import delivery, is_sending, is_waiting


def put_off(tx: Tx, target: str, since: datetime, until: datetime) -> None:
    """What has happened since then waits until the next mail, unless a person or a failure has given it a time of its own."""
    fresh = sa.and_(delivery.c.tries == 0, delivery.c.created_at >= since, delivery.c.due_at < until)
    waiting = sa.update(delivery).where(delivery.c.target == target, is_waiting(), fresh)
    tx.conn.execute(waiting.values(due_at=until))


def claim(tx: Tx, target: str, boot_id: str, lease: timedelta, most: int) -> Sequence[Delivery]:
    """Take all that is due of one target, at most `most`, oldest first. Nothing while another process has some of it."""
    standing = targets.get(tx, target, lock=True)
    now = tx.now()
    if standing is None or standing.is_stopped:
        return ()
    if standing.not_before is not None and standing.not_before > now:
        return ()
    flying = sa.select(delivery.c.id).where(delivery.c.target == target, is_sending()).limit(1)
    if tx.conn.execute(flying).first() is not None:
        return ()
    due = sa.select(delivery.c.id).where(delivery.c.target == target, is_waiting(), delivery.c.due_at <= now)
    first = list(tx.conn.execute(due.order_by(delivery.c.id).limit(most)).scalars())
    taken = sa.update(delivery).where(delivery.c.id.in_(first), is_waiting())
    rows = tx.conn.execute(taken.values(deliveries.claimed(boot_id, now, lease)).returning(delivery)).mappings().all()
    return sorted(map(deliveries.from_row, rows), key=lambda held: held.id)
