"""Files that are handed in: each lies in `data_dir/handed-in` in a folder of its own, as long as somebody reads it.

A lock on the folder says that its reader lives. What a killed one left goes with the next file that is handed in, and when the
receiver starts; what a living process holds, on this machine, nobody touches.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from worker import ids

PLACE = "handed-in"


@contextmanager
def folder(data_dir: Path) -> Iterator[Path]:
    """An empty folder, gone at the end. Raises OSError where none can be made."""
    sweep(data_dir)
    path, handle = _made_and_locked(data_dir / PLACE)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(handle)


def sweep(data_dir: Path) -> int:
    """Remove what dead processes left; how many folders."""
    place = data_dir / PLACE
    return sum(_removed(path) for path in sorted(place.iterdir())) if place.is_dir() else 0


def _made_and_locked(place: Path) -> tuple[Path, int]:
    """Made again where another process took it for a dead one's before it was locked."""
    while True:
        path = place / ids.new_id()
        path.mkdir(parents=True, mode=0o700)
        handle = _locked(path)
        if handle is not None:
            return path, handle


def _removed(path: Path) -> bool:
    try:
        handle = _locked(path)
    except OSError:
        return False  # a link, or another user's: no business of ours
    if handle is None:
        return False
    shutil.rmtree(path, ignore_errors=True)
    os.close(handle)
    return True


def _locked(path: Path) -> int | None:
    """None where somebody else has it, and where it is gone. Raises OSError where it can't be opened or locked at all."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), path.stat()):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        os.close(handle)
        raise
    os.close(handle)
    return None
