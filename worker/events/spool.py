"""The spool: receipts on this machine's own disk while the database is away.

One file after the other in a closed folder, each locked by the process that fills it and removed once the database has all of
it. What a dead process leaves is taken over by the next one that finds the lock free. A record is durable, file and folder,
before anybody hears of it; one that was cut was never acknowledged. Only keys and places are held in memory, never bodies.

The spool belongs to one thread; others may ask how much is in it and whether there is room.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from worker import log, steps
from worker.events import records
from worker.events.records import Entry, File
from worker.ledger.events import Receipt, Stored
from worker.ledger.keyring import Keyring, Unsealable

LARGEST = 256 * 1024 * 1024  # bytes in a data_dir
TRIAL = 64 * 1024  # bytes
_logger = log.named(__name__)


class CannotSpool(Exception):
    """The spool is full, or this disk takes nothing more."""


class Spool:
    """The files of `folder` that this process has locked. At most `largest` bytes lie in the folder, whoever's they are.

    Records are sealed with `keys`.
    """

    def __init__(self, folder: Path, keys: Keyring, largest: int = LARGEST) -> None:
        self._folder = folder
        self._keys = keys
        self._largest = largest
        self._files: list[File] = []
        self._mine: File | None = None
        self._known: dict[tuple[str, str], str] = {}

    def __len__(self) -> int:
        """Receipts that wait here."""
        return sum(len(file.entries) for file in list(self._files))

    def has_room(self) -> bool:
        """Whether it would take a receipt: it is not full, and this disk keeps a trial."""
        try:
            records.make(self._folder)
            with tempfile.TemporaryFile(dir=self._folder) as trial:
                trial.write(bytes(TRIAL))
                trial.flush()
                os.fsync(trial.fileno())
            self._keys.make()
            return self._size() < self._largest
        except (OSError, Unsealable):
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
            size -= entry.length
            if found and size < 0:
                break
            found.append(entry)
        return found

    def load(self, entries: Iterable[Entry]) -> list[Receipt]:
        """Their receipts. From any thread. Raises OSError, ValueError where one is damaged, and Unsealable."""
        return [records.load(entry, self._keys) for entry in entries]

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
        for path in [path for path in names if path not in mine and path.suffix != records.DAMAGED]:
            file = records.take_over(path)
            if file is None:
                continue
            for entry in file.entries:
                self._note(entry)
            self._files = sorted([*self._files, file], key=lambda one: one.path)
            _logger.info("receipts that a dead process had spooled are taken over", count=len(file.entries))
        self.forget(())

    def _append(self, receipts: Sequence[Receipt]) -> None:
        try:
            self._keys.make()  # the database is away, so nobody can tell whether it has one already; whatever was sealed opens
            lines = [records.line(receipt, self._keys) for receipt in receipts]
            if self._size() + sum(map(len, lines)) > self._largest:
                raise CannotSpool(f"{self._folder} holds as much as it may, {self._largest} bytes")
            file = self._open()
            offset = os.fstat(file.descriptor).st_size
            self._write(file, b"".join(lines))
        except OSError as fault:
            raise CannotSpool(f"{self._folder} can't be written to: {fault.strerror}") from fault
        except Unsealable as fault:
            raise CannotSpool(str(fault)) from fault
        steps.reached("after_spool_append")
        for receipt, line in zip(receipts, lines, strict=True):
            entry = Entry(file, _id(receipt), receipt.source, receipt.keys, offset, len(line))
            file.entries.append(entry)
            self._note(entry)
            offset += len(line)

    def _open(self) -> File:
        if self._mine is None:
            self._mine = records.begin(self._folder)
            self._files.append(self._mine)
        return self._mine

    def _write(self, file: File, content: bytes) -> None:
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

    def _note(self, entry: Entry) -> None:
        for key in entry.keys:
            self._known.setdefault((entry.source, key), entry.event_id)

    def _finish(self, file: File) -> None:
        self._files = [one for one in self._files if one is not file]
        self._mine = None if self._mine is file else self._mine
        records.end(file)

    def _size(self) -> int:
        total = 0
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder) as files:
            for one in files:
                with contextlib.suppress(FileNotFoundError):  # removed by its own process meanwhile
                    total += one.stat().st_size
        return total


def _id(receipt: Receipt) -> str:
    assert receipt.event_id is not None, "a receipt gets its id before anything is done with it"
    return receipt.event_id
