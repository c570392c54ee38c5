"""Workbooks: what an XLSX file says beside its cells: the sheets, the texts that cells share, which numbers are dates.

(ECMA-376, part 1: 18.2 workbook, 18.4 shared strings, 18.8 styles. Strict and transitional files differ in namespaces only.)
"""

import posixpath
import re
import tempfile
import zipfile
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from worker.batches.cells import storable
from worker.batches.reading.package import Collected, Unreadable, elements

FRAME = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
BUILT_IN_DATES = {
    *range(14, 23),
    *range(27, 37),
    *range(45, 48),
    *range(50, 59),
}  # 18.8.30; 27 to 36, 50 to 58: East Asia
LARGEST_FRAME = 20 << 20  # bytes of a part that describes the others; it is kept in memory
MOST_TEXTS = 5_000_000  # that cells share
_NOT_A_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class SheetPart:
    """A sheet that people can see: its name and where in the package it is."""

    name: str
    part: str


@dataclass(frozen=True)
class Workbook:
    """`dates`: for each style of a cell whether a number in it is a date. `from_1904`: days count from 1904."""

    sheets: tuple[SheetPart, ...]
    dates: tuple[bool, ...]
    from_1904: bool


class SharedTexts:
    """The texts that cells share, by number. They lie in a file without a name, so that no memory grows with them."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as this object
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        """The next one."""
        if len(self._ends) > MOST_TEXTS:
            raise Unreadable(f"has more than {MOST_TEXTS:,} different texts; split it, or save it as CSV")
        self._ends.append(self._ends[-1] + self._file.write(text.encode()))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            raise Unreadable(f"is broken: a cell names the shared text {number}, and there are {len(self._ends) - 1}")
        self._file.seek(self._ends[number])
        return self._file.read(self._ends[number + 1] - self._ends[number]).decode()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def read(package: zipfile.ZipFile) -> Workbook:
    """The workbook of a package. Raises Unreadable."""
    names = set(package.namelist())
    if "xl/workbook.xml" not in names:
        raise Unreadable(_what_else(package, names))
    for part in FRAME & names:
        if (size := package.getinfo(part).file_size) > LARGEST_FRAME:
            raise Unreadable(f"has a part {part} of {size:,} bytes; at most {LARGEST_FRAME:,} are read. Save it as CSV")
    targets = _targets(package)
    sheets: list[SheetPart] = []
    from_1904 = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal from_1904
        if name == "workbookPr":
            from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            part = targets.get(attributes.get("id", ""))
            if part is not None and "/worksheets/" in part:
                sheets.append(SheetPart(attributes.get("name", ""), part))

    _through(package, "xl/workbook.xml", start)
    return Workbook(tuple(sheets), _dates(package) if "xl/styles.xml" in names else (), from_1904)


def shared_texts(package: zipfile.ZipFile) -> SharedTexts:
    """The texts that cells share; of rich text the characters, without the readings of East Asian ones (`rPh`)."""
    texts, collected = SharedTexts(), Collected()
    inside: list[str] = []

    def start(name: str, _: Mapping[str, str]) -> None:
        inside.append(name)

    def end(name: str) -> None:
        inside.pop()
        if name == "si":
            texts.add(unescaped(collected.take()))

    def text(piece: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            collected.add(piece)

    if "xl/sharedStrings.xml" in package.namelist():
        for _ in elements(package, "xl/sharedStrings.xml", start, end, text):
            pass
    return texts


def unescaped(text: str) -> str:
    """Characters that XML can't hold are written `_x000D_`."""
    return storable(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)) if "_x" in text else text


def _targets(package: zipfile.ZipFile) -> dict[str, str]:
    """Relationship id -> part."""
    found: dict[str, str] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            path = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            found[attributes.get("Id", "")] = path.lstrip("/")

    _through(package, "xl/_rels/workbook.xml.rels", start)
    return found


def _dates(package: zipfile.ZipFile) -> tuple[bool, ...]:
    """Of each style in `cellXfs` whether it shows a number as a date."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "xf" and inside[-1:] == ["cellXfs"]:
            styles.append(attributes.get("numFmtId", "0"))
        inside.append(name)

    def end(_: str) -> None:
        inside.pop()

    for _ in elements(package, "xl/styles.xml", start, end, lambda _: None):
        pass
    return tuple(_is_date(codes.get(style)) if style in codes else _built_in(style) for style in styles)


def _is_date(code: str | None) -> bool:
    """A format with a year, month, day, hour or second outside of quotes, colours and conditions; of it the first section."""
    letters = _NOT_A_CODE.sub("", code or "").partition(";")[0].lower()
    return "general" not in letters and any(letter in letters for letter in "ymdhs")


def _built_in(style: str) -> bool:
    return style.isdecimal() and int(style) in BUILT_IN_DATES


def _through(package: zipfile.ZipFile, part: str, start: object) -> None:
    for _ in elements(package, part, start, lambda _: None, lambda _: None):  # type: ignore[arg-type]  # as `elements` calls it
        pass


def _what_else(package: zipfile.ZipFile, names: set[str]) -> str:
    """Why it is no XLSX file, by what it is instead."""
    if "mimetype" in names and b"opendocument" in package.read("mimetype")[:100]:
        return "is an OpenDocument file; save it as XLSX or CSV"
    if "xl/workbook.bin" in names:
        return "is a binary workbook (XLSB); save it as XLSX or CSV"
    if "word/document.xml" in names:
        return "is a Word document; put such documents in a folder and name the folder, or save the jobs as XLSX or CSV"
    return "is a ZIP file and no XLSX workbook; unpack it, and name the file or the folder in it"
