"""XLSX: the first visible sheet that has a column for the description, from its header down.

The header may stand below a heading of the sheet. A cell that holds an error (`#REF!`) is its row's fault: it had a value once.
"""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from worker.batches import results
from worker.batches.cells import column_letters, text, unguarded
from worker.batches.reading import columns, package, values, workbook
from worker.batches.reading.columns import INSTEAD_OF_TEXT, MOST_COLUMNS, Columns
from worker.batches.reading.package import Unreadable
from worker.batches.reading.workbook import SharedTexts, SheetPart, Workbook
from worker.batches.reading.worksheet import Error, Line, lines
from worker.batches.rows import TEXT, NotABatch, Row, Sheet

HEADER_WITHIN = 10  # rows that hold anything, from the top


@dataclass(frozen=True)
class _Header:
    number: int
    titles: tuple[str, ...]
    first: int  # its column, from 0

    @property
    def promising(self) -> bool:
        """Whether it could be the header of a batch."""
        return any(columns.field_of(title) in (TEXT, *INSTEAD_OF_TEXT) for title in self.titles)


@dataclass(frozen=True)
class _File:
    path: Path
    name: str

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def opened(self) -> Iterator["_Content"]:
        """What is in it."""
        with package.opened(self.path) as opened:
            book = workbook.read(opened)
            with closing(workbook.shared_texts(opened)) as texts:
                yield _Content(opened, book, texts)


@dataclass(frozen=True)
class _Content:
    package: zipfile.ZipFile
    book: Workbook
    texts: SharedTexts

    def rows(self, part: SheetPart) -> Iterator[Line]:
        """A sheet's rows that hold anything."""
        return lines(self.package, part.part, self.book, self.texts)


def read(path: Path, name: str, mapping: Mapping[str, str]) -> Sheet:
    """An XLSX file as a sheet. Raises NotABatch, OSError."""
    file = _File(path, name)
    try:
        with file.opened() as content:
            parts = content.book.sheets
            part, header = _chosen(file, content, mapping)
            ours = results.are_results(header.titles)
            titles = [unguarded(title) for title in header.titles] if ours else header.titles
            found = columns.understood(_place(name, parts, part), titles, mapping)
            table = _Table(part, header, found, ours)
            if not sum(1 for _ in table.rows(content)):
                raise NotABatch(
                    f"{name} has no row below its header in row {header.number}; write one for each interview."
                )
    except Unreadable as fault:
        raise NotABatch(f"{name} {fault}.") from None
    notes = [f'Of its {len(parts)} sheets, "{part.name}" is read.'] if len(parts) > 1 else []
    notes += [f"Its titles stand in row {header.number}."] if header.number > 1 else []
    return Sheet(
        name=name,
        titles=found.titles,
        columns=found.known,
        ignored=found.ignored,
        notes=[*notes, *found.notes],
        source=lambda: _again(file, table),
    )


def _place(name: str, parts: tuple[SheetPart, ...], part: SheetPart) -> str:
    return name if len(parts) == 1 else f'{name}, sheet "{part.name}"'


def _chosen(file: _File, content: _Content, mapping: Mapping[str, str]) -> tuple[SheetPart, _Header]:
    """The sheet to read. Where there is one sheet only, it is this one: then the fault is told by its header."""
    parts = content.book.sheets
    found = [(part, header) for part in parts if (header := _header(file, content.rows(part), mapping)) is not None]
    for part, header in found:
        if header.promising or set(mapping.values()) & set(header.titles):
            return part, header
    if not found:
        raise NotABatch(f"{file} has no cell with anything in it; its first row names the columns, {TEXT} among them.")
    if len(found) == 1:
        return found[0]
    names = columns.listed([part.name for part in parts])
    raise NotABatch(
        f"{file} has no sheet with a column {TEXT}; its sheets are {names}. Or say which it is: --map {TEXT}=TITLE."
    )


def _header(file: _File, rows: Iterator[Line], mapping: Mapping[str, str]) -> _Header | None:
    """The first promising row near the top, else the first row."""
    near = [_as_header(file, line) for line in islice(rows, HEADER_WITHIN)]
    named = [header for header in near if header.promising or set(mapping.values()) & set(header.titles)]
    return next(iter(named or near), None)


def _as_header(file: _File, line: Line) -> _Header:
    first, last = min(line.values), max(line.values)
    if last - first >= MOST_COLUMNS:
        raise NotABatch(
            f"{file}, row {line.number} reaches to column {column_letters(last)}; at most {MOST_COLUMNS:,} are read."
        )
    cells = (_text(line.values.get(column)).strip() for column in range(first, last + 1))
    return _Header(line.number, tuple(cells), first)


def _again(file: _File, table: "_Table") -> Iterator[Row]:
    try:
        with file.opened() as content:
            yield from table.rows(content)
    except Unreadable as fault:
        raise NotABatch(f"{file} has changed while it was read: it {fault}.") from None


@dataclass(frozen=True)
class _Table:
    """A sheet's rows below its header. `ours`: in a file that this bridge wrote, whose guards against formulas come off."""

    part: SheetPart
    header: _Header
    columns: Columns
    ours: bool

    def rows(self, content: _Content) -> Iterator[Row]:
        """Those that hold anything under the titles; what stands beside them is no part of the table."""
        for line in content.rows(self.part):
            if line.number > self.header.number and self._says_anything(line):
                yield self._row(line)

    def _says_anything(self, line: Line) -> bool:
        first = self.header.first
        under = (line.values.get(column, "") for column in range(first, first + len(self.columns.titles)))
        return any(not isinstance(value, str) or value.strip() for value in under)

    def _row(self, line: Line) -> Row:
        cells: dict[str, object] = {}
        faults = []
        for place, (title, field) in enumerate(
            zip(self.columns.titles, self.columns.fields, strict=True), self.header.first
        ):
            value = line.values.get(place)
            if isinstance(value, Error) and field is not None:
                faults.append(f"the cell {column_letters(place)}{line.number} holds {value.said}; put a value there.")
            elif isinstance(value, Error):
                cells[title] = value.said
            else:
                cells[title] = unguarded(value) if self.ours and isinstance(value, str) else value
        return values.row(line.number, cells, self.columns, fault=" ".join(faults) or None)


def _text(value: object) -> str:
    return value.said if isinstance(value, Error) else text(value)
