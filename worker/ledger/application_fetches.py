"""Applications that are asked for: a fetch names one by a keyed digest alone, and goes with the application and its event."""

from collections.abc import Collection

import sqlalchemy as sa

from worker.ledger import blinding
from worker.ledger.connection import Tx
from worker.ledger.fetch_tables import fetch
from worker.ledger.fetches import FetchState, What
from worker.ledger.tables import application

_ASKED = fetch.c.what == What.APPLICATION
AWAITED = sa.select(fetch.c.event_id).where(_ASKED, fetch.c.state == FetchState.WAITING, fetch.c.event_id.is_not(None))
"""Events that say whom to ask about, and have to be kept until then."""


def subject(tx: Tx, key: str) -> str:
    """What a fetch calls the application that its source knows under `key`."""
    digest = blinding.of(tx).id(key)
    assert digest is not None, "of something"
    return digest


def is_known(tx: Tx, source: str, name: str | None = None) -> bool:
    """Whether there is an application of a source: any, or the one that a fetch calls so."""
    mine = sa.select(application.c.id).where(application.c.source == source).limit(1)
    return tx.conn.execute(mine if name is None else mine.where(application.c.key == name)).first() is not None


def forget_events(tx: Tx, event_ids: Collection[str]) -> None:
    """Nobody is asked about whom these events name."""
    tx.conn.execute(sa.delete(fetch).where(_ASKED, fetch.c.event_id.in_(event_ids)))


def forget_applications(tx: Tx, ids: Collection[str]) -> None:
    """What was asked about these goes with them; what is still to be asked stays, and goes with its event."""
    theirs = sa.select(application.c.source, application.c.key).where(application.c.id.in_(ids))
    answered = sa.and_(_ASKED, fetch.c.state != FetchState.WAITING)
    tx.conn.execute(sa.delete(fetch).where(answered, sa.tuple_(fetch.c.source, fetch.c.subject).in_(theirs)))
