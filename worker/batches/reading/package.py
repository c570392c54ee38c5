"""Packages: XLSX and DOCX are ZIP files of XML parts; read in pieces, and never more than they may hold.

The sizes of a ZIP file's directory bind: no part gives more bytes than it announces, and what is announced is capped before
anything is unpacked. XML with a document type is refused, so no entity can be declared and none can grow.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

MOST_UNPACKED = 500 << 20  # bytes of all parts together
MOST_PARTS = 10_000
PIECE = 64 << 10
LARGEST_TEXT = 5_000_000  # characters of one element
DEEPEST = 256  # elements within each other


class Unreadable(Exception):
    """Not a package as expected; the message goes on after the file's name: "is broken (…)"."""


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The package of a file. Raises Unreadable, from the body too where reading finds it broken; OSError."""
    try:
        with zipfile.ZipFile(path) as package:
            _is_bearable(package)
            yield package
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        ValueError,
    ) as fault:  # a number of 5,000 digits
        raise Unreadable(f"is broken or cut off ({fault or 'it ends too early'})") from None
    except expat.ExpatError as fault:
        raise Unreadable(f"is broken: its XML can't be read ({fault})") from None


def unpacked(path: Path) -> int:
    """How many bytes a package says that it unpacks to; 0 for what is none. Raises OSError."""
    try:
        with zipfile.ZipFile(path) as package:
            return sum(part.file_size for part in package.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return 0


def _is_bearable(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("is protected by a password; save it without one")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
        raise Unreadable(
            f"unpacks to {unpacked:,} bytes in {len(parts):,} parts; at most {MOST_UNPACKED:,} in {MOST_PARTS:,} are read. "
            "Split it, or save it as CSV"
        )


def elements(
    package: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[None]:
    """Read a part in pieces, telling of elements by their names without namespace; a yield after each piece.

    Names of attributes keep their prefix away too: `r:id` is `id`.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise Unreadable("is not a document of an office program: its XML declares a document type")

    depth = 0

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(
                f"is not a document of an office program: its XML is nested deeper than {DEEPEST} elements"
            )
        start(_local(name), {_local(key): value for key, value in attributes.items()})

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = text
    try:
        source = package.open(part)
    except KeyError:
        raise Unreadable(f"is not a document of the expected kind: it has no part {part}") from None
    with source:
        while piece := source.read(PIECE):
            parser.Parse(piece, False)
            yield
    parser.Parse(b"", True)
    yield


@lru_cache(maxsize=1_024)
def _local(name: str) -> str:
    return name.rpartition(":")[2]


class Collected:
    """The text of an element, gathered from the parser's pieces. Raises Unreadable above LARGEST_TEXT characters."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """A further piece."""
        self._length += len(piece)
        if self._length > LARGEST_TEXT:
            raise Unreadable(f"holds a text of more than {LARGEST_TEXT:,} characters")
        self._pieces.append(piece)

    def take(self) -> str:
        """What was gathered; the next text begins empty."""
        found = "".join(self._pieces)
        self._pieces, self._length = [], 0
        return found
