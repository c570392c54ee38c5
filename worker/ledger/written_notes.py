"""Written notes: which note of ours stands at which place of an ATS, and what it said when it was written last.

Of people's ids and of the words only keyed digests are kept, so nobody can guess from a row whom it is about and how they did.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.domain.note import Place
from worker.ledger import blinding
from worker.ledger.connection import Tx
from worker.ledger.note_tables import written_note


@dataclass(frozen=True)
class Spot:
    """One note: of a target, at a place, under a marker. `about` is our own id of a result or an application, if it is of one."""

    target: str
    place: Place
    marker: str
    about: str | None = None


@dataclass(frozen=True)
class Memory:
    """`digest` is the one of those that were asked about that the note had when it was written last; None: another.

    `is_done` is False from before a note is sent until its answer is read: it may have been made then, or not.
    """

    remote_id: str | None
    digest: str | None
    is_done: bool
    written_at: datetime


def recall(tx: Tx, spot: Spot, among: Collection[str]) -> Memory | None:
    """What is known of a note, if anything was written there; `among` are digests that it may have had. Writes a key at first."""
    row = tx.conn.execute(sa.select(written_note).filter_by(**_key(tx, spot))).mappings().one_or_none()
    if row is None:
        return None
    blinds = blinding.of(tx)
    had = next((digest for digest in among if blinds.content(digest) == row["digest"]), None)
    return Memory(row["remote_id"], had, row["is_done"], row["written_at"])


def keep(tx: Tx, spot: Spot, digest: str, remote_id: str | None, *, is_done: bool) -> None:
    """That a note is about to be written, or has been."""
    said = {"digest": blinding.of(tx).content(digest), "remote_id": remote_id, "is_done": is_done}
    told = {**said, "about": spot.about, "written_at": tx.now()}
    once = tx.insert(written_note).values({**_key(tx, spot), **told})
    tx.conn.execute(once.on_conflict_do_update(index_elements=["target", "place", "marker"], set_=told))


def take_back(tx: Tx, spot: Spot) -> None:
    """Nothing was written after all."""
    tx.conn.execute(sa.delete(written_note).filter_by(**_key(tx, spot)))


def forget(tx: Tx, about: Collection[str]) -> None:
    """Whoever these results or applications belong to is not known here any more. The notes stay in the ATS."""
    tx.conn.execute(sa.delete(written_note).where(written_note.c.about.in_(about)))


def _key(tx: Tx, spot: Spot) -> dict[str, str]:
    return {"target": spot.target, "place": blinding.of(tx).content(spot.place.key), "marker": spot.marker}
