"""Cells: values as text, and text that no spreadsheet runs.

A spreadsheet takes a cell for a formula by its first character, in a CSV whatever its quotes say. Such a cell gets `'` before it,
and so does one that looks as if it had got it, so that `unguarded` always finds the value again.
"""

import json
import re

from worker.descriptions.characters import whole_characters

_STARTS = "=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"  # the last four: the full-width forms of the first four
_RISKY = re.compile(f"'*[{_STARTS}]")
_GUARDED = re.compile(f"'(?='*[{_STARTS}])")


def text(value: object) -> str:
    """A value as text; a list as JSON. Without NUL and lone surrogates, which neither a database nor a file can hold."""
    if value is None:
        return ""
    return storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def storable(said: str) -> str:
    """Without NUL; a lone surrogate (JSON's "\\ud800") as U+FFFD."""
    return said if said.isascii() and "\0" not in said else whole_characters(said).replace("\0", "")


def guarded(cell: str) -> str:
    """The cell as text that no spreadsheet runs."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def unguarded(cell: str) -> str:
    """What was guarded. A cell that `guarded` never saw changes only if it begins with `'` and a formula's first character."""
    return cell[1:] if _GUARDED.match(cell) else cell


def column_number(letters: str) -> int:
    """A is 0, Z 25, AA 26."""
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - ord("A") + 1
    return found - 1


def column_letters(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
