"""Attempts: the three writes that make a generation happen at most once.

claim   takes a slot and a due request in one transaction. Dying afterwards costs nothing: nothing was sent.
mark    says "from now on it may have happened", just before the first byte leaves.
settle  writes the outcome, if the fence still holds; a late Created is kept even when it doesn't (`settling`).

Order matters more than anything else in this repository.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from worker import ids
from worker.domain.outcome import Attempt, BudgetNews, Evidence
from worker.domain.request import Content, GenerationRequest, State, Tier
from worker.ledger import budgets, organizations, requests
from worker.ledger.connection import Tx
from worker.ledger.tables import attempt, request
from worker.policy import pacing, repeats

USUAL_OF = 20  # so many of the newest calls say how long one usually takes
MARGIN_LEFT = 0.5  # of the lease's margin must be left beyond a full deadline when a call is marked

# Made once, as in `budgets`.
_IT = attempt.c.id == sa.bindparam("it")
ROW = sa.select(attempt).where(_IT)
RECORDED = attempt.insert()
MARKED = (
    sa.update(attempt)
    .where(_IT, attempt.c.sent_at.is_(None), attempt.c.ended_at.is_(None))
    .values(sent_at=sa.bindparam("now"))
    .returning(attempt.c.id)
)
FINISHED = (
    sa.update(attempt)
    .where(_IT)
    .values(ended_at=sa.func.coalesce(attempt.c.ended_at, sa.bindparam("now", type_=attempt.c.ended_at.type)))
)  # and what it is given beside
IN_LINE = (
    sa.select(request)
    .where(
        request.c.organization == sa.bindparam("whose"),
        request.c.tier == sa.bindparam("which"),
        requests.claimable(),
        request.c.due_at <= sa.bindparam("now"),
    )
    .order_by(request.c.priority, request.c.due_at, request.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
IN_LINE_FOR_THE_FIRST_TIME = IN_LINE.where(request.c.failures == 0)


@dataclass(frozen=True)
class Claimed:
    """A slot and a request; the next slot opens after `wait`, None while this one is on trial."""

    attempt: Attempt
    request: GenerationRequest
    content: Content
    wait: timedelta | None


@dataclass(frozen=True)
class NoSlot:
    """Nothing may be sent for `wait`; None: not before the call on trial has ended. `step` lies between two slots."""

    wait: timedelta | None
    step: timedelta = field(default=timedelta(0), compare=False)


@dataclass(frozen=True)
class NothingDue:
    """No request is due; the earliest is due after `wait`, None if there is none."""

    wait: timedelta | None


@dataclass(frozen=True)
class Paused:
    """The organization sends nothing."""


@dataclass(frozen=True)
class PastAttempt:
    """An attempt for people: how far it got and what came back."""

    n: int
    slot_at: datetime
    lease_until: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    evidence: Mapping[str, object]


def claim(
    tx: Tx, organization: str, tier: Tier, boot_id: str, lease: timedelta
) -> Claimed | NoSlot | NothingDue | Paused:
    """T1. Lock the budget, then look whether a slot is open, then pick the request that is next in line."""
    locked = budgets.lock(tx, organization, tier)
    if organizations.paused(tx, organization) is not None:
        return Paused()
    now = tx.now()
    seen = budgets.seen(tx, locked, now)
    opens = pacing.next_slot(seen, now)
    if opens is None or opens > now:
        return NoSlot(_until(opens, now), seen.step(now))
    allowed = budgets.repeats_in(locked)
    repeats_at = repeats.next_at(allowed, now)
    line = IN_LINE if repeats_at <= now else IN_LINE_FOR_THE_FIRST_TIME
    row = tx.conn.execute(line, {"whose": organization, "which": tier, "now": now}).mappings().one_or_none()
    if row is None:
        return NothingDue(_until(requests.next_due(tx, organization, tier, repeats_at), now))
    wanted = requests.from_row(row)
    left = repeats.after_sending(allowed, now, again=wanted.failures > 0)
    requests.move(tx, wanted.id, {State.WAITING}, State.SENDING, fence=wanted.fence + 1, updated_at=now)
    held = _record(
        tx, organization, tier, boot_id, now, lease, request_id=wanted.id, n=wanted.fence + 1, label=wanted.label
    )
    after = budgets.take(tx, tier, held, seen, left if left != allowed else None)
    return Claimed(held, wanted, requests.content(tx, wanted.id), _until(pacing.next_slot(after, now), now))


def claim_ping(tx: Tx, organization: str, boot_id: str, lease: timedelta) -> Attempt | NoSlot:
    """A slot of the default tier for a ping: it goes before what waits there, and also while the organization is paused.

    It is never on trial: a key that is accepted says nothing of the calls, and a call on trial keeps its place.
    """
    locked = budgets.lock(tx, organization, Tier.DEFAULT)
    now = tx.now()
    seen = budgets.seen(tx, locked, now)
    opens = pacing.next_slot(seen, now)
    if opens is not None and opens > now:
        return NoSlot(opens - now)
    held = _record(tx, organization, Tier.DEFAULT, boot_id, now, lease, request_id=None, n=None, label="ping")
    budgets.take(tx, Tier.DEFAULT, held, replace(seen, alone=False))
    return held


def mark(tx: Tx, held: Attempt, deadline: timedelta, lease_margin: timedelta) -> bool:
    """T2. False where the attempt must not be sent: another one is newer, it has ended, or too little of its lease is left."""
    if held.request_id is not None:
        wanted = requests.get(tx, held.request_id, lock=True)
        if wanted is None or wanted.fence != held.n or wanted.state is not State.SENDING:
            return False
    now = tx.now()
    if held.lease_until - now < deadline + lease_margin * MARGIN_LEFT:
        return False
    return tx.conn.execute(MARKED, {"it": held.id, "now": now}).scalar_one_or_none() is not None


def finish(tx: Tx, attempt_id: str, outcome: str, evidence: Evidence, news: BudgetNews) -> None:
    """Note how an attempt ended, how long it took to the server, and the server's count of the budget where the answer told it.

    What is known later, by a late answer or the journal, replaces "lease ended".
    """
    known = {} if news.spread is None else {"spread": news.spread}
    told = json.dumps(_present(asdict(evidence)) | _told(news))
    tx.conn.execute(FINISHED, {"it": attempt_id, "now": tx.now(), "outcome": outcome, "evidence": told, **known})


def lapse(tx: Tx, attempt_id: str) -> bool | None:
    """Its lease has ended: whether it was sent. None, and nothing changed, where it ended before: what is known stays known."""
    statement = (
        sa.update(attempt)
        .where(attempt.c.id == attempt_id, attempt.c.ended_at.is_(None))
        .values(ended_at=tx.now(), outcome=sa.case((attempt.c.sent_at.is_(None), "not sent"), else_="lease ended"))
        .returning(attempt.c.sent_at)
    )
    row = tx.conn.execute(statement).one_or_none()
    return None if row is None else row.sent_at is not None


def find(tx: Tx, attempt_id: str) -> tuple[Attempt, Tier, datetime | None] | None:
    """An attempt by its id, its tier, and when it was sent; None for a ping."""
    row = tx.conn.execute(ROW, {"it": attempt_id}).mappings().one_or_none()
    if row is None:
        return None
    return _attempt(row), Tier(row["tier"]), row["sent_at"]


def past(tx: Tx, request_id: str) -> list[PastAttempt]:
    """A request's attempts, newest first."""
    rows = tx.conn.execute(
        sa.select(attempt).where(attempt.c.request_id == request_id).order_by(attempt.c.n.desc())
    ).mappings()
    return [
        PastAttempt(
            row["n"],
            row["slot_at"],
            row["lease_until"],
            row["sent_at"],
            row["ended_at"],
            row["outcome"],
            json.loads(row["evidence"] or "{}"),
        )
        for row in rows
    ]


def may_exist(tx: Tx, request_id: str) -> bool:
    """Whether an attempt of this request was sent and it was never proven that it did not run."""
    proven = attempt.c.outcome.in_(["NotExecuted", "Refused"])
    statement = sa.select(attempt.c.id).where(
        attempt.c.request_id == request_id,
        attempt.c.sent_at.is_not(None),
        sa.or_(attempt.c.outcome.is_(None), ~proven),
    )
    return tx.conn.execute(statement.limit(1)).first() is not None


def usual_time(tx: Tx, organization: str, tier: Tier) -> timedelta | None:
    """How long the newest calls took that made an interview, on average; None where there were none."""
    statement = (
        sa.select(attempt.c.sent_at, attempt.c.ended_at)
        .where(attempt.c.organization == organization, attempt.c.tier == tier, attempt.c.sent_at.is_not(None))
        .where(attempt.c.outcome == "Created")
        .order_by(attempt.c.sent_at.desc())
        .limit(USUAL_OF)
    )
    took = [row.ended_at - row.sent_at for row in tx.conn.execute(statement)]
    return sum(took, timedelta(0)) / len(took) if took else None


def expired(tx: Tx, limit: int) -> list[str]:
    """Ids of attempts that are not settled and whose lease has ended, oldest first."""
    statement = (
        sa.select(attempt.c.id)
        .where(attempt.c.ended_at.is_(None), attempt.c.lease_until < tx.now())
        .order_by(attempt.c.lease_until)
        .limit(limit)
    )
    return list(tx.conn.execute(statement).scalars())


def open_of(tx: Tx, boot_id: str) -> list[str]:
    """Ids of the attempts of one process that are not settled."""
    statement = sa.select(attempt.c.id).where(attempt.c.ended_at.is_(None), attempt.c.boot_id == boot_id)
    return list(tx.conn.execute(statement.order_by(attempt.c.id)).scalars())


def _record(
    tx: Tx, organization: str, tier: Tier, boot_id: str, now: datetime, lease: timedelta, **of_request: Any
) -> Attempt:
    values = {
        "id": ids.new_id(),
        "organization": organization,
        "tier": tier,
        "boot_id": boot_id,
        "slot_at": now,
        "lease_until": now + lease,
        **of_request,
    }
    tx.conn.execute(RECORDED, values)
    return _attempt(values)


def _until(moment: datetime | None, now: datetime) -> timedelta | None:
    """Durations, because whoever waits has another clock than the database."""
    return None if moment is None else max(moment - now, timedelta(0))


def _attempt(row: Mapping[Any, Any]) -> Attempt:
    return Attempt(
        row["id"], row["request_id"], row["n"], row["organization"], row["label"], row["slot_at"], row["lease_until"]
    )


def _told(news: BudgetNews) -> dict[str, int]:
    counts = {"limit": news.limit, "remaining": news.remaining}
    return {name: count for name, count in counts.items() if count is not None and news.remaining is not None}


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, False)}
