"""Dialects: which character parts the cells of a CSV file, and how its quotes are written."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from worker.batches.reading.columns import counted

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE = 65_536  # characters
RECORDS = 20  # of the sample; more says nothing new
_SEP = re.compile('\ufeff?"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a file parts its cells. `skip` lines before the header; `backslash`: quotes inside of quotes are written `\\"`."""

    delimiter: str
    skip: int = 0
    backslash: bool = False

    @property
    def options(self) -> dict[str, object]:
        """As csv.reader takes them. A blank between delimiter and quote is how people write lists."""
        escape = "\\" if self.backslash else None
        return {"delimiter": self.delimiter, "skipinitialspace": True, "escapechar": escape, "strict": True}


def guessed(sample: str, known: Sequence[str] = ()) -> Dialect:
    """The dialect of a file that begins so. `known`: titles that a person has named.

    Excel's first line `sep=;` decides. Else it is the delimiter under which most cells of the header mean something, then the
    one under which the first records have as many cells as the header; a comma where nothing tells.
    """
    if declared := _SEP.match(sample):
        return Dialect(declared[1], skip=1)
    return Dialect(max(DELIMITERS, key=lambda one: _likelihood(sample, one, known)))


def _likelihood(sample: str, delimiter: str, known: Sequence[str]) -> tuple[int, float, int]:
    records = _records(sample, delimiter)
    if not records:
        return 0, 0.0, 0
    header, *others = records
    named = counted(header) + sum(cell.strip() in known for cell in header)
    alike = sum(len(record) == len(header) for record in others) / len(others) if others else 0.0
    return named, alike, len(header)


def _records(sample: str, delimiter: str) -> list[list[str]]:
    """The first records that are not blank; the last one of a full sample may be cut off, so it doesn't count."""
    whole = len(sample) < SAMPLE
    reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        found = [record for record in islice(reader, RECORDS + 1) if any(cell.strip() for cell in record)]
    except csv.Error:  # a cell above Python's limit: not with this delimiter
        return []
    return found if whole or len(found) == 1 else found[:-1]
