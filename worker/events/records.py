"""Records of the spool: one line each, in a file that one process has locked.

A line is a checksum, what is known of the receipt as JSON, and its body in base64, separated by tabs.
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

DAMAGED = ".damaged"
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


def load(entry: Entry) -> Receipt:
    """The receipt of a record, to be stored under its own id and as of when it came. From any thread.

    Raises OSError, and ValueError where the record is damaged.
    """
    line = os.pread(entry.file.descriptor, entry.length, entry.offset)
    about, body = _checked(line)
    received = Received(about["headers"], base64.b64decode(body), datetime.fromisoformat(about["at"]))
    keys = tuple(about["keys"])
    return Receipt(about["source"], about["organization"], received, keys, about["ignored"], about["id"], waited=True)


def line(receipt: Receipt) -> bytes:
    """The record of a receipt that has its id."""
    about = {
        "id": receipt.event_id,
        "source": receipt.source,
        "organization": receipt.organization,
        "keys": receipt.keys,
        "headers": dict(receipt.received.headers),
        "at": receipt.received.at.isoformat(),
        "ignored": receipt.ignored,
    }
    content = json.dumps(about).encode() + b"\t" + base64.b64encode(receipt.received.body)
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
