"""CSV as spreadsheets and databases write it: a header, then a row a record, in bounded memory.

The file is looked through once before anything is said about it, so that nothing is filed of one that breaks off in the middle.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from config.wording import quoted, shown
from worker.batches import results
from worker.batches.cells import unguarded
from worker.batches.reading import columns, dialect, encodings
from worker.batches.reading.columns import Columns
from worker.batches.reading.dialect import DELIMITERS, SAMPLE, Dialect
from worker.batches.reading.encodings import Encoding
from worker.batches.rows import NotABatch, Row, Sheet

LARGEST_CELL = 5_000_000  # characters; Python's own limit is far below what a description in HTML may have
LONGEST_LINE = 20_000_000  # characters; what has no line end for so long is no CSV


class _Broken(Exception):
    """Where and why a file breaks off."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number = number
        self.why = why


@dataclass(frozen=True)
class _File:
    path: Path
    name: str
    encoding: Encoding
    dialect: Dialect

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record that isn't blank, with its number: the header's is 1. Raises _Broken."""
        csv.field_size_limit(LARGEST_CELL)
        with self.encoding.opened(self.path) as text:
            reader = csv.reader(islice(self._lines(text), self.dialect.skip, None), **self.dialect.options)  # type: ignore[arg-type]  # typed as a whole
            number = 0
            try:
                for number, cells in enumerate(reader, 1):
                    if any(cell.strip() for cell in cells):
                        yield number, cells
            except csv.Error as fault:
                raise _Broken(number + 1, str(fault)) from None

    def _lines(self, text: TextIO) -> Iterator[str]:
        while line := text.readline(LONGEST_LINE):
            if len(line) >= LONGEST_LINE:
                raise NotABatch(f"{self.name} has a line of more than {LONGEST_LINE:,} characters; it is no CSV file.")
            yield line.replace("\0", "") if self.encoding.has_nul else line


def read(
    path: Path, name: str, mapping: Mapping[str, str], *, delimiter: str | None = None, encoding: str | None = None
) -> Sheet:
    """A CSV file as a sheet. `delimiter` and `encoding` are what a person says instead of a guess. Raises NotABatch, OSError."""
    guess = encodings.guessed(path, name, encoding)
    with guess.opened(path) as text:
        sample = text.read(SAMPLE).replace("\0", "")
    file = _File(path, name, guess, _dialect(sample, delimiter, list(mapping.values())))
    file, count, notes = _looked_through(file)
    head = next(file.records(), None)
    if head is None:
        raise NotABatch(f"{name} is empty; its first row names the columns, and job_description is one of them.")
    header = _without_empty_end(head[1])
    ours = results.are_results(header)
    header = [unguarded(title) for title in header] if ours else header
    found = columns.understood(name, header, mapping)
    if count < 2:
        raise NotABatch(f"{name} has no row below its header; write a row for each interview that is wanted.")
    part = file.dialect.delimiter
    is_guess = len(header) > 1 and delimiter is None and part != ","  # commas are what the name says: nothing to tell
    said = [f"Its cells are parted by {DELIMITERS.get(part, shown(part))}."] if is_guess else []
    return Sheet(
        name=name,
        titles=found.titles,
        columns=found.known,
        ignored=found.ignored,
        notes=[*said, *guess.notes, *notes, *found.notes],
        source=lambda: _rows(file, found, ours=ours),
    )


def _dialect(sample: str, delimiter: str | None, known: Sequence[str]) -> Dialect:
    if delimiter is None:
        return dialect.guessed(sample, known)
    if len(delimiter) != 1 or delimiter in '"\r\n ':
        raise NotABatch(
            f"{shown(delimiter)} can't part cells; expected one character such as {quoted(',;|')} or a tab."
        )
    return replace(dialect.guessed(sample, known), delimiter=delimiter)


def _looked_through(file: _File) -> tuple[_File, int, list[str]]:
    """The file under the way of quoting that reads it to its end, how many records it has, and a note. Raises NotABatch."""
    try:
        return file, sum(1 for _ in file.records()), []
    except _Broken as fault:
        first = fault
    slashed = replace(file, dialect=replace(file.dialect, backslash=True))
    try:
        return slashed, sum(1 for _ in slashed.records()), ['Quotes in its cells are written \\".']
    except _Broken:
        raise NotABatch(_broken(file.name, first)) from None


def _broken(name: str, fault: _Broken) -> str:
    if "field larger" in fault.why:
        found = f"has a cell of more than {LARGEST_CELL:,} characters; is a quote missing?"
    elif "unexpected end" in fault.why:
        found = "begins a quoted cell that never ends; close its quote."
    else:
        found = f'is not CSV ({fault.why}); a quote in a quoted cell is written twice: "".'
    return f"{name}, row {fault.number}: {found} Nothing was filed."


def _without_empty_end(header: Sequence[str]) -> Sequence[str]:
    """Spreadsheets write delimiters for columns that were used once."""
    last = max(place for place, title in enumerate(header, 1) if title.strip())
    return header[:last]


def _rows(file: _File, found: Columns, *, ours: bool) -> Iterator[Row]:
    """`ours`: a file that this bridge wrote, whose guards against formulas come off."""
    try:
        for number, cells in islice(file.records(), 1, None):
            yield _row(number, [unguarded(cell) for cell in cells] if ours else cells, found)
    except _Broken:
        raise NotABatch(f"{file.name} has changed while it was read; run it again.") from None


def _row(number: int, cells: Sequence[str], found: Columns) -> Row:
    known, extra = {}, {}
    for title, field, cell in zip(found.titles, found.fields, cells, strict=False):
        if field is None:
            extra[title] = cell
        elif cell.strip():
            known[field] = cell.strip()
    beyond = sum(bool(cell.strip()) for cell in cells[len(found.titles) :])
    fault = f"it has more cells than the header ({beyond} too many); is a quote missing?" if beyond else None
    return Row(number, known, extra, fault=fault)
