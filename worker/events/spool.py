"""The spool: receipts on this machine's own disk while the database is away.

One file after the other in a closed folder, each locked by the process that fills it and removed once the database has all of
it. What a dead process leaves is taken over by the next one that finds the lock free. A record is one line: its checksum, what is
known of the receipt as JSON, its body in base64, separated by tabs. It is durable, file and folder, before anybody hears of it; a
line that was cut was never acknowledged. Only keys and places are held in memory, never bodies.

The spool belongs to one thread; others may ask how much is in it and whether there is room.
"""

import base64
import contextlib
import fcntl
import json
import os
import tempfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from worker import ids, log, steps
from worker.domain.received import Received
from worker.ledger.events import Receipt, Stored

LARGEST = 256 * 1024 * 1024  # bytes in a data_dir
TRIAL = 64 * 1024  # bytes
DAMAGED = ".damaged"
_logger = log.named(__name__)


class CannotSpool(Exception):
    """The spool is full, or this disk takes nothing more."""


@dataclass
class _File:
    """A file that this process has locked. `entries` are its records that the database has not got yet."""

    path: Path
    descriptor: int
    entries: "deque[Entry]" = field(default_factory=deque)
    is_damaged: bool = False


@dataclass(frozen=True)
class Entry:
    """Where a record lies, and what identifies it."""

    file: _File
    event_id: str
    source: str
    keys: tuple[str, ...]
    offset: int
    length: int


class Spool:
    """The files of `folder` that this process has locked. At most `largest` bytes lie in the folder, whoever's they are."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self._folder = folder
        self._largest = largest
        self._files: list[_File] = []
        self._mine: _File | None = None
        self._known: dict[tuple[str, str], str] = {}

    def __len__(self) -> int:
        """Receipts that wait here."""
        return sum(len(file.entries) for file in list(self._files))

    def has_room(self) -> bool:
        """Whether it would take a receipt: it is not full, and this disk keeps a trial."""
        try:
            _make(self._folder)
            with tempfile.TemporaryFile(dir=self._folder) as trial:
                trial.write(bytes(TRIAL))
                trial.flush()
                os.fsync(trial.fileno())
            return self._size() < self._largest
        except OSError:
            return False

    def keep(self, receipts: Sequence[Receipt]) -> list[Stored]:
        """Make them durable, all or none, under the ids they bring; one whose key lies here already is a repeat of that one.

        Raises CannotSpool.
        """
        answers, fresh, known = [], [], dict[tuple[str, str], str]()
        for receipt in receipts:
            keys = [(receipt.source, key) for key in receipt.keys]
            first = next((found for key in keys if (found := self._known.get(key) or known.get(key))), None)
            if first is None:
                fresh.append(receipt)
                known |= dict.fromkeys(keys, _id(receipt))
            answers.append(Stored(first or _id(receipt), duplicate=first is not None))
        if fresh:
            self._append(fresh)
        return answers

    def oldest(self, count: int, size: int) -> list[Entry]:
        """The first records to go: at most `count`, of about `size` bytes, at least one if there is any."""
        file = next((one for one in self._files if one.entries), None)
        found: list[Entry] = []
        for entry in islice(file.entries, count) if file is not None else ():
            if found and sum(one.length for one in found) + entry.length > size:
                break
            found.append(entry)
        return found

    def forget(self, entries: Iterable[Entry]) -> None:
        """The database has these, which were the oldest. A file that is done with is removed."""
        for entry in entries:
            entry.file.entries.popleft()
            for key in entry.keys:
                if self._known.get((entry.source, key)) == entry.event_id:
                    del self._known[entry.source, key]
        for file in [one for one in self._files if not one.entries]:
            self._finish(file)

    def adopt(self) -> None:
        """Take over what dead processes left, in the order in which it came."""
        mine = {file.path for file in self._files}
        names = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        for path in [path for path in names if path not in mine and path.suffix != DAMAGED]:
            descriptor = _locked(path)
            if descriptor is None:
                continue  # its process lives
            file = _File(path, descriptor)
            for entry in _scan(file):
                self._add(entry)
            self._files = sorted([*self._files, file], key=lambda one: one.path)
            _logger.info("receipts that a dead process had spooled are taken over", count=len(file.entries))
        self.forget(())

    def _append(self, receipts: Sequence[Receipt]) -> None:
        lines = [_line(receipt) for receipt in receipts]
        try:
            if self._size() + sum(map(len, lines)) > self._largest:
                raise CannotSpool(f"{self._folder} holds as much as it may, {self._largest} bytes")
            file = self._open()
            offset = os.fstat(file.descriptor).st_size
            self._write(file, b"".join(lines))
        except OSError as fault:
            raise CannotSpool(f"{self._folder} can't be written to: {fault.strerror}") from fault
        steps.reached("after_spool_append")
        for receipt, line in zip(receipts, lines, strict=True):
            self._add(Entry(file, _id(receipt), receipt.source, receipt.keys, offset, len(line)))
            offset += len(line)

    def _open(self) -> _File:
        if self._mine is None:
            _make(self._folder)
            path = self._folder / ids.new_id()
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if (
                os.fstat(descriptor).st_nlink == 0
            ):  # somebody took the empty file for a dead process's before it was locked
                os.close(descriptor)
                return self._open()
            self._mine = _File(path, descriptor)
            self._files.append(self._mine)
            _sync(self._folder)
        return self._mine

    def _write(self, file: _File, content: bytes) -> None:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(file.descriptor, rest) :]
            os.fsync(file.descriptor)
        except OSError:
            self._mine = None  # its end may be half a record, and after a failed fsync nothing more is entrusted to it
            if not file.entries:
                self._finish(file)
            raise

    def _add(self, entry: Entry) -> None:
        entry.file.entries.append(entry)
        for key in entry.keys:
            self._known.setdefault((entry.source, key), entry.event_id)

    def _finish(self, file: _File) -> None:
        self._files = [one for one in self._files if one is not file]
        self._mine = None if self._mine is file else self._mine
        if file.is_damaged:
            os.replace(file.path, file.path.with_suffix(DAMAGED))
        else:
            file.path.unlink(missing_ok=True)
        os.close(file.descriptor)

    def _size(self) -> int:
        total = 0
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder) as files:
            for one in files:
                with contextlib.suppress(FileNotFoundError):  # removed by its own process meanwhile
                    total += one.stat().st_size
        return total


def load(entry: Entry) -> Receipt:
    """The receipt of a record, to be stored under its own id and as of when it came. From any thread.

    Raises OSError, and ValueError where the record is damaged.
    """
    line = os.pread(entry.file.descriptor, entry.length, entry.offset)
    about, body = _checked(line)
    received = Received(about["headers"], base64.b64decode(body), datetime.fromisoformat(about["at"]))
    keys = tuple(about["keys"])
    return Receipt(about["source"], about["organization"], received, keys, about["ignored"], about["id"], waited=True)


def _id(receipt: Receipt) -> str:
    assert receipt.event_id is not None, "a receipt gets its id before anything is done with it"
    return receipt.event_id


def _line(receipt: Receipt) -> bytes:
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


def _scan(file: _File) -> Iterator[Entry]:
    offset = 0
    with open(file.descriptor, "rb", closefd=False) as lines:
        for line in lines:
            try:
                about, _ = _checked(line)
                yield Entry(file, about["id"], about["source"], tuple(about["keys"]), offset, len(line))
            except (ValueError, KeyError):
                if line.endswith(b"\n"):  # whole, and wrong: not one that was cut while it was written
                    file.is_damaged = True
                    _logger.error("a spooled receipt is damaged; its file is kept", file=str(file.path), offset=offset)
            offset += len(line)


def _locked(path: Path) -> int | None:
    """The file, open and locked, or None where its process lives or has just removed it."""
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
    return descriptor


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """What is new in a folder is durable once the folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
