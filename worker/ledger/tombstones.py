"""Tombstones: whose data was erased, by keyed digests alone.

Whoever writes about a person asks `covers` first, in the transaction that writes: until that ends, nobody is erased, and
an erasure waits for those that are writing (PostgreSQL's advisory lock; SQLite has one writer anyway).
"""

from collections.abc import Iterable, Mapping, Sequence
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


def covers(tx: Tx, names: Names, blinds: Blinds | None = None, came: datetime | None = None) -> bool:
    """Whether one of these was erased, for what `came` then, or comes now. Nobody is erased before this transaction ends."""
    hold(tx)
    if not _any(tx):
        return False
    found = known(tx, digests(blinds or blinding.of(tx), names))
    return any(one.refuses(came or tx.now()) for one in found)


def mentioned(tx: Tx, received: Received) -> bool:
    """Whether a delivery holds an address or a long id of somebody who was erased, wherever it stands."""
    return _any(tx) and covers(tx, subjects.mentioned(received), came=received.at)


def hold(tx: Tx) -> None:
    """Nobody is erased before this transaction ends."""
    if not tx.is_sqlite:
        tx.conn.execute(SHARED)


def alone(tx: Tx) -> None:
    """Wait for those that are writing about people, and keep others from it until this transaction ends."""
    if not tx.is_sqlite:
        tx.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))


@dataclass(frozen=True)
class Tombstone:
    """A digest, and when and by which erasure it was put there; from `lifted_at` on what comes is kept again."""

    digest: str
    erasure: str
    at: datetime
    lifted_at: datetime | None

    def refuses(self, came: datetime) -> bool:
        """Whether it stands in the way of what came then."""
        return self.lifted_at is None or came <= self.lifted_at


def known(tx: Tx, wanted: Iterable[str]) -> list[Tombstone]:
    """Which of these digests are tombstones."""
    found: list[Tombstone] = []
    listed = sorted(wanted)
    for start in range(0, len(listed), AT_ONCE):
        part = sa.select(erased).where(erased.c.digest.in_(listed[start : start + AT_ONCE]))
        found += map(_from_row, tx.conn.execute(part).mappings())
    return found


def all_of(tx: Tx) -> list[Tombstone]:
    """Every one."""
    return [_from_row(row) for row in tx.conn.execute(sa.select(erased)).mappings()]


def put(tx: Tx, erasure: str, wanted: Iterable[str], at: datetime, *, searched: bool) -> int:
    """Add those that are not there, or were lifted. Returns how many.

    `searched`: everything that is stored was looked through for them.
    """
    rows = [{"digest": one, "erasure": erasure, "at": at, "searched": searched} for one in sorted(wanted)]
    if not rows:
        return 0
    insert = tx.insert(erased)
    anew = {"erasure": erasure, "at": at, "searched": searched, "lifted_at": None}
    where = erased.c.lifted_at.is_not(None)
    once = insert.on_conflict_do_update(index_elements=["digest"], set_=anew, where=where)
    return len(tx.conn.execute(once.returning(erased.c.digest), rows).all())


def lift(tx: Tx, wanted: Iterable[str], at: datetime) -> set[str]:
    """From `at` on these are kept again, and all that was erased with them. Returns all digests that are lifted by it."""
    erasures = {one.erasure for one in known(tx, wanted) if one.refuses(at)}
    theirs = sa.update(erased).where(erased.c.erasure.in_(erasures), erased.c.lifted_at.is_(None))
    return set(tx.conn.execute(theirs.values(lifted_at=at).returning(erased.c.digest)).scalars())


def lift_again(tx: Tx, wanted: Iterable[str], at: datetime) -> None:
    """As it is noted beside the ledger. What was erased once more since stays erased."""
    older = sa.and_(erased.c.digest == sa.bindparam("one"), erased.c.lifted_at.is_(None), erased.c.at < at)
    rows = [{"one": digest} for digest in wanted]
    if rows:
        tx.conn.execute(sa.update(erased).where(older).values(lifted_at=at), rows)


def unsearched(tx: Tx) -> Mapping[str, Tombstone]:
    """Tombstones that something stored may still speak of: they came from outside, or the erasure was broken off."""
    rows = tx.conn.execute(sa.select(erased).where(erased.c.searched.is_(False))).mappings()
    return {row["digest"]: _from_row(row) for row in rows}


def note_searched(tx: Tx, wanted: Sequence[str]) -> None:
    """Nothing that is stored speaks of these any more."""
    rows = [{"one": digest} for digest in wanted]
    if rows:
        statement = sa.update(erased).where(erased.c.digest == sa.bindparam("one")).values(searched=True)
        tx.conn.execute(statement, rows)


def _any(tx: Tx) -> bool:
    return tx.conn.execute(ONE).first() is not None


def _from_row(row: sa.RowMapping) -> Tombstone:
    return Tombstone(row["digest"], row["erasure"], row["at"], row["lifted_at"])


def before_it_was_lifted(index: sa.Column[str], moment: sa.Column[datetime]) -> sa.ColumnElement[bool]:
    """Rows that a tombstone covers by this digest and by when they came."""
    lifted = sa.select(erased.c.lifted_at).where(erased.c.digest == index).scalar_subquery()
    return sa.and_(index.in_(sa.select(erased.c.digest)), moment <= sa.func.coalesce(lifted, moment))
