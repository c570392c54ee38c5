"""How much of what is sent may be repetition of what failed.

Each request backs off by itself; where everything fails, that is still as much again as was asked for. So an organization's
repetitions are bounded: a tenth of what is sent for the first time, saved up to a few, and beyond it one at a time, every half
minute, as a probe. A repetition that succeeds is given back: once TalentSprout works again, what waits goes on.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SENDS_FOR_ONE = 10
MOST_SAVED = 4 * SENDS_FOR_ONE
PROBE_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Repeats:
    """How many sends are saved up for repetitions, and when the last one beyond them went."""

    saved: int = 0
    probed_at: datetime | None = None


def next_at(repeats: Repeats, now: datetime) -> datetime:
    """When the next repetition may go: `now` means at once."""
    if repeats.saved >= SENDS_FOR_ONE or repeats.probed_at is None:
        return now
    return max(now, repeats.probed_at + PROBE_EVERY)


def after_sending(repeats: Repeats, now: datetime, *, again: bool) -> Repeats:
    """What is left once a request was claimed, for the first time or `again`."""
    if not again:
        return _saved(repeats, 1)
    if repeats.saved >= SENDS_FOR_ONE:
        return replace(repeats, saved=repeats.saved - SENDS_FOR_ONE)
    return replace(repeats, probed_at=now)


def after_success(repeats: Repeats) -> Repeats:
    """A repetition succeeded: it costs nothing."""
    return _saved(repeats, SENDS_FOR_ONE)


def _saved(repeats: Repeats, more: int) -> Repeats:
    return replace(repeats, saved=min(repeats.saved + more, MOST_SAVED))
