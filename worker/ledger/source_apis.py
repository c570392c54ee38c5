"""The APIs of sources: whether they answer, and until when they are left alone."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.ledger.connection import Tx
from worker.ledger.fetch_tables import source_api


@dataclass(frozen=True)
class SourceApi:
    """`trouble` is a sentence about the last call, None where it was answered. `refused`: a person has to mend it."""

    source: str
    closed_until: datetime | None
    refused: bool
    trouble: str | None
    trouble_at: datetime | None
    succeeded_at: datetime | None


def get(tx: Tx, source: str) -> SourceApi | None:
    """None where it was never asked."""
    row = tx.conn.execute(sa.select(source_api).where(source_api.c.source == source)).mappings().one_or_none()
    return None if row is None else SourceApi(**{name: row[name] for name in row if name != "next_at"})


def note_answer(tx: Tx, source: str) -> None:
    """It answers."""
    _set(tx, source, closed_until=None, refused=False, trouble=None, trouble_at=None, succeeded_at=tx.now())


def note_trouble(tx: Tx, source: str, sentence: str, *, closed_until: datetime | None, refused: bool) -> None:
    """It does not, or not as it should."""
    _set(tx, source, closed_until=closed_until, refused=refused, trouble=sentence, trouble_at=tx.now())


def forget_trouble(tx: Tx, source: str) -> None:
    """What it was about is not asked for any more."""
    _set(tx, source, closed_until=None, refused=False, trouble=None, trouble_at=None)


def _set(tx: Tx, source: str, **values: object) -> None:
    tx.conn.execute(sa.update(source_api).where(source_api.c.source == source).values(values))
