"""What has been kept for as long as its organization wants it, and its end: a part at a time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from worker.domain.message import Happened
from worker.ledger import application_fetches, applications, candidates
from worker.ledger.connection import Tx
from worker.ledger.delivery_tables import delivery, delivery_try, is_open, is_waiting, target
from worker.ledger.events import EventState
from worker.ledger.tables import event, event_body, result

AT_ONCE = 500


class Kind(StrEnum):
    """What is kept for a while; the names of the configuration."""

    RESULTS = "results"
    EVENTS = "events"
    DELIVERIES = "deliveries"


@dataclass(frozen=True)
class Due:
    """How many are older than they may be, and since when the oldest lies here."""

    rows: int
    oldest: datetime | None


def due(tx: Tx, kind: Kind, organization: str, before: datetime) -> Due:
    """What `expire` would end."""
    found = _older(kind, organization, before).subquery()
    row = tx.conn.execute(sa.select(sa.func.count(), sa.func.min(found.c.at))).one()
    if kind is not Kind.RESULTS:
        return Due(row[0], row[1])
    applied = applications.older(organization, before).subquery()
    other = tx.conn.execute(sa.select(sa.func.count(), sa.func.min(applied.c.updated_at))).one()
    return Due(row[0] + other[0], min((one for one in (row[1], other[1]) if one is not None), default=None))


def expire(tx: Tx, kind: Kind, organization: str, before: datetime) -> int:
    """End a part of what came before this moment. Returns how many; 0 once nothing is left."""
    older = _older(kind, organization, before).with_only_columns(_key(kind)).order_by(_key(kind)).limit(AT_ONCE)
    ids = list(tx.conn.execute(older).scalars())
    if kind is Kind.RESULTS:
        candidates.silence(tx, candidates.deliveries_of(tx, ids))
        candidates.drop_results(tx, ids)
        return len(ids) or _expire_applications(tx, organization, before)
    if kind is Kind.DELIVERIES:
        tx.conn.execute(sa.delete(delivery_try).where(delivery_try.c.delivery_id.in_(ids)))
        tx.conn.execute(sa.delete(delivery).where(delivery.c.id.in_(ids)))
    elif ids:
        tx.conn.execute(sa.delete(event_body).where(event_body.c.event_id.in_(ids)))
    return len(ids)


def _expire_applications(tx: Tx, organization: str, before: datetime) -> int:
    """Those that nothing has moved since, once their results are gone: they are kept as long as results are."""
    ids = list(tx.conn.execute(applications.older(organization, before).limit(AT_ONCE)).scalars())
    candidates.silence(tx, candidates.deliveries_of_applications(tx, ids))
    applications.drop(tx, ids)
    return len(ids)


def _key(kind: Kind) -> sa.Column[Any]:
    return {Kind.RESULTS: result.c.id, Kind.EVENTS: event_body.c.event_id, Kind.DELIVERIES: delivery.c.id}[kind]


def _older(kind: Kind, organization: str, before: datetime) -> sa.Select[Any]:
    match kind:
        case Kind.RESULTS:
            wanted = sa.select(result.c.id, result.c.received_at.label("at"))
            return wanted.where(result.c.organization == organization, result.c.received_at < before)
        case Kind.EVENTS:
            return _older_events(organization, before)
        case Kind.DELIVERIES:
            return _older_deliveries(organization, before)


def _older_events(organization: str, before: datetime) -> sa.Select[Any]:
    """An event that nobody has read yet is work, however old it is; likewise one whose candidate has to be asked for."""
    is_done = sa.and_(event.c.state != EventState.STORED, event.c.id.not_in(application_fetches.AWAITED))
    return (
        sa.select(event_body.c.event_id, event.c.received_at.label("at"))
        .join(event, event.c.id == event_body.c.event_id)
        .where(event.c.organization == organization, event.c.received_at < before, is_done)
    )


def _older_deliveries(organization: str, before: datetime) -> sa.Select[Any]:
    """What is still to be sent is work, unless its target has been gone from the configuration for as long.

    That a source is quiet is found again and again, and told once by the row that it has.
    """
    gone = sa.select(target.c.name).where(target.c.gone_at < before)
    is_done = sa.and_(
        sa.or_(~is_open(), sa.and_(is_waiting(), delivery.c.target.in_(gone))),
        delivery.c.event != Happened.SOURCE_QUIET,
    )
    return sa.select(delivery.c.id, delivery.c.updated_at.label("at")).where(
        delivery.c.organization == organization, delivery.c.updated_at < before, is_done
    )
