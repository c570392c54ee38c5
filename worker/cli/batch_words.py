"""Batches in words, for commands: totals, progress, how long."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from worker.domain.request import State
from worker.policy.verdicts import Verdict
from worker.shown import Shown

WILL = {
    Verdict.NEW: "will be created",
    Verdict.MENDS: "will mend a held request",
    Verdict.KNOWN: "known already",
    Verdict.SAME: "same as a row above",
    Verdict.CONFLICT: "in conflict with a known id",
    Verdict.TOO_SHORT: "too short",
    Verdict.BAD: "with a fault",
}
IS = {**WILL, Verdict.NEW: "filed", Verdict.MENDS: "mended"}


def of_check(told: Shown) -> str:
    """The totals of a check."""
    condensed = f" ({told['condensed']:,} condensed)" if told["condensed"] else ""
    counted = _counted(told["verdicts"], {**WILL, Verdict.NEW: f"will be created{condensed}"})
    return f"{rows(told['rows'])}: {counted or 'none'}."


def of_run(count: int, found: Counter[Verdict]) -> str:
    """What a run has done."""
    return f"{verdicts(count, found)}."


def verdicts(count: int, found: Mapping[Verdict, int]) -> str:
    """`12 rows: 10 filed, 2 too short`."""
    return f"{rows(count)}: {_counted(found, IS) or 'none filed yet'}"


def of_states(counts: Mapping[str, int]) -> str:
    """`12 created, 3 held`."""
    order = (State.CREATED, State.SENDING, State.WAITING, State.HELD, State.UNKNOWN, State.CANCELLED)
    return ", ".join(f"{counts[state]:,} {state}" for state in order if counts[state]) or "no requests"


def duration(told: Shown) -> str:
    """How long a run would take."""
    if not (told["verdicts"][Verdict.NEW] or told["verdicts"][Verdict.MENDS]):
        return "Nothing would be sent."
    if told["eta"] is None:
        return "How long it would take can't be said: nothing is sent for one of its organizations now."
    return (
        f"It would take about {span(told['takes_seconds'])}, until about {clock(told['eta'])}, with the budget and the "
        "queue as they are."
    )


def span(seconds: float) -> str:
    """`8 s`, `12 min 5 s`, `3 h 4 min`."""
    whole = max(round(seconds), 0)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def clock(instant: str) -> str:
    """The time of day, in UTC."""
    return f"{datetime.fromisoformat(instant):%H:%M:%S} UTC"


def rows(count: int) -> str:
    """`1 row`, `2,000 rows`."""
    return "1 row" if count == 1 else f"{count:,} rows"


def _counted(found: Mapping[Verdict, int], words: Mapping[Verdict, str]) -> str:
    return ", ".join(f"{found[one]:,} {words[one]}" for one in Verdict if found.get(one))
