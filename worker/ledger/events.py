"""Events: deliveries as they came, kept before anybody reads them.

Once in: a delivery id, and where no time is signed the digest of the bytes, lead to one event for ever.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from worker import ids
from worker.domain.received import Received
from worker.ledger import blinding
from worker.ledger.connection import ForBoth, Tx
from worker.ledger.tables import event, event_body, event_key, source_state

KNOWN = sa.select(event_key.c.source, event_key.c.key, event_key.c.event_id).where(
    event_key.c.source.in_(sa.bindparam("sources", expanding=True)),
    event_key.c.key.in_(sa.bindparam("keys", expanding=True)),
)  # made once, as all here: it comes before every answer to a delivery
_IT = event.c.id == sa.bindparam("it")
ROW = sa.select(event).where(_IT)
LOCKED = ROW.with_for_update()
BODY = (
    sa.select(event_body, event.c.received_at)
    .join(event, event.c.id == event_body.c.event_id)
    .where(event_body.c.event_id == sa.bindparam("it"))
)
TRIED = sa.update(event).where(_IT).values(tries=event.c.tries + 1).returning(event.c.tries)
SETTLED = sa.update(event).where(_IT)  # sets what it is given
KEPT, KEPT_BODIES = event.insert(), event_body.insert()
KEPT_KEYS = ForBoth.made(lambda insert: insert(event_key).on_conflict_do_nothing().returning(event_key.c.key))


class EventState(StrEnum):
    """What became of a delivery."""

    STORED = "stored"
    READ = "read"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Receipt:
    """An authentic delivery to be stored. `keys` are what identifies it; any of them known makes it a repeat.

    `ignored` is the reason of one that is stored and never read, such as a vendor's unsigned test. `event_id` is the id that the
    event shall have, if it was promised to the sender already. One that `waited` for the database came when `received` says.
    """

    source: str
    organization: str
    received: Received
    keys: tuple[str, ...]
    ignored: str | None = None
    event_id: str | None = None
    waited: bool = False


@dataclass(frozen=True)
class Stored:
    """The event's id, and whether it was there before."""

    event_id: str
    duplicate: bool


@dataclass(frozen=True)
class StoredEvent:
    """An event without its bytes. `state` says how far it got, `reason` why it was ignored or can't be read."""

    id: str
    source: str
    organization: str
    state: EventState
    reason: str | None
    tries: int
    received_at: datetime


class Contended(Exception):
    """Another process stored one of these deliveries at the same moment: run the unit again."""


def store(tx: Tx, receipts: Sequence[Receipt]) -> list[Stored]:
    """Store a group in one go, in order; answers for each. Raises Contended, and the transaction must be given up."""
    known = _known(tx, receipts)
    answers: list[Stored] = []
    fresh: list[tuple[str, Receipt]] = []
    for receipt in receipts:
        first = next((known[receipt.source, key] for key in receipt.keys if (receipt.source, key) in known), None)
        if first is None:
            first = receipt.event_id or ids.new_id()
            fresh.append((first, receipt))
            known.update({(receipt.source, key): first for key in receipt.keys})
            answers.append(Stored(first, duplicate=False))
        else:
            answers.append(Stored(first, duplicate=True))
    if fresh:
        _insert(tx, fresh)
    return answers


def newest_key(tx: Tx, source: str, start: str) -> str | None:
    """Of the keys of a source that begin so, the one of the newest event."""
    mine = sa.and_(event_key.c.source == source, event_key.c.key.startswith(start, autoescape=True))
    statement = sa.select(event_key.c.key).where(mine).order_by(event_key.c.event_id.desc()).limit(1)
    return tx.conn.execute(statement).scalar_one_or_none()


def is_of(tx: Tx, source: str) -> bool:
    """Whether anything ever came of a source, configured or not."""
    return tx.conn.execute(sa.select(event_key.c.key).where(event_key.c.source == source).limit(1)).first() is not None


def verified_sources(tx: Tx) -> set[str]:
    """Sources that have verified a delivery once; the others are being set up."""
    return set(tx.conn.execute(sa.select(source_state.c.source)).scalars())


def note_verified(tx: Tx, sources: set[str]) -> None:
    """From now on a bad signature is a forgery."""
    for source in sorted(sources):
        tx.conn.execute(tx.insert(source_state).values(source=source, verified_at=tx.now()).on_conflict_do_nothing())


def get(tx: Tx, event_id: str, *, lock: bool = False) -> StoredEvent | None:
    """The event without its bytes."""
    row = tx.conn.execute(LOCKED if lock else ROW, {"it": event_id}).mappings().one_or_none()
    return None if row is None else from_row(row)


def received(tx: Tx, event_id: str) -> Received | None:
    """The delivery exactly as it came; None once its bytes were erased, or kept for long enough."""
    row = tx.conn.execute(BODY, {"it": event_id}).mappings().one_or_none()
    return None if row is None else Received(json.loads(row["headers"]), bytes(row["body"]), row["received_at"])


def count_try(tx: Tx, event_id: str) -> int:
    """Counted before the work, so that an event that kills its reader is parked all the same."""
    return int(tx.conn.execute(TRIED, {"it": event_id}).scalar_one())


def settle(tx: Tx, event_id: str, state: EventState, reason: str | None) -> None:
    """Read, ignored or unreadable, with the reason."""
    tx.conn.execute(SETTLED, {"it": event_id, "state": state, "reason": reason, "updated_at": tx.now()})


def reopen(tx: Tx, event_id: str) -> bool:
    """To be read once more, from the first try; False where its bytes are gone for good, and it stays as it is."""
    is_there = sa.or_(event.c.state != EventState.IGNORED, sa.exists().where(event_body.c.event_id == event_id))
    statement = sa.update(event).where(event.c.id == event_id, is_there)
    return tx.conn.execute(statement.values(state=EventState.STORED, reason=None, tries=0)).rowcount == 1


def unread(tx: Tx, limit: int) -> list[str]:
    """Ids of stored events, oldest first."""
    statement = sa.select(event.c.id).where(event.c.state == EventState.STORED).order_by(event.c.id).limit(limit)
    return list(tx.conn.execute(statement).scalars())


def from_row(row: sa.RowMapping) -> StoredEvent:
    """A row of `event` as the noun."""
    return StoredEvent(
        row["id"],
        row["source"],
        row["organization"],
        EventState(row["state"]),
        row["reason"],
        row["tries"],
        row["received_at"],
    )


def _known(tx: Tx, receipts: Sequence[Receipt]) -> dict[tuple[str, str], str]:
    keys = {key for receipt in receipts for key in receipt.keys}
    sources = {receipt.source for receipt in receipts}
    rows = tx.conn.execute(KNOWN, {"sources": list(sources), "keys": list(keys)})
    return {(source, key): event_id for source, key, event_id in rows}


def _insert(tx: Tx, fresh: Sequence[tuple[str, Receipt]]) -> None:
    blinding.have_keys(tx)
    now = tx.now()
    rows = [_event_values(event_id, receipt, now) for event_id, receipt in fresh]
    bodies = [
        {"event_id": event_id, "headers": _headers(receipt.received.headers), "body": receipt.received.body}
        for event_id, receipt in fresh
    ]
    keys = [
        {"source": receipt.source, "key": key, "event_id": event_id}
        for event_id, receipt in fresh
        for key in receipt.keys
    ]
    tx.conn.execute(KEPT, rows)
    tx.conn.execute(KEPT_BODIES, bodies)
    kept = tx.conn.execute(tx.own(KEPT_KEYS), keys)
    if len(kept.all()) != len(keys):
        raise Contended


def _event_values(event_id: str, receipt: Receipt, now: datetime) -> dict[str, object]:
    return {
        "id": event_id,
        "source": receipt.source,
        "organization": receipt.organization,
        "state": EventState.STORED if receipt.ignored is None else EventState.IGNORED,
        "reason": receipt.ignored,
        "tries": 0,
        "received_at": min(receipt.received.at, now) if receipt.waited else now,
        "updated_at": now,
    }


def _headers(headers: Mapping[str, str]) -> str:
    return json.dumps(dict(headers), ensure_ascii=True)
