"""Reading: a file or a folder becomes a sheet of rows. What it is, its first bytes say, then its name.

columns        titles -> fields                    values        cells that are more than text
delimited      CSV          dialect, encodings: how its bytes become cells
spreadsheet    XLSX         workbook, worksheet: its parts          package: ZIP files of XML, within limits
json_lines     JSONL, or one JSON list
folder         a job a file                        documents, word, pdf: a file's text and title
contents       what it is known again by
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from worker.batches.cells import storable
from worker.batches.reading import contents, delimited, folder, json_lines, spreadsheet
from worker.batches.rows import NotABatch, Row, Sheet

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # OLE2: Excel before 2007, and any Office file with a password
PROTECTED = "EncryptedPackage".encode("utf-16-le")
SEARCHED = 32 << 20  # bytes in which the name of a protected file's stream is looked for
JSON_NAMES = (".jsonl", ".ndjson", ".json")


def open_sheet(
    path: Path,
    mapping: Mapping[str, str] | None = None,
    *,
    name: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Sheet:
    """The sheet of a batch file or of a folder; the whole file has been looked through when this returns.

    `mapping` is field (or a synonym) -> title, and goes before every guess; `name` is what people call the file, where the
    path is another (a spooled upload). `delimiter` and `encoding` hold for CSV, `encoding` for JSONL too. Raises NotABatch.
    """
    shown_as = storable(name or path.name or str(path))
    try:
        sheet = _opened(path, shown_as, mapping or {}, delimiter, encoding)
        content = contents.digest(_parts(path), mapping or {}, delimiter, encoding)
    except OSError as fault:
        raise NotABatch(f"{shown_as} can't be read: {fault.strerror or fault}.") from None
    return replace(sheet, source=lambda: _while_it_lasts(sheet), content=content)


def _while_it_lasts(sheet: Sheet) -> Iterator[Row]:
    """Its rows; between two passes a file may change or go away."""
    try:
        yield from sheet.each()
    except OSError as fault:
        raise NotABatch(f"{sheet.name} can't be read any more: {fault.strerror or fault}.") from None
    except UnicodeDecodeError:
        raise NotABatch(f"{sheet.name} has changed while it was read; run it again.") from None


def _parts(path: Path) -> Sequence[tuple[str, Path]]:
    """The files that are read."""
    return [(name, path / name) for name in folder.files(path)] if path.is_dir() else [("", path)]


def _opened(path: Path, name: str, mapping: Mapping[str, str], delimiter: str | None, encoding: str | None) -> Sheet:
    if path.is_dir():
        return folder.read(path, name, mapping)
    if path.exists() and not path.is_file():
        raise NotABatch(f"{name} is neither a file nor a folder; write it into a file first, or give it as -.")
    return _of_file(path, name, mapping, delimiter, encoding)


def _of_file(path: Path, name: str, mapping: Mapping[str, str], delimiter: str | None, encoding: str | None) -> Sheet:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK\x03\x04"):
        return spreadsheet.read(path, name, mapping)
    if start.startswith(COMPOUND):
        raise NotABatch(f"{name} {_compound(path)}.")
    if start.startswith(b"%PDF-"):
        raise NotABatch(f"{name} is one PDF document; put such documents in a folder, and name the folder.")
    if _is_json(start, name):
        return json_lines.read(path, name, mapping, encoding=encoding)
    return delimited.read(path, name, mapping, delimiter=delimiter, encoding=encoding)


def _is_json(start: bytes, name: str) -> bool:
    """By its name; else no header of a CSV file begins like an object or a list of them."""
    begins = b"".join(start.split())
    return name.lower().endswith(JSON_NAMES) or begins.startswith((b'{"', b"[{", b'\xef\xbb\xbf{"', b"\xef\xbb\xbf[{"))


def _compound(path: Path) -> str:
    with path.open("rb") as file:
        if PROTECTED in file.read(SEARCHED):
            return "is protected by a password; save it without one"
    return "is a file of an older Office (.xls, .doc); save it as XLSX or CSV"
