"""Deliveries: planned in the transaction of their cause, made one at a time in each lane, settled by compare-and-set.

announce  one row for each target that wants to hear of it (`announcing`).
claim     takes what is due of one target. What is in one lane is taken in its order, and not before the one before it ended.
settle    writes how a try ended, if the fence still holds.

The call is made between claim and settle, outside any transaction. Whoever dies in between leaves a lease that ends, and the same
message goes out again under the same id: at least once.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from worker.domain.delivery import Delivery, DeliveryCode, DeliveryState, Ended, Subjects, Trouble, Try
from worker.domain.message import Happened
from worker.ledger import announcing, audit, because, recipients, targets, tombstones
from worker.ledger.application_tables import application
from worker.ledger.connection import Tx
from worker.ledger.delivery_tables import delivery, delivery_try, is_open, is_sending, is_waiting
from worker.ledger.result_tables import result
from worker.policy import redelivery

AT_ONCE = 4  # deliveries under way to one target, from all workers together
DIED = "The process ended while it was sending; the target may have got it."


@dataclass(frozen=True)
class Claim:
    """What may be sent now. More may be had after `wait`; None: not before something else happens."""

    deliveries: Sequence[Delivery]
    wait: timedelta | None


def claim(tx: Tx, target: str, boot_id: str, lease: timedelta, most: int) -> Claim:
    """Take at most `most` of what is due of one target, each of another lane. A failing target gets one at a time."""
    standing = targets.get(tx, target, lock=True)
    if standing is None or standing.is_stopped:
        return Claim((), None)
    now = tx.now()
    if standing.not_before is not None and standing.not_before > now:
        return Claim((), standing.not_before - now)
    flying = sa.select(sa.func.count()).where(delivery.c.target == target, is_sending())
    room = (1 if standing.failures else AT_ONCE) - tx.conn.execute(flying).scalar_one()
    room = min(room, most)
    if room <= 0:
        return Claim((), None)
    due = _heads(target).with_only_columns(delivery.c.id).where(delivery.c.due_at <= now).limit(room)
    taken = [_take(tx, one, boot_id, now, lease) for one in tx.conn.execute(due).scalars().all()]
    found = [one for one in taken if one is not None]
    return Claim(found, None if len(found) == room else _until_next(tx, target, now))


def next_due(tx: Tx, names: Collection[str]) -> dict[str, datetime]:
    """When something may go to each of these targets again; those that are stopped, or have nothing waiting, are left out."""
    found = {}
    for one in targets.standings(tx):
        first = _waiting_of(one.name).with_only_columns(delivery.c.due_at).order_by(delivery.c.due_at).limit(1)
        if one.name in names and not one.is_stopped:
            due = tx.conn.execute(first).scalar_one_or_none()
            if due is not None:
                found[one.name] = max(due, one.not_before or due)
    return found


def settle(tx: Tx, held: Delivery, ended: Ended, step: redelivery.Step) -> bool:
    """Write how a try ended. False, and nothing changed, where another try is newer.

    Of somebody who was erased meanwhile nothing more is sent, and what the target answered is not kept: it may repeat what it
    was told.
    """
    is_there = _is_there(tx, held)
    standing = targets.get(tx, held.target, lock=True)  # before the delivery, as a claim does
    state, changes = _becomes(step, tx.now()) if is_there else _ends_without(step)
    known = recipients.merged(tx, held, ended.recipients)
    if is_there and isinstance(step, redelivery.Delivered):
        changes["because"] = redelivery.refusals(known.values())
    if not _move(tx, held, state, **changes, recipients=recipients.packed(known)):
        return False
    _note(tx, held, ended if is_there else replace(ended, excerpt=""))
    match step:
        case redelivery.Delivered():
            targets.succeeded(tx, held.target)
        case _ if ended.is_partial:
            targets.succeeded(tx, held.target)
        case redelivery.Stopped():
            _stop(tx, held.target, "it answered 410: it wants no more deliveries")
        case _ if standing is not None:
            _count_failure(tx, standing, step)
    return True


def drop(tx: Tx, held: Delivery, state: DeliveryState, why: Trouble) -> bool:
    """End a claimed one that can't be sent: what it says is gone, or its target can't be written for."""
    return _move(tx, held, state, because=why, lease_until=None)


def expired(tx: Tx, *, boot_id: str | None = None) -> list[Delivery]:
    """Those under way whose lease has ended, or whose process has."""
    over = delivery.c.lease_until < tx.now() if boot_id is None else delivery.c.boot_id == boot_id
    return [from_row(row) for row in tx.conn.execute(sa.select(delivery).where(is_sending(), over)).mappings()]


def release(tx: Tx, ended: Sequence[Delivery]) -> int:
    """Nobody hears of these tries any more: the same messages go out again. Returns how many."""
    count = 0
    for held in ended:
        died = Ended(fault=DIED)
        state, changes = _becomes(redelivery.after_death(died, held.tries, tx.now()), tx.now())
        if _move(tx, held, state, **changes):
            _note(tx, held, died)
            count += 1
    return count


def send_again(tx: Tx, delivery_id: str) -> bool:
    """Send it once more under its id, its schedule begun anew. False where it is under way.

    A letter that failed goes to those of its recipients who lack it, one that was delivered to everybody.
    """
    again = {"state": DeliveryState.WAITING, "due_at": tx.now(), "tries": 0, "because": None, "updated_at": tx.now()}
    is_had = delivery.c.state == DeliveryState.DELIVERED  # then everybody gets it again, else those who lack it
    again["recipients"] = sa.case((is_had, sa.null()), else_=delivery.c.recipients)
    free = sa.update(delivery).where(delivery.c.id == delivery_id, delivery.c.state != DeliveryState.SENDING)
    return tx.conn.execute(free.values(again).returning(delivery.c.id)).scalar_one_or_none() is not None


def failed_since(tx: Tx, since: datetime, target: str | None) -> list[str]:
    """Ids of what was given up since then, oldest first."""
    statement = sa.select(delivery.c.id).where(delivery.c.state == DeliveryState.FAILED, delivery.c.updated_at >= since)
    if target is not None:
        statement = statement.where(delivery.c.target == target)
    return list(tx.conn.execute(statement.order_by(delivery.c.id)).scalars())


def get(tx: Tx, delivery_id: str, *, lock: bool = False) -> Delivery | None:
    """One delivery."""
    statement = sa.select(delivery).where(delivery.c.id == delivery_id)
    row = tx.conn.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return None if row is None else from_row(row)


def tries(tx: Tx, delivery_id: str) -> list[Try]:
    """Every try of a delivery, newest first."""
    found = sa.select(delivery_try).where(delivery_try.c.delivery_id == delivery_id)
    rows = tx.conn.execute(found.order_by(delivery_try.c.n.desc()))
    return [Try(row.n, row.at, row.status, row.excerpt, row.fault, row.took) for row in rows]


def is_first(tx: Tx, found: Delivery) -> bool:
    """Whether no earlier delivery of its lane is still to be sent to its target."""
    return tx.conn.execute(_heads(found.target).where(delivery.c.id == found.id)).first() is not None


def claimed(boot_id: str, now: datetime, lease: timedelta) -> dict[str, Any]:
    """What a claim writes into a row: its state, one more try, a new fence and a lease."""
    held = {"state": DeliveryState.SENDING, "boot_id": boot_id, "lease_until": now + lease, "updated_at": now}
    return {**held, "tries": delivery.c.tries + 1, "fence": delivery.c.fence + 1}


def from_row(row: sa.RowMapping) -> Delivery:
    """A row of `delivery` as the noun."""
    return Delivery(
        id=row["id"],
        organization=row["organization"],
        target=row["target"],
        event=Happened(row["event"]),
        lane=row["lane"],
        subjects=Subjects(**json.loads(row["subjects"])),
        facts=json.loads(row["facts"]),
        state=DeliveryState(row["state"]),
        due_at=row["due_at"],
        tries=row["tries"],
        fence=row["fence"],
        lease_until=row["lease_until"],
        because=because.unpack_trouble(row["because"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        recipients=recipients.unpacked(row["recipients"]),
    )


def _waiting_of(target: str) -> sa.Select[Any]:
    return sa.select(delivery).where(delivery.c.target == target, is_waiting())


def _heads(target: str) -> sa.Select[Any]:
    """The first of each lane that is still to be sent, in the order in which they are due."""
    before = delivery.alias("before")
    earlier = sa.select(before.c.id).where(
        before.c.target == delivery.c.target,
        before.c.lane == delivery.c.lane,
        before.c.recipients.is_(None),  # what some have already holds up nothing for them
        is_open(before),
        before.c.id < delivery.c.id,
    )
    return _waiting_of(target).where(~earlier.exists()).order_by(delivery.c.due_at, delivery.c.id)


def _until_next(tx: Tx, target: str, now: datetime) -> timedelta | None:
    head = _heads(target).with_only_columns(delivery.c.due_at).limit(1)
    due = tx.conn.execute(head).scalar_one_or_none()
    return None if due is None else max(due - now, timedelta(0))


def _take(tx: Tx, delivery_id: str, boot_id: str, now: datetime, lease: timedelta) -> Delivery | None:
    waiting = sa.update(delivery).where(delivery.c.id == delivery_id, is_waiting())
    taken = waiting.values(claimed(boot_id, now, lease)).returning(delivery)
    row = tx.conn.execute(taken).mappings().one_or_none()
    return None if row is None else from_row(row)


def _becomes(step: redelivery.Step, now: datetime) -> tuple[DeliveryState, dict[str, Any]]:
    match step:
        case redelivery.Delivered():
            return DeliveryState.DELIVERED, {"because": None, "lease_until": None}
        case redelivery.GivenUp(why):
            return DeliveryState.FAILED, {"because": why, "lease_until": None}
        case redelivery.Stopped(why):
            return DeliveryState.WAITING, {"because": why, "lease_until": None, "due_at": now}
        case redelivery.Later(due_at, why):
            return DeliveryState.WAITING, {"because": why, "lease_until": None, "due_at": due_at}


def _ends_without(step: redelivery.Step) -> tuple[DeliveryState, dict[str, Any]]:
    """Of a try whose person is gone: not even the target's own words for a refusal are kept."""
    if isinstance(step, redelivery.Delivered):
        return DeliveryState.DELIVERED, {"because": None, "lease_until": None}
    return DeliveryState.CANCELLED, {"because": Trouble(DeliveryCode.NO_LONGER_THERE, {}), "lease_until": None}


def _move(tx: Tx, held: Delivery, to: DeliveryState, **changes: Any) -> bool:
    if "because" in changes:
        changes["because"] = because.pack(changes["because"])
    mine = sa.and_(delivery.c.id == held.id, delivery.c.fence == held.fence, delivery.c.state == DeliveryState.SENDING)
    moved = sa.update(delivery).where(mine).values(state=to, updated_at=tx.now(), **changes)
    return tx.conn.execute(moved.returning(delivery.c.id)).scalar_one_or_none() is not None


def _note(tx: Tx, held: Delivery, ended: Ended) -> None:
    values = {"delivery_id": held.id, "n": held.fence, "at": tx.now(), "status": ended.status}
    values |= {"excerpt": ended.excerpt, "fault": ended.fault, "took": ended.took}
    tx.conn.execute(tx.insert(delivery_try).values(values).on_conflict_do_nothing())


def _is_there(tx: Tx, held: Delivery) -> bool:
    """Whether whom it told of was not erased meanwhile, nor will be before this transaction ends."""
    about = ((result.c.id, held.subjects.result), (application.c.id, held.subjects.application))
    named = [(column, one) for column, one in about if one is not None]
    if named:
        tombstones.hold(tx)
    return all(tx.conn.execute(sa.select(column).where(column == one)).first() is not None for column, one in named)


def _count_failure(tx: Tx, standing: targets.Standing, step: redelivery.Step) -> None:
    """Let the target breathe; tell somebody once it has failed for long, and stop once it has failed for very long."""
    now, failures = tx.now(), standing.failures + 1
    asked = step.not_before if isinstance(step, redelivery.Later) else None
    rest = now + redelivery.breather(failures)
    targets.failed(tx, standing.name, failures, max(rest, asked or rest, standing.not_before or rest))
    since = standing.failing_since or now
    if now - since >= redelivery.PAUSE_AFTER:
        _stop(tx, standing.name, "nothing has reached it for three days")
    elif now - since >= redelivery.NOTICE_AFTER and standing.told_failing_at is None:
        targets.told_failing(tx, standing.name)
        announcing.target_failing(tx, standing.name)


def _stop(tx: Tx, name: str, why: str) -> None:
    if targets.pause(tx, name, None, why):
        audit.record(tx, "bridge", "pause target", name, {"why": why})
        announcing.target_failing(tx, name)
