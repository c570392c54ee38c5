"""Durations ("300s") and limits ("20/60s"): a number always stands with its unit."""

import re
from datetime import timedelta

from config.faults import Wrong
from config.wording import shown

LONGEST = timedelta(days=366)
LONGEST_KEPT = timedelta(days=7306)  # twenty years
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>ms|s|m|h|d)")
_BARE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LIMIT = re.compile(r"(?P<count>[0-9]{1,9})/(?P<window>.*)", re.DOTALL)


def duration(value: object) -> timedelta:
    """From "250ms", "4.5s", "5m", "1h" or "2d" (or a timedelta, as it is): above zero, at most 366 days. Raises Wrong."""
    if isinstance(value, timedelta):
        return value
    return _length(value, shown(value))


def kept(value: object) -> timedelta | None:
    """The same for what is kept, up to twenty years; None where nothing is said. Raises Wrong."""
    return value if value is None or isinstance(value, timedelta) else _length(value, shown(value), LONGEST_KEPT)


def _length(value: object, written: str, longest: timedelta = LONGEST) -> timedelta:
    """`written` is what messages call the value that this one is a part of."""
    if _is_bare(value):
        raise Wrong(
            f"{written} has no unit",
            'if seconds are meant, put an "s" behind the number; the others are ms, m, h and d',
        )
    parts = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise Wrong(f"{written} is not a duration")
    try:
        length = timedelta(**{_UNITS[parts["unit"]]: float(parts["number"])})
    except OverflowError:
        length = timedelta.max
    if not timedelta(0) < length <= longest:
        raise Wrong(f"{written} is out of range", f"expected more than zero and at most {longest.days}d")
    return length


def _is_bare(value: object) -> bool:
    if isinstance(value, str):
        return _BARE.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def limit(value: object) -> tuple[int, timedelta]:
    """From "20/60s": how many calls, and the window in which they are counted. Raises Wrong."""
    parts = _LIMIT.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise Wrong(f"{shown(value)} is not a limit")
    return int(parts["count"]), _length(parts["window"], shown(value))
