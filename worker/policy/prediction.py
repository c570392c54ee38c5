"""When a queue will be done: arithmetic over a budget, never an average of how fast things went.

What somebody else spends now is expected to go on, a closed budget to open when it says so. Without a moment that can be known
(an organization or a batch is paused, a call on trial is under way) there is no prediction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.policy import pacing
from worker.policy.pacing import Budget


@dataclass(frozen=True)
class Queue:
    """One tier of one organization. `ours` of our calls wait, `ahead` calls go before the last of them, `flying` are under way.

    `takes` is how long a call usually takes. `is_stopped`: nothing of it is sent until somebody does something.
    """

    budget: Budget
    ahead: int
    ours: int
    takes: timedelta
    flying: int = 0
    is_stopped: bool = False


def ends_at(queue: Queue, now: datetime) -> datetime | None:
    """When the last of our calls is answered; `now` where there is none of ours."""
    if not queue.ours:
        return now + queue.takes / 2 if queue.flying else now
    if queue.is_stopped:
        return None
    starts = pacing.start_of(queue.budget, now, queue.ahead)
    return None if starts is None else max(starts, now) + queue.takes


def all_end_at(queues: Iterable[Queue], now: datetime) -> datetime | None:
    """When the last queue is done, None where one of them has no end that can be known. Budgets are spent in parallel."""
    ends = [ends_at(queue, now) for queue in queues]
    known = [end for end in ends if end is not None]
    return max(known, default=now) if len(known) == len(ends) else None
