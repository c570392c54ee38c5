"""The limiters: four readings of "120 and 20 per minute, sliding window".

log              exact: a request counts for one window from its arrival
weighted         two slices aligned to the clock: what is left of the slice before, rounded down, and this one. Common in
                 hosted limiters
weighted_strict  the same without rounding down: refuses when estimate + 1 exceeds the limit
fixed            one slice aligned to the clock, then zero again

All are plain arithmetic on moments (seconds since 1970) that never go back; who counts what is decided elsewhere.
`opens` is honest: if nobody else spends, a request at that moment is admitted.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from worker.sandbox.settings import ForeignSpender, Limiter, ResetMeaning

GRAIN_SECONDS = 0.001  # beyond a boundary that is itself still closed


class Tally(Protocol):
    def add(self, now: float) -> None: ...

    def admits(self, now: float, limit: int) -> bool: ...

    def remaining(self, now: float, limit: int) -> int: ...

    def opens(self, now: float, limit: int) -> float:
        """The first moment, not before `now`, at which one more is admitted."""

    def resets(self, now: float, meaning: ResetMeaning, /) -> float: ...


class Log:
    def __init__(self, span: float) -> None:
        self._span = span
        self._stamps: deque[float] = deque()

    def _used(self, now: float) -> int:
        while self._stamps and self._stamps[0] + self._span <= now:
            self._stamps.popleft()
        return len(self._stamps)

    def add(self, now: float) -> None:
        self._stamps.append(now)

    def admits(self, now: float, limit: int) -> bool:
        return self._used(now) < limit

    def remaining(self, now: float, limit: int) -> int:
        return max(0, limit - self._used(now))

    def opens(self, now: float, limit: int) -> float:
        return now if self.admits(now, limit) else self._stamps[-limit] + self._span

    def resets(self, now: float, meaning: ResetMeaning) -> float:
        if not self._used(now):
            return now
        return self._stamps[0 if meaning is ResetMeaning.OLDEST else -1] + self._span


class Slices:
    """Two neighbouring slices of the clock and what was counted in each. `fixed` looks at one of them only."""

    def __init__(self, span: float) -> None:
        self._span = span
        self._index = 0
        self._before = 0
        self._within = 0

    def _turn_to(self, now: float) -> float:
        """Move on to the slice of `now`; returns its start."""
        index = math.floor(now / self._span)
        if index != self._index:
            self._before = self._within if index == self._index + 1 else 0
            self._within = 0
            self._index = index
        return index * self._span

    def add(self, now: float) -> None:
        self._turn_to(now)
        self._within += 1


class Fixed(Slices):
    def admits(self, now: float, limit: int) -> bool:
        self._turn_to(now)
        return self._within < limit

    def remaining(self, now: float, limit: int) -> int:
        self._turn_to(now)
        return max(0, limit - self._within)

    def opens(self, now: float, limit: int) -> float:
        return now if self.admits(now, limit) else self._turn_to(now) + self._span + GRAIN_SECONDS

    def resets(self, now: float, _: ResetMeaning) -> float:
        return self._turn_to(now) + self._span


class Weighted(Slices):
    def __init__(self, span: float, *, strict: bool = False) -> None:
        super().__init__(span)
        self._strict = strict

    def _estimate(self, now: float) -> float:
        passed = (now - self._turn_to(now)) / self._span
        left = self._before * max(0.0, 1 - passed)
        return (left if self._strict else math.floor(left)) + self._within

    def admits(self, now: float, limit: int) -> bool:
        return self._estimate(now) + 1 <= limit

    def remaining(self, now: float, limit: int) -> int:
        return max(0, math.floor(limit - self._estimate(now)))

    def opens(self, now: float, limit: int) -> float:
        """Where the falling weight of the slice before leaves room: in this slice, in the next, or after both."""
        if self.admits(now, limit):
            return now
        start = self._turn_to(now)
        for begin, before, within in (
            (start, self._before, self._within),
            (start + self._span, self._within, 0),
        ):
            room = limit - within - (1 if self._strict else 0)
            passed = max(0.0, 1 - room / before) if before else 0.0
            if room > 0 and passed < 1:
                return max(now, begin + passed * self._span) + GRAIN_SECONDS
        return start + 2 * self._span + GRAIN_SECONDS

    def resets(self, now: float, meaning: ResetMeaning) -> float:
        start = self._turn_to(now)
        if not self._before and not self._within:
            return now
        return start + self._span * (2 if meaning is ResetMeaning.EMPTY and self._within else 1)


def tally(limiter: Limiter, span: float) -> Tally:
    match limiter:
        case Limiter.LOG:
            return Log(span)
        case Limiter.FIXED:
            return Fixed(span)
        case Limiter.WEIGHTED:
            return Weighted(span)
        case Limiter.WEIGHTED_STRICT:
            return Weighted(span, strict=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the headers say: one tier of one organization at one moment."""

    limit: int
    remaining: int
    admits: bool
    opens_at: float
    resets_at: float
    now: float

    def headers(self, speed: float) -> tuple[tuple[str, str], ...]:
        """`X-RateLimit-*`. Reset is Unix time, rounded up: to whole seconds as documented, to milliseconds if time runs
        faster than the world's, where a whole second may be half a window.
        """
        reset = str(math.ceil(self.resets_at)) if speed == 1 else f"{math.ceil(self.resets_at * 1000) / 1000:.3f}"
        return (
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(self.remaining)),
            ("X-RateLimit-Reset", reset),
        )

    def retry_after(self) -> str:
        """Whole seconds, rounded up, at least 1, at any speed: the header knows no decimals, and waiting too long is honest
        where waiting too short is not.
        """
        return str(max(1, math.ceil(self.opens_at - self.now)))


class Meter:
    """One tier of one organization: what was counted, by us and by whoever else spends it."""

    def __init__(self, limiter: Limiter, span: float, started: float) -> None:
        self._span = span
        self._tally = tally(limiter, span)
        self._foreign_due = started
        self.foreign_admitted = 0
        self.foreign_refused = 0

    def let_others_spend(self, now: float, limit: int, spender: ForeignSpender | None) -> None:
        """Play what another consumer did since the last look, request by request, in order of time."""
        if spender is None or spender.per_window < 1:
            self._foreign_due = now
            return
        self._foreign_due = max(self._foreign_due, now - 2 * self._span)  # older ones count no more
        step, size = (self._span, spender.per_window) if spender.burst else (self._span / spender.per_window, 1)
        while self._foreign_due <= now:
            for _ in range(size):
                self._foreign_call(self._foreign_due, limit)
            self._foreign_due += step

    def _foreign_call(self, moment: float, limit: int) -> None:
        if self._tally.admits(moment, limit):
            self._tally.add(moment)
            self.foreign_admitted += 1
        else:
            self.foreign_refused += 1

    def standing(self, now: float, limit: int, meaning: ResetMeaning) -> Standing:
        return Standing(
            limit=limit,
            remaining=self._tally.remaining(now, limit),
            admits=self._tally.admits(now, limit),
            opens_at=self._tally.opens(now, limit),
            resets_at=self._tally.resets(now, meaning),
            now=now,
        )

    def count(self, now: float) -> None:
        self._tally.add(now)
