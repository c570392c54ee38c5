"""Worksheets: the cells of an XLSX sheet, row by row, in bounded memory.

A cell far out costs nothing: rows hold the cells that are there. (ECMA-376, part 1: 18.3.1.4 cells, 18.17.4.1 dates.)
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from config.wording import shown
from worker.batches.cells import column_number
from worker.batches.reading.package import Collected, Unreadable, elements
from worker.batches.reading.values import number
from worker.batches.reading.workbook import SharedTexts, Workbook, unescaped

LAST_COLUMN = 16_383
LAST_ROW = 1_048_576
LAST_DAY = 2_958_466  # the serial number of the first day of the year 10,000
LEAP_DAY_THAT_WAS_NOT = 60  # the 29th of February 1900
DAYS_TO_1904 = 1_462
_PLACE = re.compile("([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True)
class Error:
    """What a cell says that has no value: `#DIV/0!`, or a formula that nothing has calculated yet."""

    said: str


@dataclass(frozen=True)
class Line:
    """A row of a sheet: its number, and its values by column, from 0."""

    number: int
    values: Mapping[int, object]


@dataclass
class _Cell:
    column: int
    type: str
    style: str
    text: str = ""
    has_value: bool = False
    has_formula: bool = False


@dataclass
class _Reading:
    """What the parser is in the middle of."""

    workbook: Workbook
    texts: SharedTexts
    done: list[Line] = field(default_factory=list)
    row: int = 0
    values: dict[int, object] = field(default_factory=dict)
    cell: _Cell | None = None
    column: int = 0
    inside: list[str] = field(default_factory=list)
    collected: Collected = field(default_factory=Collected)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.inside.append(name)
        if name == "row":
            self.row = self._row(attributes.get("r", ""))
            self.values, self.column = {}, 0
        elif name == "c":
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self.column = column_number(place[1]) if place else self.column
            if self.column > LAST_COLUMN:
                raise Unreadable(f"is broken: row {self.row} has more than {LAST_COLUMN + 1:,} columns")
            self.cell = _Cell(self.column, attributes.get("t", "n"), attributes.get("s", "0"))
            self.column += 1
        elif name == "f" and self.cell:
            self.cell.has_formula = True

    def text(self, piece: str) -> None:
        if self.inside[-1] == "v" or (self.inside[-1] == "t" and "rPh" not in self.inside):
            self.collected.add(piece)

    def end(self, name: str) -> None:
        self.inside.pop()
        if name in ("v", "is") and self.cell:
            self.cell.text, self.cell.has_value = self.collected.take(), True
        elif name == "c" and self.cell:
            value = self._value(self.cell)
            if value != "":
                self.values[self.cell.column] = value
            self.cell = None
        elif name == "row" and self.values:
            self.done.append(Line(self.row, self.values))

    def _row(self, said: str) -> int:
        """A number that is told twice would have one row in place of another."""
        given = int(said) if said.isdecimal() else self.row + 1
        if not self.row < given <= LAST_ROW:
            raise Unreadable(f"is broken: after its row {self.row} comes one that is numbered {shown(said)}")
        return given

    def _value(self, cell: _Cell) -> object:
        if not cell.has_value:
            return Error("a formula that was never calculated") if cell.has_formula else ""
        match cell.type:
            case "s":
                return self.texts[int(cell.text)] if cell.text.isdecimal() else ""
            case "str" | "inlineStr":
                return unescaped(cell.text)
            case "b":
                return cell.text.strip() in ("1", "true")
            case "e":
                return Error(cell.text)
            case "d":
                return cell.text
            case _:
                return self._number(cell)

    def _number(self, cell: _Cell) -> object:
        if not cell.text.strip():
            return ""
        try:
            found = number(float(cell.text))
        except ValueError:
            raise Unreadable(f"is broken: row {self.row} has a number that is none") from None
        style, dates = cell.style, self.workbook.dates
        is_date = style.isdecimal() and int(style) < len(dates) and dates[int(style)]
        return iso(found, from_1904=self.workbook.from_1904) if is_date else found


def lines(package: zipfile.ZipFile, part: str, workbook: Workbook, texts: SharedTexts) -> Iterator[Line]:
    """The rows of a sheet that hold anything, in order. Raises Unreadable."""
    reading = _Reading(workbook, texts)
    for _ in elements(package, part, reading.start, reading.end, reading.text):
        yield from reading.done
        reading.done.clear()


def iso(serial: float, *, from_1904: bool) -> str | float:
    """A date's number as text: a date, a moment, or below one day a time. What is no day stays a number.

    Days count from the last of 1899, one too many from March 1900 on, because 1900 is taken for a leap year.
    """
    span = timedelta(seconds=round(serial * 86_400)) if 0 <= serial < LAST_DAY else timedelta(days=LAST_DAY)
    days = span.days + DAYS_TO_1904 * from_1904
    if days >= LAST_DAY:
        return serial
    minutes, second = divmod(span.seconds, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
    if span.days == 0 and not from_1904:
        return clock
    day = (date(1899, 12, 30) + timedelta(days=days + (days < LEAP_DAY_THAT_WAS_NOT))).isoformat()
    return f"{day}T{clock}" if span.seconds else day
