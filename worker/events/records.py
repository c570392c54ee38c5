"""Records of the spool: one line each, in a file that one process has locked.

A line is a checksum, what identifies the receipt as JSON, and its headers and body, sealed, in base64; separated by tabs.
"""

import base64
import fcntl
import json
import os
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from worker import ids, log
from worker.domain.received import Received
from worker.ledger.events import Receipt
from worker.ledger.keyring import Keyring

DAMAGED = ".damaged"
PLACE = "spool"  # what lines are sealed for
_logger = log.named(__name__)


@dataclass(eq=False)
class File:
    """A file that this process has locked. `entries` are its records that the database has not got yet."""

    path: Path
    descriptor: int
    entries: "deque[Entry]" = field(default_factory=deque)
    is_damaged: bool = False


@dataclass(frozen=True)
class Entry:
    """Where a record lies, and what identifies it."""

    file: File
    event_id: str
    source: str
    keys: tuple[str, ...]
    offset: int
    length: int


def begin(folder: Path) -> File:
    """A new file in `folder`, locked. Raises OSError."""
    make(folder)
    path = folder / ids.new_id()
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _sync(folder)
    except OSError:
        os.close(descriptor)
        raise
    if os.fstat(descriptor).st_nlink == 0:  # before it was locked somebody took it for a dead process's, and removed it
        os.close(descriptor)
        return begin(folder)
    return File(path, descriptor)


def take_over(path: Path) -> File | None:
    """What a dead process left in a file; None where its process lives, or has just removed it."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if os.fstat(descriptor).st_nlink == 0:
        os.close(descriptor)
        return None
    file = File(path, descriptor)
    file.entries.extend(_scan(file))
    return file


def end(file: File) -> None:
    """The database has all of it: remove it, unless it is needed to see what the disk has done."""
    if file.is_damaged:
        os.replace(file.path, file.path.with_suffix(DAMAGED))
    else:
        file.path.unlink(missing_ok=True)
    os.close(file.descriptor)


def load(entry: Entry, keys: Keyring) -> Receipt:
    """The receipt of a record, to be stored under its own id and as of when it came. From any thread.

    Raises OSError, ValueError where the record is damaged, and Unsealable where its key is not here.
    """
    line = os.pread(entry.file.descriptor, entry.length, entry.offset)
    about, sealed = _checked(line)
    headers, body = _opened(about, keys.open(PLACE, base64.b64decode(sealed)))
    received = Received(headers, body, datetime.fromisoformat(about["at"]))
    once = tuple(about["keys"])
    return Receipt(about["source"], about["organization"], received, once, about["ignored"], about["id"], waited=True)


def _opened(about: dict[str, Any], plain: bytes) -> tuple[dict[str, str], bytes]:
    """Lines of before anything was sealed have their headers beside what identifies them."""
    if "headers" in about:
        return about["headers"], plain
    headers, _, body = plain.partition(b"\n")
    return json.loads(headers), body


def line(receipt: Receipt, keys: Keyring) -> bytes:
    """The record of a receipt that has its id. Raises Unsealable."""
    about = {
        "id": receipt.event_id,
        "source": receipt.source,
        "organization": receipt.organization,
        "keys": receipt.keys,
        "at": receipt.received.at.isoformat(),
        "ignored": receipt.ignored,
    }
    plain = json.dumps(dict(receipt.received.headers)).encode() + b"\n" + receipt.received.body
    content = json.dumps(about).encode() + b"\t" + base64.b64encode(keys.seal(PLACE, plain))
    return b"%08x\t%s\n" % (zlib.crc32(content), content)


def _checked(line: bytes) -> tuple[dict[str, Any], bytes]:
    """Raises ValueError where the line is cut or changed."""
    checksum, _, content = line.removesuffix(b"\n").partition(b"\t")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(content):
        raise ValueError("a record of the spool is damaged")
    about, _, body = content.partition(b"\t")
    return json.loads(about), body


def _scan(file: File) -> Iterator[Entry]:
    offset = 0
    with open(file.descriptor, "rb", closefd=False) as lines:
        for one in lines:
            try:
                about, _ = _checked(one)
                yield Entry(file, about["id"], about["source"], tuple(about["keys"]), offset, len(one))
            except (ValueError, KeyError):
                if one.endswith(b"\n"):  # whole, and wrong: not one that was cut while it was written
                    file.is_damaged = True
                    _logger.error("a spooled receipt is damaged; its file is kept", file=str(file.path), offset=offset)
            offset += len(one)


def make(folder: Path) -> None:
    """A folder that nobody else can look into, durably. Raises OSError."""
    if not folder.is_dir():
        make(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """What is new in a folder is durable once the folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
