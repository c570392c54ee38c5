"""Sources that have gone quiet, found in what they delivered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from worker.ledger.connection import Tx
from worker.ledger.tables import event
from worker.policy import silence


@dataclass(frozen=True)
class Silence:
    """Since its last event nothing came; `usual` is the longest time that it was silent before."""

    source: str
    last_event: str
    since: datetime
    usual: timedelta


def found(tx: Tx, sources: Iterable[str]) -> list[Silence]:
    """The longest first. Of a source that has just delivered only the newest event is looked at."""
    now = tx.now()
    told = [one for name in sources if (one := _silence(tx, name, now)) is not None]
    return sorted(told, key=lambda one: one.since)


def _silence(tx: Tx, source: str, now: datetime) -> Silence | None:
    newest = sa.select(event.c.id, event.c.received_at).where(event.c.source == source).order_by(event.c.id.desc())
    last = tx.conn.execute(newest.limit(1)).one_or_none()
    if last is None or now - last.received_at < silence.FLOOR:
        return None
    moments = [row.received_at for row in tx.conn.execute(newest.limit(silence.LOOKED_AT))]
    usual = silence.usual_gap(moments)
    if usual is None or not silence.is_quiet(moments, now):
        return None
    return Silence(source, last.id, last.received_at, usual)
