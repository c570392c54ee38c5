"""CSV (RFC 4180), in UTF-8 with a byte order mark: without it Excel takes letters beyond ASCII for others.

Every cell is quoted, so that blanks around a value stay, and guarded, so that no value is run as a formula.
"""

import csv
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import BinaryIO

from worker.batches.cells import guarded, text


def write(stream: BinaryIO, titles: Sequence[str], records: Iterable[Sequence[object]]) -> int:
    """A header and a line a record; how many records. The stream stays open."""
    out = TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow([guarded(text(title)) for title in titles])
        count = 0
        for record in records:
            writer.writerow([guarded(text(value)) for value in record])
            count += 1
        out.flush()
    finally:
        out.detach()
    return count
