"""What a file on the command line says; "-" is standard input."""

import codecs
import sys
from pathlib import Path

from worker.cli.endings import Failure

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def contents(name: str) -> bytes:
    """Its bytes. Raises Failure."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as fault:
        raise Failure("file", f"{name} can't be read: {fault.strerror}.") from None


def encoding(start: bytes) -> str:
    """As a byte order mark says, else UTF-8. Spreadsheets write either."""
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if start.startswith(mark)), "utf-8")


def text(name: str) -> str:
    """Its text. Raises Failure."""
    found = contents(name)
    try:
        return found.decode(encoding(found))
    except UnicodeDecodeError as fault:
        where = "Standard input" if name == "-" else name
        raise Failure("file", f"{where} is not UTF-8 text (byte {fault.start + 1}); save it as UTF-8.") from None
