"""Targets: what is known of each beside its configuration: whether it is paused, and for how long it has been failing.

Rows follow the configuration at every start. One that has left it is marked, gets nothing new, and keeps its deliveries.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.ledger.connection import Tx
from worker.ledger.delivery_tables import target, target_event
from worker.policy.delays import Destination

WANTING = (
    sa.select(target_event.c.target)
    .where(
        target_event.c.organization == sa.bindparam("whose"),
        target_event.c.event == sa.bindparam("happened"),
    )
    .order_by(target_event.c.target)
)  # made once: it stands between an answer of TalentSprout and the next call


@dataclass(frozen=True)
class Wanted:
    """A target as it is configured."""

    name: str
    organization: str
    kind: str
    events: Collection[str]


@dataclass(frozen=True)
class Standing:
    """How a target is doing. `paused_by` is None where the bridge itself paused it, and `pause_reason` says why then."""

    name: str
    organization: str
    kind: str
    events: tuple[str, ...]
    gone_at: datetime | None
    paused_at: datetime | None
    paused_by: str | None
    pause_reason: str | None
    failing_since: datetime | None
    failures: int
    not_before: datetime | None
    told_failing_at: datetime | None

    @property
    def is_stopped(self) -> bool:
        """Whether nothing goes there until a person has done something."""
        return self.gone_at is not None or self.paused_at is not None

    @property
    def destination(self) -> Destination:
        """What sentences need of it."""
        return Destination(
            self.name,
            self.gone_at,
            self.paused_at,
            self.paused_by,
            self.pause_reason,
            self.not_before,
            self.failing_since,
        )


def prepare(tx: Tx, configured: Sequence[Wanted]) -> None:
    """Bring the rows up to the configuration; where nothing differs nothing is written."""
    known = {one.name: one for one in standings(tx)}
    for wanted in sorted(configured, key=lambda one: one.name):
        found = known.get(wanted.name)
        if found is None or _differs(found, wanted):
            _put(tx, wanted)
    for gone in sorted(known.keys() - {one.name for one in configured}):
        if known[gone].gone_at is None:
            tx.conn.execute(sa.update(target).where(target.c.name == gone).values(gone_at=tx.now()))
            tx.conn.execute(sa.delete(target_event).where(target_event.c.target == gone))


def wanting(tx: Tx, organization: str, event: str) -> list[str]:
    """The names of an organization's targets that want to hear of an event."""
    return list(tx.conn.execute(WANTING, {"whose": organization, "happened": event}).scalars())


def standings(tx: Tx) -> list[Standing]:
    """Every target that was ever configured, by name."""
    heard: dict[str, list[str]] = {}
    for name, event in tx.conn.execute(sa.select(target_event.c.target, target_event.c.event)):
        heard.setdefault(name, []).append(event)
    rows = tx.conn.execute(sa.select(target).order_by(target.c.name)).mappings()
    return [_standing(row, heard.get(row["name"], [])) for row in rows]


def get(tx: Tx, name: str, *, lock: bool = False) -> Standing | None:
    """One target, without its events; `lock` keeps others from claiming for it until this transaction ends."""
    statement = sa.select(target).where(target.c.name == name)
    row = tx.conn.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return None if row is None else _standing(row, [])


def pause(tx: Tx, name: str, by: str | None, reason: str | None) -> bool:
    """Send it nothing more. False, and nothing changed, where it is paused already or not known."""
    free = sa.update(target).where(target.c.name == name, target.c.paused_at.is_(None))
    done = free.values(paused_at=tx.now(), paused_by=by, pause_reason=reason).returning(target.c.name)
    return tx.conn.execute(done).scalar_one_or_none() is not None


def resume(tx: Tx, name: str) -> bool:
    """A person's word ends every pause, and what it was failing for is forgotten. False where it is not paused."""
    cleared = {"paused_at": None, "paused_by": None, "pause_reason": None}
    paused = sa.update(target).where(target.c.name == name, target.c.paused_at.is_not(None))
    done = paused.values(**cleared, **_WELL).returning(target.c.name)
    return tx.conn.execute(done).scalar_one_or_none() is not None


def succeeded(tx: Tx, name: str) -> None:
    """It answered well: nothing is held against it any more."""
    ill = sa.update(target).where(target.c.name == name, target.c.failing_since.is_not(None))
    tx.conn.execute(ill.values(_WELL))


def failed(tx: Tx, name: str, failures: int, not_before: datetime | None) -> None:
    """It did not. `failures` are those in a row."""
    now = sa.bindparam("now", tx.now(), type_=target.c.failing_since.type)
    since = sa.func.coalesce(target.c.failing_since, now)
    tx.conn.execute(
        sa.update(target)
        .where(target.c.name == name)
        .values(failing_since=since, failures=failures, not_before=not_before)
    )


def told_failing(tx: Tx, name: str) -> None:
    """Somebody was told that it is failing; once is enough until it has been well again."""
    tx.conn.execute(sa.update(target).where(target.c.name == name).values(told_failing_at=tx.now()))


_WELL = {"failing_since": None, "failures": 0, "not_before": None, "told_failing_at": None}


def _differs(found: Standing, wanted: Wanted) -> bool:
    here = (found.organization, found.kind, set(found.events), found.gone_at)
    return here != (wanted.organization, wanted.kind, set(wanted.events), None)


def _put(tx: Tx, wanted: Wanted) -> None:
    values = {"organization": wanted.organization, "kind": wanted.kind, "gone_at": None}
    row = tx.insert(target).values(name=wanted.name, failures=0, **values)
    tx.conn.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))
    tx.conn.execute(sa.delete(target_event).where(target_event.c.target == wanted.name))
    for event in sorted(wanted.events):
        entry = {"organization": wanted.organization, "event": event, "target": wanted.name}
        tx.conn.execute(tx.insert(target_event).values(entry).on_conflict_do_nothing())


def _standing(row: sa.RowMapping, events: Sequence[str]) -> Standing:
    return Standing(**row, events=tuple(sorted(events)))
