"""What has been kept for as long as its organization wants it, and its end: a part at a time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from worker.ledger import candidates
from worker.ledger.connection import Tx
from worker.ledger.events import EventState
from worker.ledger.tables import application, event, event_body, result

AT_ONCE = 500


class Kind(StrEnum):
    """What is kept for a while; the names of the configuration."""

    RESULTS = "results"
    EVENTS = "events"
    APPLICATIONS = "applications"


@dataclass(frozen=True)
class Due:
    """How many are older than they may be, and since when the oldest lies here."""

    rows: int
    oldest: datetime | None


def due(tx: Tx, kind: Kind, organization: str, before: datetime) -> Due:
    """What `expire` would end."""
    found = _older(kind, organization, before).subquery()
    row = tx.conn.execute(sa.select(sa.func.count(), sa.func.min(found.c.received_at))).one()
    return Due(row[0], row[1])


def expire(tx: Tx, kind: Kind, organization: str, before: datetime) -> int:
    """End a part of what came before this moment. Returns how many; 0 once nothing is left."""
    older = _older(kind, organization, before).with_only_columns(_key(kind)).order_by(_key(kind)).limit(AT_ONCE)
    ids = list(tx.conn.execute(older).scalars())
    if kind is Kind.RESULTS:
        candidates.silence(tx, candidates.deliveries_of(tx, ids))
        candidates.drop_results(tx, ids)
    elif kind is Kind.EVENTS:
        tx.conn.execute(sa.delete(event_body).where(event_body.c.event_id.in_(ids)))
    else:  # the row stays: it is what keeps anybody from being invited twice
        nameless = {"name": None, "email": None, "email_index": None}
        tx.conn.execute(sa.update(application).where(application.c.id.in_(ids)).values(nameless))
    return len(ids)


def _key(kind: Kind) -> sa.Column[Any]:
    return {Kind.RESULTS: result.c.id, Kind.EVENTS: event_body.c.event_id, Kind.APPLICATIONS: application.c.id}[kind]


def _older(kind: Kind, organization: str, before: datetime) -> sa.Select[Any]:
    """An event that nobody has read yet is work, however old it is."""
    if kind is Kind.RESULTS:
        return sa.select(result.c.id, result.c.received_at).where(
            result.c.organization == organization, result.c.received_at < before
        )
    if kind is Kind.APPLICATIONS:
        is_named = sa.or_(application.c.name.is_not(None), application.c.email.is_not(None))
        return sa.select(application.c.id, application.c.updated_at.label("received_at")).where(
            application.c.organization == organization, application.c.updated_at < before, is_named
        )
    is_done = event.c.state != EventState.STORED
    return (
        sa.select(event_body.c.event_id, event.c.received_at)
        .join(event, event.c.id == event_body.c.event_id)
        .where(event.c.organization == organization, event.c.received_at < before, is_done)
    )
