"""By what a batch's file is known again: where it lies, and what is in it.

A mark exists once for each organization, so of several that begin a file at the same moment one makes its batch, and the others
find it: they wait at the mark.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from worker.ledger.batches import Batch, get
from worker.ledger.connection import ForBoth, Tx
from worker.ledger.tables import batch_mark

CONTENT = "sha256:"  # how the mark of a content begins; that of a place is its path
_KNOWN = ForBoth.made(lambda insert: insert(batch_mark).on_conflict_do_nothing())


def held(tx: Tx, organization: str | None, marks: Sequence[str]) -> Mapping[str, str | None]:
    """The batch of each mark, None where it has none yet; nobody else learns or changes it until this transaction ends."""
    whose = organization or ""
    rows = [{"mark": one, "organization": whose, "batch": None} for one in sorted(marks)]
    if not rows:
        return {}
    tx.conn.execute(tx.own(_KNOWN), rows)
    mine = sa.and_(batch_mark.c.mark.in_(marks), batch_mark.c.organization == whose)
    statement = sa.select(batch_mark).where(mine).order_by(batch_mark.c.mark).with_for_update()
    return {row["mark"]: row["batch"] for row in tx.conn.execute(statement).mappings()}


def give(tx: Tx, organization: str | None, marks: Sequence[str], batch_id: str) -> None:
    """From now on they are this batch's. What its file held before it was edited is not its content any more."""
    whose = organization or ""
    is_content = batch_mark.c.mark.startswith(CONTENT)
    old = sa.and_(batch_mark.c.batch == batch_id, is_content, batch_mark.c.mark.not_in(marks))
    tx.conn.execute(sa.delete(batch_mark).where(old))
    mine = sa.and_(batch_mark.c.mark.in_(marks), batch_mark.c.organization == whose)
    tx.conn.execute(sa.update(batch_mark).where(mine).values(batch=batch_id))


def batch_at(tx: Tx, place: str) -> Batch | None:
    """The newest batch of a place, whosever it is."""
    statement = sa.select(sa.func.max(batch_mark.c.batch)).where(batch_mark.c.mark == place)
    found = tx.conn.execute(statement).scalar_one()
    return None if found is None else get(tx, found)
