"""The running `up`, as it is noted in `data_dir`: who it is, where its broker and sandbox listen.

A lock on the note's own file is what says that it runs: the note of one that was killed is stale and nobody believes it.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Running:
    """`broker` is a unix socket's path; `sandbox` the base URL of the sandbox that `up` started, or None."""

    pid: int
    broker: str | None = None
    sandbox: str | None = None


class AlreadyRunning(Exception):
    """Another `up` holds this folder; `by` is what it noted."""

    def __init__(self, by: Running | None) -> None:
        super().__init__("another up holds this folder")
        self.by = by


class Place:
    """This process's claim on `data_dir` as the one `up`; ends with the process, however it ends."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file: IO[str] = _path(data_dir).open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise AlreadyRunning(_note(data_dir)) from None
        self.note(Running(os.getpid()))

    def note(self, running: Running) -> None:
        """Tell the commands where things are."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(asdict(running)))
        self._file.flush()

    def leave(self) -> None:
        """Give the folder up."""
        self._file.truncate(0)
        self._file.close()


def find(data_dir: Path) -> Running | None:
    """The `up` that runs on this folder now, or None."""
    try:
        with _path(data_dir).open("r", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None  # nobody holds it
    except BlockingIOError:
        return _note(data_dir)
    except FileNotFoundError:
        return None


def last(data_dir: Path) -> Running | None:
    """What the last `up` noted, running or not."""
    return _note(data_dir)


def _note(data_dir: Path) -> Running | None:
    try:
        return Running(**json.loads(_path(data_dir).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _path(data_dir: Path) -> Path:
    return data_dir / "up.json"
