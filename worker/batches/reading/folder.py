"""A folder: a job a file, in the order of their names; folders in it are looked into.

The id is the file's path in the folder, so that the same folder filed again is the same batch, whatever was added to it.
"""

import json
import os
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.wording import quoted
from worker.batches.reading import documents
from worker.batches.reading.columns import listed
from worker.batches.reading.documents import KINDS, Document
from worker.batches.reading.untold import Untold
from worker.batches.rows import ID, TEXT, TITLE, NotABatch, Row, Sheet

FILE = "file"  # the title of the column with the file's path
MOST_FILES = 100_000
HIDDEN = (".", "~$")  # of Unix, and what Office leaves while a document is open
NOBODYS = {"thumbs.db", "desktop.ini", "icon\r"}  # what systems leave in folders


@dataclass(frozen=True)
class _Found:
    """Paths of files in a folder, with "/" between, NFC: the same on every system."""

    read: Sequence[str]
    others: Sequence[str]
    hidden: Sequence[str]


def read(path: Path, name: str, mapping: Mapping[str, str]) -> Sheet:
    """A folder as a sheet. Raises NotABatch, OSError."""
    kinds = quoted(KINDS)
    if mapping:
        raise NotABatch(f"{name} is a folder: it has no columns, so nothing can be mapped; leave --map out.")
    found = _sorted(path)
    if not found.read:
        others = f"; it holds {listed(found.others)}" if found.others else ""
        raise NotABatch(f"{name} has no file that can be read{others}. Expected files ending in {kinds}.")
    if len(found.read) > MOST_FILES:
        raise NotABatch(f"{name} has {len(found.read):,} files; at most {MOST_FILES:,} are read. Split it.")
    notes = [f"Not read, because they end in none of {kinds}: {listed(found.others)}."] if found.others else []
    notes += [f"Hidden files are left out: {listed(found.hidden)}."] if found.hidden else []
    kept = _Kept()
    return Sheet(name, [FILE, TEXT], {TEXT: TEXT}, [], notes, lambda: _rows(path, found.read, kept))


def files(path: Path) -> Sequence[str]:
    """Paths of the files that become rows, in their order. Raises OSError."""
    return _sorted(path).read


def _sorted(folder: Path) -> _Found:
    known: list[str] = []
    others: list[str] = []
    hidden: list[str] = []
    for path in sorted(_files(folder), key=lambda path: (path.casefold(), path)):
        parts = path.split("/")
        if any(part.startswith(HIDDEN) or part.lower() in NOBODYS for part in parts):
            hidden.append(path)
        elif (folder / path).is_file() and Path(path).suffix.lower() in KINDS:
            known.append(path)
        else:
            others.append(path)
    return _Found(known, others, hidden)


def _files(folder: Path) -> Iterator[str]:
    """Every file below; links to folders are not followed, because they may lead back."""
    for place, folders, files in os.walk(folder, onerror=_raised):
        folders[:] = [name for name in folders if not name.startswith(HIDDEN)]
        yield from (Path(place, name).relative_to(folder).as_posix() for name in files)


def _raised(fault: OSError) -> None:
    raise fault


def _rows(folder: Path, paths: Sequence[str], kept: "_Kept") -> Iterator[Row]:
    for number, path in enumerate(paths, 1):
        shown = unicodedata.normalize("NFC", path).encode("utf-8", "replace").decode()
        yield _row(number, folder / path, shown, kept)


def _row(number: int, path: Path, shown: str, kept: "_Kept") -> Row:
    cells: dict[str, object] = {ID: shown}
    try:
        document = kept.document(path)
    except Untold as fault:
        return Row(number, cells, {FILE: shown}, name=shown, fault=str(fault))
    except OSError as fault:
        return Row(
            number, cells, {FILE: shown}, name=shown, fault=f"the file can't be read: {fault.strerror or fault}."
        )
    return Row(number, {**cells, TITLE: document.title, TEXT: document.text.strip()}, {FILE: shown}, name=shown)


class _Kept:
    """What PDFs have said: reading one takes a process, and a folder is passed more than once. Lies in a file without a name."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._places: dict[tuple[Path, int, int], tuple[int, int]] = {}

    def document(self, path: Path) -> Document:
        """The document of a file, read again if it has changed. Raises Untold, OSError."""
        if path.suffix.lower() != ".pdf":
            return documents.read(path)
        status = path.stat()
        key = path, status.st_mtime_ns, status.st_size
        if key not in self._places:
            self._places[key] = self._added(_said(path))
        said = json.loads(self._at(*self._places[key]))
        if said["fault"]:
            raise Untold(said["fault"])
        return Document(said["title"], said["text"])

    def _added(self, said: Mapping[str, str]) -> tuple[int, int]:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the sheet
        place = self._file.seek(0, os.SEEK_END)
        return place, self._file.write(json.dumps(said).encode())

    def _at(self, place: int, length: int) -> bytes:
        assert self._file is not None, "something was added"
        self._file.seek(place)
        return self._file.read(length)


def _said(path: Path) -> dict[str, str]:
    try:
        document = documents.read(path)
    except Untold as fault:
        return {"fault": str(fault)}
    return {"fault": "", "title": document.title, "text": document.text}
