"""Checking: does TalentSprout take a text of this length?

Documented are 50 to 20,000 characters (API reference, "from-job-description"); the unit is not. UTF-16 units are counted,
as JavaScript does: never fewer than code points, so the most is kept whichever it is.
"""

from dataclasses import dataclass

SHORTEST = 50
LONGEST = 20_000


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
