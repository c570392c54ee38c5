"""Formulas: a cell that came from outside must never run as one in somebody's spreadsheet.

A spreadsheet takes a cell for a formula by its first character, in a CSV whatever its quotes say. Such a cell gets `'` before it,
and so does one that looks as if it had got it, so that `unguarded` always finds the value again.
"""

import re

_STARTS = "=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"  # the last four: the full-width forms of the first four
_RISKY = re.compile(f"'*[{_STARTS}]")
_GUARDED = re.compile(f"'(?='*[{_STARTS}])")


def guarded(cell: str) -> str:
    """The cell as text that no spreadsheet runs."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def unguarded(cell: str) -> str:
    """What was guarded. A cell that `guarded` never saw changes only if it begins with `'` and a formula's first character."""
    return _GUARDED.sub("", cell, count=1) if _GUARDED.match(cell) else cell
