"""Retention: what is older than its organization wants to keep it goes, an hour late at most and a part at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker import ids
from worker.assembly import Bridge
from worker.ledger import audit, compaction, processes, retention
from worker.ledger.connection import Tx
from worker.ledger.retention import Kind

DUTY = "retention"
EVERY = timedelta(hours=1)
PARTS_AT_ONCE = 40  # of 500 rows, in one round of the sweep


@dataclass(frozen=True)
class Portion:
    """What one organization has too much of one kind, or had: `rows` of them came before `before`."""

    organization: str
    kind: Kind
    keep: timedelta
    before: datetime
    rows: int
    oldest: datetime | None


def due(bridge: Bridge) -> list[Portion]:
    """What would go now, for everything that is kept for a while."""
    return list(_portions(bridge))


def run(bridge: Bridge, actor: str, most_parts: int | None = None) -> list[Portion]:
    """End what is due, all of it or `most_parts` at most; how much went is audited. Returns what went."""
    gone: list[Portion] = []
    left = most_parts
    for one in _portions(bridge):
        count, used = _expire(bridge, one, left)
        left = None if left is None else left - used
        if count:
            gone.append(Portion(one.organization, one.kind, one.keep, one.before, count, one.oldest))
    if gone:
        bridge.ledger.write(lambda tx: _record(tx, actor, gone))
        compaction.empty_log(bridge.ledger)
    return gone


def look_after(bridge: Bridge) -> list[Portion]:
    """The same once an hour, whoever of all workers comes first."""
    if not any(True for _ in _wanted(bridge)):
        return []
    mine = ids.new_id()  # nobody's twice: the hour is over or it is not
    if not bridge.ledger.write(lambda tx: processes.take_duty(tx, DUTY, mine, EVERY)):
        return []
    return run(bridge, "retention", PARTS_AT_ONCE)


def _wanted(bridge: Bridge) -> Iterator[tuple[str, Kind, timedelta]]:
    for name, one in sorted(bridge.settings.organizations.items()):
        kept = one.retention
        wanted = {Kind.RESULTS: kept.results, Kind.EVENTS: kept.events, Kind.DELIVERIES: kept.deliveries}
        yield from ((name, kind, keep) for kind, keep in wanted.items() if keep is not None)


def _portions(bridge: Bridge) -> Iterator[Portion]:
    for name, kind, keep in _wanted(bridge):

        def unit(tx: Tx, name: str = name, kind: Kind = kind, keep: timedelta = keep) -> Portion:
            before = tx.now() - keep
            found = retention.due(tx, kind, name, before)
            return Portion(name, kind, keep, before, found.rows, found.oldest)

        yield bridge.ledger.read(unit)


def _expire(bridge: Bridge, one: Portion, most_parts: int | None) -> tuple[int, int]:
    """How many rows went, in how many parts."""
    count, parts = 0, 0
    while most_parts is None or parts < most_parts:
        gone = bridge.ledger.write(lambda tx: retention.expire(tx, one.kind, one.organization, one.before))
        if not gone:
            break
        count, parts = count + gone, parts + 1
    return count, parts


def _record(tx: Tx, actor: str, gone: list[Portion]) -> None:
    for one in gone:
        detail = {"kind": one.kind, "rows": one.rows, "before": one.before.isoformat()}
        audit.record(tx, actor, "retention", f"organization {one.organization}", detail)
