"""When the next call may go.

TalentSprout says "sliding window" and not which: an exact log, two weighted slices or a fixed window. Even spacing is right
under all three, bursts are not. Two rules together:

the grid    slots lie (window + margin) / limit apart, the first at once. A slot that is taken late by no more than CATCH_UP
            does not move the grid; one that is later does, or a late call and a still grid would make 21 in a window.
the guard   at most `limit` calls in any window + half the margin, counted at the moments they were really sent. A call that
            is claimed and not yet sent always counts: it may be sent at any moment.

Margins are shares of the window, so that a short window behaves like a long one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MARGIN = 120  # the pace's margin is 1/120 of the window: 0.5 s of 60 s
CATCH_UP = 2 * MARGIN  # half of that is the guard's margin, and the lateness that the grid recovers
FOREIGN_TOLERANCE = 1  # a server that counts by slices may be one ahead of our own count


@dataclass(frozen=True)
class Budget:
    """One tier of one organization at one moment.

    `stamps` are our newest `limit` send times, newest first; `claimed` counts calls that are claimed and not yet sent.
    `foreign` is what somebody else seems to spend, until `foreign_until`. `alone`: the next call goes by itself, and
    `on_trial` says that it is under way.
    """

    limit: int
    window: timedelta
    grid_at: datetime | None = None
    stamps: Sequence[datetime] = ()
    claimed: int = 0
    closed_until: datetime | None = None
    alone: bool = False
    on_trial: bool = False
    foreign: int = 0
    foreign_until: datetime | None = None

    def free_of_foreign(self, now: datetime) -> int:
        """How many calls a window leaves us, at least one."""
        theirs = self.foreign if self.foreign_until is not None and now < self.foreign_until else 0
        return max(self.limit - theirs, 1)

    def step(self, now: datetime) -> timedelta:
        """The distance between two slots."""
        return (self.window + self.window / MARGIN) / self.free_of_foreign(now)


def next_slot(budget: Budget, now: datetime) -> datetime | None:
    """When the next call may be claimed: `now` or earlier means at once; None means after the call on trial has ended."""
    if budget.alone and budget.on_trial:
        return None
    opens = [now]
    if budget.closed_until is not None:
        opens.append(budget.closed_until)
    if budget.grid_at is not None:
        opens.append(budget.grid_at + budget.step(now))
    room = budget.free_of_foreign(now) - budget.claimed
    if room <= 0:
        opens.append(now + budget.step(now))  # claims become stamps or end; look again a step later
    elif len(budget.stamps) >= room:
        opens.append(budget.stamps[room - 1] + budget.window + budget.window / CATCH_UP)
    return max(opens)


def grid_after(budget: Budget, now: datetime) -> datetime:
    """Where the grid stands once a slot was taken at `now`."""
    if budget.grid_at is None:
        return now
    return max(budget.grid_at + budget.step(now), now - budget.window / CATCH_UP)


def foreign_use(limit: int, remaining: int, own: int) -> int:
    """How many of a window's calls somebody else made, by the server's count and our own; small differences are noise."""
    theirs = limit - remaining - own
    return theirs if theirs > FOREIGN_TOLERANCE else 0


def start_of(budget: Budget, now: datetime, ahead: int) -> datetime | None:
    """When a call starts if `ahead` others go first and nothing else comes; None where no time can be given."""
    first = next_slot(budget, now)
    return None if first is None else first + ahead * budget.step(first)
