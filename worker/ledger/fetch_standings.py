"""How fetches stand, for people: lists and candidates that fail, what was given up, or what nobody asks for any more."""

from collections.abc import Collection

import sqlalchemy as sa

from worker.ledger import fetches
from worker.ledger.connection import Tx
from worker.ledger.fetch_tables import fetch
from worker.ledger.fetches import FetchState, What


def failing_lists(tx: Tx, source: str) -> list[str]:
    """Why lists of a source are not there yet: a sentence each, of those whose last page failed."""
    said = [one.said for one in fetches.lists(tx, source) if one.failures and one.said is not None]
    return list(dict.fromkeys(said))


def failing_applications(tx: Tx, source: str) -> list[str]:
    """The same of candidates who are asked for in vain."""
    mine = sa.and_(fetch.c.source == source, fetch.c.what == What.APPLICATION, fetch.c.state == FetchState.WAITING)
    wanted = sa.select(fetch.c.said).distinct().where(mine, fetch.c.failures > 0, fetch.c.said.is_not(None))
    return list(tx.conn.execute(wanted.order_by(fetch.c.said)).scalars())


def count_failed(tx: Tx, source: str) -> int:
    """How many of a source were given up."""
    failed = sa.and_(fetch.c.source == source, fetch.c.state == FetchState.FAILED)
    return int(tx.conn.execute(sa.select(sa.func.count()).select_from(fetch).where(failed)).scalar_one())


def left_over(tx: Tx, configured: Collection[str]) -> dict[str, int]:
    """How many postings and candidates wait to be asked for of each source that is not among these."""
    waiting = sa.and_(fetch.c.what.not_in(fetches.LISTS), fetch.c.state == FetchState.WAITING)
    statement = sa.select(fetch.c.source, sa.func.count()).where(waiting, fetch.c.source.not_in(configured))
    rows = tx.conn.execute(statement.group_by(fetch.c.source).order_by(fetch.c.source))
    return {name: int(count) for name, count in rows}
