"""Checking: does TalentSprout take a text of this length, and how short must the next try be after its time-out?

Documented are 50 to 20,000 characters (API reference, "from-job-description"); the unit is not. UTF-16 units are counted,
as JavaScript does: never fewer than code points, so the most is kept whichever it is.
"""

from dataclasses import dataclass

SHORTEST = 50
LONGEST = 20_000
NEXT_LIMITS = (12_000, 6_000, 3_000)  # after each 504 `timeout`, which asks for a more concise description


@dataclass(frozen=True)
class Fits:
    length: int


@dataclass(frozen=True)
class TooShort:
    length: int
    needed: int


@dataclass(frozen=True)
class TooLong:
    length: int
    most: int


Verdict = Fits | TooShort | TooLong


def length(text: str) -> int:
    """In UTF-16 units; any text has one, even with lone surrogates."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check(text: str) -> Verdict:
    """Would TalentSprout take this text? White space at its ends is not counted as text, nor sent."""
    units = length(text.strip())
    if units < SHORTEST:
        return TooShort(units, needed=SHORTEST)
    if units > LONGEST:
        return TooLong(units, most=LONGEST)
    return Fits(units)


def next_limit(limit: int) -> int | None:
    """The limit of the try after one that had `limit` and timed out; None: give up.

    For a text that was shorter than its limit, pass its length: condensing to more than that changes nothing.
    """
    return next((shorter for shorter in NEXT_LIMITS if shorter < limit), None)
