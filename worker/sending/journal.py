"""The journal: one fsynced line for every answer, before the ledger hears of it.

A process that dies between an answer and its settling leaves the line behind; whoever finds the file's lock free settles it. So
an interview that was seen is never lost, even if the database was away when the answer came. Lines hold ids, a status and the
share link, no text and no person.
"""

import errno
import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Created, Evidence, NotExecuted, Outcome, Refused, Remedy, Unknown
from worker.domain.request import Code

SHRINK_BYTES = 1_000_000


class Journal:
    """This process's own file in `folder`, locked while it lives."""

    def __init__(self, folder: Path, boot_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / boot_id
        self._file = _made_and_locked(self._path)
        _sync_folder(folder)
        self._lock = threading.Lock()
        self._unsettled: set[str] = set()

    def write(self, attempt_id: str, outcome: Outcome) -> None:
        """Durable when this returns. Raises OSError where it can't be written, or not to its end."""
        # Begun on a line of its own, whatever was left of one for which there was no room.
        line = f"\n{json.dumps(_line(attempt_id, outcome))}\n".encode()
        with self._lock:
            self._unsettled.add(attempt_id)
            if os.write(self._file, line) != len(line):
                raise OSError(errno.ENOSPC, "the journal's line was cut", str(self._path))
            os.fsync(self._file)

    def settled(self, attempt_id: str) -> None:
        """The ledger knows it. A file whose lines are all settled starts again once it is large."""
        with self._lock:
            self._unsettled.discard(attempt_id)
            if not self._unsettled and os.fstat(self._file).st_size > SHRINK_BYTES:
                os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Remove the file if nothing in it waits; else leave it to the next worker."""
        with self._lock:
            if not self._unsettled:
                self._path.unlink(missing_ok=True)
            os.close(self._file)


class NotKnownHere(Exception):
    """Raised by `settle` for an attempt of another ledger: the line is kept for whoever knows it."""


def replay(folder: Path, settle: Callable[[str, Outcome], None], bury: Callable[[str], bool]) -> int:
    """Settle what dead processes left in `folder`; returns how many lines.

    Then `bury` is told the name of each of these processes, under its file's lock; the file is removed if all its lines are
    settled and `bury` says that it is done.
    """
    count = 0
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        with (
            suppress(FileNotFoundError, BlockingIOError),
            path.open("rb") as file,
        ):  # gone meanwhile, or its process lives
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            settled = [_settled(settle, *line) for line in _lines(file.read())]
            count += sum(settled)
            if bury(path.name) and all(settled):
                path.unlink(missing_ok=True)
    return count


def _settled(settle: Callable[[str, Outcome], None], attempt_id: str, outcome: Outcome) -> bool:
    try:
        settle(attempt_id, outcome)
    except NotKnownHere:
        return False
    return True


def _lines(content: bytes) -> Iterator[tuple[str, Outcome]]:
    """The last line of a process that was killed may be cut; it was never acknowledged, and is left out."""
    for line in content.decode(errors="replace").splitlines():
        try:
            yield _read(json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue


def _line(attempt_id: str, outcome: Outcome) -> dict[str, object]:
    evidence = outcome.evidence
    line: dict[str, object] = {
        "attempt": attempt_id,
        "outcome": type(outcome).__name__,
        "status": evidence.status,
        "error": evidence.code,
        "param": evidence.param,
        "x_request_id": evidence.x_request_id,
    }
    if isinstance(outcome, Created):
        line |= {"id": outcome.interview.id, "share_link": outcome.interview.share_link, "origin": outcome.origin}
    if isinstance(outcome, NotExecuted | Unknown):
        line["code"] = outcome.code
    if isinstance(outcome, NotExecuted):
        line["remedy"] = outcome.remedy
    return line


def _read(line: dict[str, str]) -> tuple[str, Outcome]:
    status = line["status"]
    evidence = Evidence(
        connected=True,
        body_done=True,
        status=None if status is None else int(status),
        code=line["error"],
        param=line["param"],
        x_request_id=line["x_request_id"],
    )
    return line["attempt"], _outcome(line, evidence)


def _outcome(line: dict[str, str], evidence: Evidence) -> Outcome:
    match line["outcome"]:
        case "Created":
            return Created(Interview(line["id"], line["share_link"], {}), evidence, Origin(line["origin"]))
        case "NotExecuted":
            return NotExecuted(Code(line["code"]), Remedy(line["remedy"]), evidence)
        case "Refused":
            return Refused(evidence)
        case "Unknown":
            return Unknown(Code(line["code"]), evidence)
        case other:
            raise ValueError(other)


def _made_and_locked(path: Path) -> int:
    """Made again where another process took it for a dead one's, empty and free, and removed it before it was locked."""
    while True:
        file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        os.close(file)


def _sync_folder(folder: Path) -> None:
    """A new file is durable once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
