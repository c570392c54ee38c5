"""Values: cells that are more than text, as a row keeps them."""

from collections.abc import Mapping
from math import isfinite

from worker.batches.cells import text
from worker.batches.reading.columns import Columns
from worker.batches.rows import Row

WHOLE = 2**53  # below it a spreadsheet's number is exact, so a whole one is an id or a count


def number(value: float) -> int | float:
    """A spreadsheet's number; a whole one without its `.0`. Raises ValueError."""
    if not isfinite(value):
        raise ValueError("no number of a sheet")
    return int(value) if value.is_integer() and abs(value) < WHOLE else value


def row(number: int, cells: Mapping[str, object], columns: Columns, fault: str | None = None) -> Row:
    """A row of `cells` by title."""
    known, extra = {}, {}
    for title, field in zip(columns.titles, columns.fields, strict=True):
        value = cells.get(title)
        value = value.strip() if isinstance(value, str) and field is not None else value
        if field is None:
            extra[title] = text(value)
        elif value not in (None, "", []):
            known[field] = value
    return Row(number, known, extra, fault=fault)
