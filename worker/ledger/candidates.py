"""What is stored about one person: found by the keyed digests of what they are known by, and erased."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from worker.domain.delivery import DeliveryCode, DeliveryState, Trouble
from worker.domain.received import Received
from worker.ledger import announcing, application_fetches, because, results, tombstones, written_notes
from worker.ledger.connection import Tx
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.events import from_row as event_from_row
from worker.ledger.results import StoredResult
from worker.ledger.tables import attribution, delivery, delivery_try, event, event_body, result, result_name

INDEXES = (result.c.session_index, result.c.candidate_index, result.c.email_index, result.c.external_index)
AT_ONCE = 200
ERASED = "It is about somebody who was erased; nothing of it is kept."


def results_of(tx: Tx, digests: Collection[str]) -> list[tuple[str, StoredResult]]:
    """Every result that one of these digests finds, each with the id of its event."""
    if not digests:
        return []
    wanted = sa.or_(*(column.in_(digests) for column in INDEXES))
    rows = tx.conn.execute(results.joined().where(wanted).order_by(result.c.id)).mappings().all()
    return [(row["event_id"], results.from_row(row)) for row in rows]


def of_erased(tx: Tx) -> list[str]:
    """Ids of results of people who were erased: there are some only after a backup was restored."""
    theirs = [tombstones.before_it_was_lifted(index, result.c.received_at) for index in INDEXES]
    parts = [sa.select(result.c.id).where(one) for one in theirs]
    return list(tx.conn.execute(sa.union(*parts).limit(AT_ONCE)).scalars())


def bodies(tx: Tx, after: str) -> Sequence[tuple[StoredEvent, Received]]:
    """The next stored deliveries behind this id, with their bytes; none at the end."""
    statement = (
        sa.select(event, event_body.c.headers, event_body.c.body)
        .join(event_body, event_body.c.event_id == event.c.id)
        .where(event.c.id > after)
        .order_by(event.c.id)
        .limit(AT_ONCE)
    )
    return list(map(_with_body, tx.conn.execute(statement).mappings()))


def events_named(tx: Tx, ids: Collection[str]) -> Iterator[StoredEvent]:
    """These events, whether or not their bytes are still there."""
    rows = tx.conn.execute(sa.select(event).where(event.c.id.in_(ids)).order_by(event.c.id)).mappings()
    return map(event_from_row, rows)


def drop_results(tx: Tx, ids: Collection[str]) -> list[str]:
    """Delete results. Returns the ids of their events."""
    if not ids:
        return []
    tx.conn.execute(sa.delete(result_name).where(result_name.c.result_id.in_(ids)))
    tx.conn.execute(sa.delete(attribution).where(attribution.c.result_id.in_(ids)))
    written_notes.forget(tx, ids)
    gone = tx.conn.execute(sa.delete(result).where(result.c.id.in_(ids)).returning(result.c.event_id))
    return list(gone.scalars())


@dataclass(frozen=True)
class Told:
    """A delivery that told a target of a person; `at` is when it was last tried, None where no try has ended yet."""

    delivery: str
    target: str
    event: str
    state: str
    at: datetime | None
    result: str | None

    @property
    def may_be_known(self) -> bool:
        """Whether its target may have got it: it was tried, or it is under way in this moment."""
        return self.at is not None or self.state == DeliveryState.SENDING


def deliveries_of(tx: Tx, results_ids: Collection[str]) -> list[Told]:
    """Deliveries that are about these results, the oldest first."""
    causes = {announcing.cause_of(event, one): one for one in results_ids for event in announcing.RESULTS.values()}
    return _told(tx, delivery.c.cause.in_(causes), causes)


def deliveries_of_applications(tx: Tx, ids: Collection[str]) -> list[Told]:
    """Deliveries that are about these applications: invitations and reminders."""
    return _told(tx, delivery.c.lane.in_([announcing.lane_of_application(one) for one in ids]), {})


def _told(tx: Tx, which: sa.ColumnElement[bool], results_by_cause: Mapping[str, str]) -> list[Told]:
    last = sa.select(sa.func.max(delivery_try.c.at)).where(delivery_try.c.delivery_id == delivery.c.id)
    wanted = sa.select(delivery, last.scalar_subquery().label("at")).where(which).order_by(delivery.c.id)
    return [
        Told(row.id, row.target, row.event, row.state, row.at, results_by_cause.get(row.cause))
        for row in tx.conn.execute(wanted)
    ]


def silence(tx: Tx, told: Collection[Told]) -> list[Told]:
    """Nothing more is sent of these, and what targets answered, in reasons too, is dropped: it may repeat what they were told.

    Returns them as they are then.
    """
    named = [one.delivery for one in told]
    if named:
        gone = because.pack(Trouble(DeliveryCode.NO_LONGER_THERE, {}))
        these = sa.update(delivery).where(delivery.c.id.in_(named))
        waiting = these.where(delivery.c.state == DeliveryState.WAITING)
        tx.conn.execute(waiting.values(state=DeliveryState.CANCELLED, because=gone, updated_at=tx.now()))
        tx.conn.execute(these.where(delivery.c.because.is_not(None)).values(because=gone))
        tx.conn.execute(sa.update(delivery_try).where(delivery_try.c.delivery_id.in_(named)).values(excerpt=""))
    return [replace(one, state=DeliveryState.CANCELLED) if one.state == DeliveryState.WAITING else one for one in told]


def strip(tx: Tx, ids: Collection[str]) -> int:
    """Drop headers and bytes of these events, which are settled for good, and ask nobody about whom they name; their keys stay.

    Returns how many had any.
    """
    if not ids:
        return 0
    tx.conn.execute(
        sa.update(event).where(event.c.id.in_(ids)).values(state=EventState.IGNORED, reason=ERASED, updated_at=tx.now())
    )
    application_fetches.forget_events(tx, ids)
    gone = tx.conn.execute(sa.delete(event_body).where(event_body.c.event_id.in_(ids)).returning(event_body.c.event_id))
    return len(gone.all())


def _with_body(row: sa.RowMapping) -> tuple[StoredEvent, Received]:
    return event_from_row(row), Received(json.loads(row["headers"]), bytes(row["body"]), row["received_at"])
