"""Tombstones: whose data was erased, by keyed digests alone.

Whoever writes about a person asks `covers` first, in the transaction that writes: until that ends, nobody is erased, and
an erasure waits for those that are writing (PostgreSQL's advisory lock; SQLite has one writer anyway).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.domain.received import Received
from worker.ledger import blinding
from worker.ledger.blinding import Blinds
from worker.ledger.connection import Tx
from worker.ledger.tables import erased
from worker.policy import subjects
from worker.policy.subjects import Names

ADVISORY_LOCK = 7305803002
SHARED = sa.select(sa.func.pg_advisory_xact_lock_shared(ADVISORY_LOCK))
AT_ONCE = 500  # digests in one question
ONE = sa.select(erased.c.digest).limit(1)  # made once: it comes before every event that is read


def digests(blinds: Blinds, names: Names) -> set[str]:
    """Of what a person is known by."""
    found = [*map(blinds.email, names.emails), *map(blinds.id, names.ids)]
    return {one for one in found if one is not None}


def covers(tx: Tx, names: Names, blinds: Blinds | None = None) -> bool:
    """Whether one of these was erased. Nobody is erased before this transaction ends."""
    hold(tx)
    return _any(tx) and bool(known(tx, digests(blinds or blinding.of(tx), names)))


def mentioned(tx: Tx, received: Received) -> bool:
    """Whether a delivery holds an address or a long id of somebody who was erased, wherever it stands."""
    return _any(tx) and covers(tx, subjects.mentioned(received))


def hold(tx: Tx) -> None:
    """Nobody is erased before this transaction ends."""
    if not tx.is_sqlite:
        tx.conn.execute(SHARED)


def alone(tx: Tx) -> None:
    """Wait for those that are writing about people, and keep others from it until this transaction ends."""
    if not tx.is_sqlite:
        tx.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))


def known(tx: Tx, wanted: Iterable[str]) -> dict[str, datetime]:
    """Which of these digests are tombstones, and since when."""
    found: dict[str, datetime] = {}
    listed = sorted(wanted)
    for start in range(0, len(listed), AT_ONCE):
        part = listed[start : start + AT_ONCE]
        rows = tx.conn.execute(sa.select(erased.c.digest, erased.c.at).where(erased.c.digest.in_(part)))
        found |= {row.digest: row.at for row in rows}
    return found


@dataclass(frozen=True)
class Tombstone:
    """A digest, and when and by which erasure it was put there."""

    digest: str
    erasure: str
    at: datetime


def all_of(tx: Tx) -> list[Tombstone]:
    """Every one."""
    return [Tombstone(row.digest, row.erasure, row.at) for row in tx.conn.execute(sa.select(erased))]


def put(tx: Tx, erasure: str, wanted: Iterable[str], at: datetime, *, searched: bool) -> int:
    """Add those that are not there. `searched`: everything that is stored was looked through for them. Returns how many."""
    rows = [{"digest": one, "erasure": erasure, "at": at, "searched": searched} for one in sorted(wanted)]
    if not rows:
        return 0
    once = tx.insert(erased).on_conflict_do_nothing().returning(erased.c.digest)
    return len(tx.conn.execute(once, rows).all())


def unsearched(tx: Tx) -> set[str]:
    """Tombstones that something stored may still speak of: they came from outside, or the erasure was broken off."""
    return set(tx.conn.execute(sa.select(erased.c.digest).where(erased.c.searched.is_(False))).scalars())


def note_searched(tx: Tx, wanted: Sequence[str]) -> None:
    """Nothing that is stored speaks of these any more."""
    rows = [{"one": digest} for digest in wanted]
    if rows:
        statement = sa.update(erased).where(erased.c.digest == sa.bindparam("one")).values(searched=True)
        tx.conn.execute(statement, rows)


def _any(tx: Tx) -> bool:
    return tx.conn.execute(ONE).first() is not None
