"""Encodings: how a text file's bytes are read, said honestly: what was guessed is told, what can't be read is refused.

A byte order mark decides; else it is UTF-8; else, if nothing in it looks like UTF-8, Windows-1252, which Western spreadsheets
write. Broken UTF-8 is not read as Windows-1252: every letter with an accent would come out as two strange ones.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from config.wording import shown
from worker.batches.rows import NotABatch

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like UTF-16, so it is asked for first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WESTERN = "cp1252"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Encoding:
    """An encoding that reads the whole file; `has_nul`: the file holds NUL characters, which are left out."""

    name: str
    has_nul: bool = False
    notes: tuple[str, ...] = ()

    def opened(self, path: Path) -> TextIO:
        """The file as text, line ends as they are."""
        return path.open(encoding=self.name, newline="")


class _Undecodable(Exception):
    def __init__(self, position: int, *, beyond_ascii: bool) -> None:
        super().__init__(position)
        self.position = position  # of the first bad byte, from 0
        self.beyond_ascii = beyond_ascii  # whether letters beyond ASCII were read before it


def guessed(path: Path, name: str, told: str | None = None) -> Encoding:
    """Look through the whole file; `told` is what a person says. Raises NotABatch, OSError."""
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((encoding for mark, encoding in MARKS.items() if start.startswith(mark)), None)
    wanted = _known(told) if told else marked or "utf-8"
    try:
        has_nul = _looked_through(path, wanted)
    except _Undecodable as fault:
        if told or marked or fault.beyond_ascii:
            raise NotABatch(_not_so(name, wanted, fault.position)) from None
        return _western(path, name, fault.position)
    nul = ("NUL characters in it are left out.",) if has_nul else ()
    notes = (
        (f"It is read as {wanted}, as its first bytes say.",) if marked not in (None, "utf-8-sig") and not told else ()
    )
    return Encoding(wanted, has_nul, notes + nul)


def _western(path: Path, name: str, position: int) -> Encoding:
    try:
        has_nul = _looked_through(path, WESTERN)
    except _Undecodable as fault:
        raise NotABatch(
            f"{name} is neither UTF-8 (byte {position + 1}) nor Windows-1252 text (byte {fault.position + 1}); "
            "save it as CSV UTF-8."
        ) from None
    note = (
        f"It is not UTF-8 (byte {position + 1}), so it is read as Windows-1252. If letters come out wrong, save it as CSV "
        "UTF-8."
    )
    return Encoding(WESTERN, has_nul, (note, *(("NUL characters in it are left out.",) if has_nul else ())))


def _known(encoding: str) -> str:
    """Its name in Python's words; UTF-8 with or without a mark."""
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        raise NotABatch(
            f"{shown(encoding)} is not an encoding; expected a name such as utf-8, cp1252 or utf-16."
        ) from None
    name = codecs.lookup(encoding).name
    return "utf-8-sig" if name == "utf-8" else name


def _not_so(name: str, encoding: str, position: int) -> str:
    return (
        f"{name} is not {encoding.upper().removesuffix('-SIG')} text: byte {position + 1} can't be read. "
        "Save it as CSV UTF-8."
    )


def _looked_through(path: Path, encoding: str) -> bool:
    """Whether there are NUL characters. Raises _Undecodable."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read, has_nul, beyond = 0, False, False
    for chunk in _chunks(path):
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as fault:
            beyond = beyond or not fault.object[: fault.start].isascii()
            raise _Undecodable(read - waiting + fault.start, beyond_ascii=beyond) from None
        has_nul = has_nul or "\0" in text
        beyond = beyond or not text.isascii()
        read += len(chunk)
    return has_nul


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces, and an empty one that says that it ends."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
    yield b""
