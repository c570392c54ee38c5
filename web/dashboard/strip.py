"""The window strip: the calls of the last window by age, what the window has left, and where the next slots open. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.ledger.budgets import Standing
from worker.policy import pacing, reasons

PAST = 480.0  # units of width for the window that ends now
AHEAD = 120.0  # for what comes, on the same scale
MARK = 3.0
MOST_TICKS = 40


@dataclass(frozen=True)
class Strip:
    """Positions from the left, in units; `used` and `foreign` are widths of the bar that stands for the whole limit."""

    organization: str
    tier: str
    marks: list[float]
    slots: list[float]
    used: float
    foreign: float
    sentence: str


def strip_of(standing: Standing, waiting: int, now: datetime, *, is_paused: bool) -> Strip:
    """The strip of one tier at `now`."""
    seen = standing.view
    foreign = seen.limit - seen.free_of_foreign(now)
    return Strip(
        organization=standing.organization,
        tier=standing.tier.value,
        marks=[
            round(place - MARK, 1) for stamp in seen.stamps if (place := _place(min(stamp, now), now, seen.window)) > 0
        ],
        slots=[] if is_paused else _slots(seen, now),
        used=round((PAST + AHEAD) * min(standing.used / seen.limit, 1), 1),
        foreign=round((PAST + AHEAD) * min(foreign / seen.limit, 1 - min(standing.used / seen.limit, 1)), 1),
        sentence=_sentence(standing, foreign, waiting, now, is_paused=is_paused),
    )


def _place(moment: datetime, now: datetime, window: timedelta) -> float:
    return PAST + (moment - now) / window * PAST


def _slots(seen: pacing.Budget, now: datetime) -> list[float]:
    opens = pacing.next_slot(seen, now)
    places: list[float] = []
    while opens is not None and len(places) < MOST_TICKS:
        place = _place(max(opens, now), now, seen.window)
        if place > PAST + AHEAD - 1:
            break
        places.append(round(place, 1))
        opens = max(opens, now) + seen.step(now)
    return places


def _sentence(standing: Standing, foreign: int, waiting: int, now: datetime, *, is_paused: bool) -> str:
    seen = standing.view
    text = f"{standing.used} of {seen.limit} calls used in the last {seen.window.total_seconds():g} s"
    if foreign:
        text += f", {foreign} more by somebody else"
    text += f"; {max(seen.slots(now) - standing.used, 0)} free."
    if seen.limit != standing.configured:
        text += f" TalentSprout says {seen.limit}, the configuration {standing.configured}."
    if seen.has_fewer(now) and seen.fewer_until is not None:
        text += (
            f" One call less until {reasons.clock(seen.fewer_until)}: TalentSprout counted more strictly than it says."
        )
    if seen.closed_until is not None and seen.closed_until > now:
        text += f" Closed until {reasons.clock_to_the_second(seen.closed_until)}, as TalentSprout asked."
    if is_paused:
        return f"{text} Paused: nothing is sent."
    if not waiting:
        return f"{text} Nothing waits."
    last = pacing.start_of(seen, now, waiting - 1)
    ends = "" if last is None else f"; the last one starts about {reasons.clock(last)}"
    return f"{text} {waiting} {'waits' if waiting == 1 else 'wait'}{ends}."
