"""Budgets: the throttle is a question to the ledger.

Whoever claims locks the budget's row first and looks afterwards, in a second statement: a lock and a look in one statement
read the snapshot from before the lock was granted, and claim twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from worker.domain.outcome import Attempt, BudgetNews
from worker.domain.request import Tier
from worker.ledger.connection import Tx
from worker.ledger.tables import attempt, budget
from worker.policy import pacing
from worker.policy.repeats import Repeats

# Made once: to make a statement takes four times as long as to run it, and these stand between an event and its call.
_MINE = sa.and_(budget.c.organization == sa.bindparam("whose"), budget.c.tier == sa.bindparam("which"))
ROW = sa.select(budget).where(_MINE)
LOCKED = ROW.with_for_update()
CHANGED = sa.update(budget).where(_MINE)  # sets what it is given
_CALLS = sa.and_(attempt.c.organization == sa.bindparam("whose"), attempt.c.tier == sa.bindparam("which"))
CLAIMED = (
    sa.select(sa.func.count())
    .select_from(attempt)
    .where(_CALLS, attempt.c.ended_at.is_(None), attempt.c.sent_at.is_(None))
)
SENT = (
    sa.select(attempt.c.sent_at, attempt.c.spread)
    .where(_CALLS, attempt.c.sent_at > sa.bindparam("reach"))
    .order_by(attempt.c.sent_at.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
OWN = (
    sa.select(sa.func.count())
    .select_from(attempt)
    .where(_CALLS, attempt.c.sent_at > sa.bindparam("since"), attempt.c.sent_at <= sa.bindparam("until"))
)


@dataclass(frozen=True)
class Standing:
    """A budget for people: what is configured, what is in force, and how it stands now."""

    organization: str
    tier: Tier
    configured: int
    used: int
    view: pacing.Budget


def prepare(tx: Tx, organization: str, tier: Tier, limit: int, window: timedelta) -> None:
    """Make the row, or take over a limit that was changed in the configuration."""
    fresh = {"limit_count": limit, "configured": limit, "window": window}
    tx.conn.execute(
        tx.insert(budget)
        .values(organization=organization, tier=tier, alone=False, foreign_used=0, **fresh)
        .on_conflict_do_nothing()
    )
    tx.conn.execute(
        sa.update(budget)
        .where(budget.c.organization == organization, budget.c.tier == tier)
        .where(sa.or_(budget.c.configured != limit, budget.c.window != window))
        .values(fresh)
    )


def lock(tx: Tx, organization: str, tier: Tier) -> sa.RowMapping:
    """Until this transaction ends, nobody else claims from this budget. The row is as it was when the lock was granted."""
    return tx.conn.execute(LOCKED, _of(organization, tier)).mappings().one()


def seen(tx: Tx, locked: sa.RowMapping, now: datetime) -> pacing.Budget:
    """The budget of a row that is locked, as pacing wants it: looked at afterwards, so it has every call that was claimed."""
    return _view(tx, locked, now)


def view(tx: Tx, organization: str, tier: Tier, now: datetime) -> pacing.Budget:
    """The budget as pacing wants it. Reads at most `limit` calls."""
    return _view(tx, _row(tx, organization, tier), now)


def standings(tx: Tx) -> list[Standing]:
    """Every budget, for people."""
    now = tx.now()
    rows = tx.conn.execute(sa.select(budget).order_by(budget.c.organization, budget.c.tier)).mappings().all()
    return [_standing(tx, row, now) for row in rows]


def take(tx: Tx, tier: Tier, held: Attempt, seen: pacing.Budget, repeats: Repeats | None = None) -> pacing.Budget:
    """Note a slot as taken by `held`, on trial where the next call is to go alone; the budget as it stands then.

    `repeats`: what is left of them, where that changed.
    """
    grid_at = pacing.grid_after(seen, held.slot_at)
    changes: dict[str, Any] = {"grid_at": grid_at}
    if seen.alone:
        changes["trial"] = held.id
    if repeats is not None:
        changes |= {"repeats": repeats.saved, "probed_at": repeats.probed_at}
    _update(tx, held.organization, tier, changes)
    return replace(seen, grid_at=grid_at, claimed=seen.claimed + 1, on_trial=seen.alone)


def allowed_repeats(tx: Tx, organization: str, tier: Tier) -> Repeats:
    """How many of the requests whose answers failed may be sent again."""
    return repeats_in(_row(tx, organization, tier))


def repeats_in(row: sa.RowMapping) -> Repeats:
    """The same, of a row that is locked."""
    return Repeats(row["repeats"], row["probed_at"])


def note_repeats(tx: Tx, organization: str, tier: Tier, left: Repeats) -> None:
    """What is left of them."""
    _update(tx, organization, tier, {"repeats": left.saved, "probed_at": left.probed_at})


def learn(tx: Tx, organization: str, tier: Tier, attempt_id: str, sent_at: datetime | None, news: BudgetNews) -> None:
    """What an answer's headers say: a closed budget, another limit, somebody else's spending."""
    row = _row(tx, organization, tier)
    now = tx.now()
    changes: dict[str, Any] = {}
    if news.limit is not None and news.limit != row["limit_count"]:
        changes["limit_count"] = news.limit
    if news.closed_for is not None:
        changes |= {"closed_until": now + news.closed_for, "alone": True, "trial": None}
        if sent_at is not None and _is_unexplained(tx, row, news, sent_at, now):
            changes["fewer_until"] = now + pacing.FEWER_FOR
    elif row["trial"] == attempt_id:
        changes |= {"alone": False, "trial": None}
    if news.remaining is not None and sent_at is not None and news.closed_for is None:
        changes |= _foreign(tx, row, news, sent_at, now)
    if changes:
        _update(tx, organization, tier, changes)


def end_trial(tx: Tx, organization: str, tier: Tier, attempt_id: str) -> None:
    """A call that was on trial ended without an answer: the next one is on trial."""
    statement = sa.update(budget).where(budget.c.organization == organization, budget.c.tier == tier)
    tx.conn.execute(statement.where(budget.c.trial == attempt_id).values(trial=None))


def next_alone(tx: Tx, organization: str) -> None:
    """After a pause the first call of each tier goes alone."""
    tx.conn.execute(sa.update(budget).where(budget.c.organization == organization).values(alone=True, trial=None))


def _is_unexplained(tx: Tx, row: sa.RowMapping, news: BudgetNews, sent_at: datetime, now: datetime) -> bool:
    """A 429 to a call that was within the limit by our own count, at our full pace, while nobody else was seen."""
    others = row["foreign_until"] is not None and now < row["foreign_until"]
    if others and pacing.is_surely_foreign(row["foreign_used"], row["limit_count"]):
        return False
    changed = news.limit is not None and news.limit != row["limit_count"]
    return not changed and pacing.is_full(row["limit_count"], _own(tx, row, sent_at))


def _foreign(tx: Tx, row: sa.RowMapping, news: BudgetNews, sent_at: datetime, now: datetime) -> dict[str, Any]:
    """Compares like with like: our own calls in the window that ended when this one was sent."""
    limit = news.limit or row["limit_count"]
    theirs = pacing.foreign_use(limit, news.remaining or 0, _own(tx, row, sent_at))
    if theirs == 0:
        return {"foreign_used": 0, "foreign_until": None} if row["foreign_used"] else {}
    until = min(news.resets_at or now + row["window"], now + row["window"])
    found: dict[str, Any] = {"foreign_used": theirs, "foreign_until": until}
    if pacing.is_surely_foreign(theirs, limit):
        found["fewer_until"] = None  # so that is what a 429 was about
    return found


def _own(tx: Tx, row: sa.RowMapping, sent_at: datetime) -> int:
    """Our own calls in the window that ended at `sent_at`, that one included."""
    within = {"since": sent_at - row["window"], "until": sent_at}
    return int(tx.conn.execute(OWN, _of(row["organization"], row["tier"]) | within).scalar_one())


def _standing(tx: Tx, row: sa.RowMapping, now: datetime) -> Standing:
    seen = _view(tx, row, now)
    used = sum(stamp > now - seen.window for stamp in seen.stamps) + seen.claimed
    return Standing(row["organization"], Tier(row["tier"]), row["configured"], used, seen)


def _row(tx: Tx, organization: str, tier: Tier) -> sa.RowMapping:
    return tx.conn.execute(ROW, _of(organization, tier)).mappings().one()


def _of(organization: str, tier: str) -> dict[str, Any]:
    """Which budget."""
    return {"whose": organization, "which": tier}


def _view(tx: Tx, row: sa.RowMapping, now: datetime) -> pacing.Budget:
    mine = _of(row["organization"], row["tier"])
    # Claimed before sent: a call that is marked between the two statements is counted twice, and never missed.
    claimed = tx.conn.execute(CLAIMED, mine).scalar_one()
    reach = now - row["window"] - row["window"] / pacing.LARGEST
    sent = tx.conn.execute(SENT, mine | {"reach": reach, "most": row["limit_count"]}).all()
    return pacing.Budget(
        limit=row["limit_count"],
        window=row["window"],
        grid_at=row["grid_at"],
        stamps=[one.sent_at for one in sent],
        claimed=claimed,
        closed_until=row["closed_until"],
        alone=row["alone"],
        on_trial=row["trial"] is not None,
        foreign=row["foreign_used"],
        foreign_until=row["foreign_until"],
        spread=max((one.spread for one in sent if one.spread is not None), default=None),
        fewer_until=row["fewer_until"],
    )


def _update(tx: Tx, organization: str, tier: Tier, changes: Mapping[str, Any]) -> None:
    tx.conn.execute(CHANGED, {**_of(organization, tier), **changes})
