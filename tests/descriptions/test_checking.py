"""50 to 20,000 characters, counted as JavaScript counts them."""

import pytest

from worker.descriptions.checking import LONGEST, SHORTEST, Fits, TooLong, TooShort, check, length


@pytest.mark.parametrize(("text", "units"), [("", 0), ("é", 1), ("日本", 2), ("😀", 2), ("\ud800", 1)])
def test_length_is_in_utf_16_units(text: str, units: int) -> None:
    assert length(text) == units


def test_the_bounds_themselves_fit() -> None:
    assert check("x" * SHORTEST) == Fits(50)
    assert check("x" * LONGEST) == Fits(20_000)
    assert check("x" * (SHORTEST - 1)) == TooShort(49, needed=50)
    assert check("x" * (LONGEST + 1)) == TooLong(20_001, most=20_000)


def test_a_character_that_takes_two_units_counts_twice() -> None:
    assert check("😀" * 25) == Fits(50)
    assert check("😀" * 10_001) == TooLong(20_002, most=20_000)


def test_white_space_around_is_no_text() -> None:
    assert check(" " * 100 + "x" * 49 + "\n" * 100) == TooShort(49, needed=50)
