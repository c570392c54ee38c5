"""Written notes: which note of ours stands at which place of an ATS, and what it said when it was written last."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.domain.note import Place
from worker.ledger.connection import Tx
from worker.ledger.note_tables import written_note


@dataclass(frozen=True)
class Spot:
    """One note: of a target, at a place, under a marker."""

    target: str
    place: Place
    marker: str

    def columns(self) -> dict[str, str]:
        """Its key; the ATS's ids are kept as a digest."""
        place = hashlib.sha256(self.place.key.encode()).hexdigest()
        return {"target": self.target, "place": place, "marker": self.marker}


@dataclass(frozen=True)
class Memory:
    """`is_done` is False from before a note is sent until its answer is read: it may have been made then, or not."""

    remote_id: str | None
    digest: str
    is_done: bool
    written_at: datetime


def known(tx: Tx, spot: Spot) -> Memory | None:
    """What is known of a note, if anything was written there."""
    statement = sa.select(written_note).filter_by(**spot.columns())
    row = tx.conn.execute(statement).mappings().one_or_none()
    return None if row is None else Memory(row["remote_id"], row["digest"], row["is_done"], row["written_at"])


def keep(tx: Tx, spot: Spot, digest: str, remote_id: str | None, *, is_done: bool) -> None:
    """That a note is about to be written, or has been."""
    told = {"digest": digest, "remote_id": remote_id, "is_done": is_done, "written_at": tx.now()}
    once = tx.insert(written_note).values({**spot.columns(), **told})
    tx.conn.execute(once.on_conflict_do_update(index_elements=["target", "place", "marker"], set_=told))


def put_back(tx: Tx, spot: Spot, before: Memory | None) -> None:
    """Nothing was written after all: what was known before is known again."""
    if before is None:
        tx.conn.execute(sa.delete(written_note).filter_by(**spot.columns()))
    else:
        keep(tx, spot, before.digest, before.remote_id, is_done=before.is_done)
