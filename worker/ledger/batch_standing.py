"""Where a batch stands: how many of its requests are in each state, and what of it waits or flies in each budget."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from worker.domain.request import GenerationRequest, State, Tier
from worker.ledger import requests
from worker.ledger.batches import requests_of
from worker.ledger.connection import Tx
from worker.ledger.tables import batch_row, request


@dataclass(frozen=True)
class Moving:
    """What is under way of a batch in one budget; of those that wait, the `first` that is claimed and the `last`."""

    waiting: int
    sending: int
    first: GenerationRequest | None
    last: GenerationRequest | None


@dataclass(frozen=True)
class Standing:
    """How many requests of a batch are in each state, and what is under way of it, by budget."""

    counts: Mapping[State, int]
    moving: Mapping[tuple[str, Tier], Moving]


def standing(tx: Tx, batch_id: str) -> Standing:
    """Both counts of it, by one pass over its requests."""
    statement = (
        sa.select(request.c.organization, request.c.tier, request.c.state, sa.func.count())
        .where(request.c.id.in_(requests_of(batch_id)))
        .group_by(request.c.organization, request.c.tier, request.c.state)
    )
    counted: Counter[State] = Counter()
    by_budget: dict[tuple[str, Tier], Counter[State]] = defaultdict(Counter)
    for organization, tier, state, count in tx.conn.execute(statement).all():
        counted[State(state)] += count
        by_budget[organization, Tier(tier)][State(state)] = count
    found = {}
    for budget, states in by_budget.items():
        waiting, sending = states[State.WAITING], states[State.SENDING]
        if waiting or sending:
            ends = _ends_of_line(tx, batch_id, *budget) if waiting else (None, None)
            found[budget] = Moving(waiting, sending, *ends)
    return Standing(counted, found)


def moving(tx: Tx, batch_id: str) -> dict[tuple[str, Tier], Moving]:
    """What waits or flies of it, by budget."""
    return dict(standing(tx, batch_id).moving)


def _ends_of_line(
    tx: Tx, batch_id: str, organization: str, tier: str
) -> tuple[GenerationRequest | None, GenerationRequest | None]:
    """In the order of claims, which an index has: the first that is the batch's ends the look. Parked ones stand apart."""
    mine = sa.exists().where(batch_row.c.batch == batch_id, batch_row.c.request_id == request.c.id)
    order = (request.c.priority, request.c.due_at, request.c.id)
    for parked in (False, True):
        waiting = sa.select(request).where(
            request.c.organization == organization,
            request.c.tier == tier,
            request.c.state == State.WAITING,
            request.c.parked.is_(parked),
            mine,
        )
        first = tx.conn.execute(waiting.order_by(*order).limit(1)).mappings().one_or_none()
        last = tx.conn.execute(waiting.order_by(*(one.desc() for one in order)).limit(1)).mappings().one_or_none()
        if first is not None and last is not None:
            return requests.from_row(first), requests.from_row(last)
    return None, None  # claimed since they were counted
