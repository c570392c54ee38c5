"""How long a batch will take, with the budgets and the queue as they are."""

from collections.abc import Mapping
from datetime import datetime

from worker.domain.request import Tier
from worker.ledger import attempts, budgets, listing, organizations
from worker.ledger.batch_standing import Moving
from worker.ledger.connection import Tx
from worker.policy import prediction
from worker.policy.prediction import Queue

USUAL = 10  # a call takes a tenth of the window, as long as none was seen: 6 s of 60


def of_calls(tx: Tx, calls: Mapping[tuple[str, Tier], int]) -> tuple[datetime, datetime | None]:
    """Now, and when so many new calls of each budget would be done: they queue behind what waits."""
    now = tx.now()
    waiting = listing.waiting_counts(tx)
    queues = [
        _queue(tx, organization, tier, now, waiting.get((organization, tier), 0) + count - 1, count)
        for (organization, tier), count in calls.items()
        if count
    ]
    return now, prediction.all_end_at(queues, now)


def of_batch(tx: Tx, under_way: Mapping[tuple[str, Tier], Moving]) -> tuple[datetime, datetime | None]:
    """Now, and when what waits or flies of a batch is done; `now` for both where nothing does."""
    now = tx.now()
    queues = [
        _queue(tx, *budget, now, listing.ahead(tx, moving.last) if moving.last else 0, moving.waiting, moving.sending)
        for budget, moving in under_way.items()
    ]
    return now, prediction.all_end_at(queues, now)


def _queue(tx: Tx, organization: str, tier: Tier, now: datetime, ahead: int, ours: int, flying: int = 0) -> Queue:
    seen = budgets.view(tx, organization, tier, now)
    return Queue(
        budget=seen,
        ahead=ahead,
        ours=ours,
        flying=flying,
        takes=attempts.usual_time(tx, organization, tier) or seen.window / USUAL,
        is_stopped=organizations.paused(tx, organization) is not None,
    )
