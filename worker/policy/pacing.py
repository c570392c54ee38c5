"""When the next call may go.

TalentSprout says "sliding window" and not which: an exact log, two weighted slices or a fixed window. Even spacing is right
under all three, bursts are not. Two rules together:

the grid    slots lie (window + margin) / limit apart, the first at once. A slot that is taken late by no more than the grid
            may catch up does not move it; one that is later does, or a late call and a still grid would make 21 in a window.
the guard   at most `limit` calls in any window + a margin of its own, counted at the moments they were really sent. A call
            that is claimed and not yet sent always counts: it may be sent at any moment.

Neither sees how long a call takes from its stamp to the server: its spread. Each answered call reports it (the mark's commit,
the writing, and the round trip of the TLS handshake as a bound of the way). The guard's margin is the largest spread of a
window, because the first of 21 calls may have been that late and the last one not at all; the grid's is larger, so that a slot
that is taken late does not fall behind for good. Small spreads leave half of the careful margin, which stands where nothing
is known yet; large ones cost pace. Margins are shares of the window, so that a short window behaves like a long one.

A server that refuses a call though our own calls are within its limit counts more strictly than it says, or is reached by a
way that can't be seen from here. One slot less, for an hour, is right for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MARGIN = 120  # the careful pace: its margin is 1/120 of the window, 0.5 s of 60 s
CATCH_UP = 2 * MARGIN  # half of that is the guard's margin, and the lateness that the grid recovers
CALM = 2 * CATCH_UP  # the guard's margin where no call took longer than that to arrive
LARGEST = 10  # and at most a tenth of the window: who is further away than that has other troubles
FEWER_FOR = timedelta(hours=1)  # one slot less, after a 429 that nothing explains
FOREIGN_TOLERANCE = 1  # a server that counts by slices may be one ahead of our own count
LONGEST_STEP_BEHIND = timedelta(seconds=5)  # of a wider one, nobody stays further behind than of this
SURELY_FOREIGN = 5  # a fifth of the limit is more than any way of counting can be off


@dataclass(frozen=True)
class Budget:
    """One tier of one organization at one moment.

    `stamps` are our newest `limit` send times, newest first; `claimed` counts calls that are claimed and not yet sent.
    `spread` is the largest of theirs, None where none is known. `foreign` is what somebody else seems to spend, until
    `foreign_until`. `alone`: the next call goes by itself, and `on_trial` says that it is under way. Until `fewer_until` there
    is one slot less.
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
    spread: timedelta | None = None
    fewer_until: datetime | None = None

    @property
    def guard_margin(self) -> timedelta:
        """What the guard adds to the window: the largest spread, and in calm 1/480 of the window."""
        if self.spread is None:
            return self.window / CATCH_UP
        return min(max(self.spread, self.window / CALM), self.window / LARGEST)

    @property
    def margin(self) -> timedelta:
        """What the grid adds to the window: 1/240 of it in calm, 1/120 where nothing is known."""
        return self.guard_margin + min(self.guard_margin, self.window / CATCH_UP)

    @property
    def catch_up(self) -> timedelta:
        """How late a slot may be taken without moving the grid: lateness and spread together fit into the grid's margin."""
        spread = self.guard_margin if self.spread is None else min(self.spread, self.guard_margin)
        return self.margin - spread

    def free_of_foreign(self, now: datetime) -> int:
        """How many calls a window leaves us, at least one."""
        theirs = self.foreign if self.foreign_until is not None and now < self.foreign_until else 0
        return max(self.limit - theirs, 1)

    def has_fewer(self, now: datetime) -> bool:
        """Whether one slot less is used than the server grants."""
        return self.fewer_until is not None and now < self.fewer_until

    def slots(self, now: datetime) -> int:
        """How many calls we make in a window, at least one."""
        return max(self.free_of_foreign(now) - self.has_fewer(now), 1)

    def step(self, now: datetime) -> timedelta:
        """The distance between two slots."""
        return (self.window + self.margin) / self.slots(now)


def next_slot(budget: Budget, now: datetime) -> datetime | None:
    """When the next call may be claimed: `now` or earlier means at once; None means after the call on trial has ended."""
    if budget.alone and budget.on_trial:
        return None
    opens = [now]
    if budget.closed_until is not None:
        opens.append(budget.closed_until)
    if budget.grid_at is not None:
        opens.append(budget.grid_at + budget.step(now))
    room = budget.slots(now) - budget.claimed
    if room <= 0:
        opens.append(now + budget.step(now))  # claims become stamps or end; look again a step later
    elif len(budget.stamps) >= room:
        opens.append(budget.stamps[room - 1] + budget.window + budget.guard_margin)
    return max(opens)


def behind(wait: timedelta, step: timedelta, share: float) -> timedelta:
    """How long who found no slot waits for the next one: until it has opened, and a quarter to three quarters of a step more.

    Whoever took the last slot comes for the next one when it opens. If all came in that moment, they would queue for the
    budget's lock in front of the call that goes. Those behind take over where it is not taken. `share`: chance, from 0 to 1.
    """
    return wait + min(step, LONGEST_STEP_BEHIND) * (0.25 + share / 2)


def grid_after(budget: Budget, now: datetime) -> datetime:
    """Where the grid stands once a slot was taken at `now`."""
    if budget.grid_at is None:
        return now
    return max(budget.grid_at + budget.step(now), now - budget.catch_up)


def foreign_use(limit: int, remaining: int, own: int) -> int:
    """How many of a window's calls somebody else made, by the server's count and our own; small differences are noise."""
    theirs = limit - remaining - own
    return theirs if theirs > FOREIGN_TOLERANCE else 0


def is_full(limit: int, own: int) -> bool:
    """Whether our own calls of a window make it full, or may do so by the server's count."""
    return own >= limit - FOREIGN_TOLERANCE


def is_surely_foreign(theirs: int, limit: int) -> bool:
    """Whether somebody else spends, and not only the server counts otherwise than we do: that explains a 429."""
    return theirs * SURELY_FOREIGN >= limit


def start_of(budget: Budget, now: datetime, ahead: int) -> datetime | None:
    """When a call starts if `ahead` others go first and nothing else comes; None where no time can be given."""
    first = next_slot(budget, now)
    return None if first is None else first + ahead * budget.step(first)
