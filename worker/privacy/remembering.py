"""Tombstones beside the database, so that a backup of it can't bring anybody back: a line for each erasure, only ever added.

A line holds keyed digests and no person. Of who was readmitted there is a later line. The file belongs to what is backed up apart
from the database.
"""

import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FILE = "erased"


@dataclass(frozen=True)
class Line:
    """One erasure."""

    erasure: str
    at: datetime
    digests: tuple[str, ...]


def append(folder: Path, erasure: str, at: datetime, digests: Collection[str]) -> None:
    """Durable when this returns. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = json.dumps({"erasure": erasure, "at": at.isoformat(), "digests": sorted(digests)})
    handle = os.open(folder / FILE, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        # The empty line keeps this one apart from one that was cut while it was written.
        os.write(handle, f"\n{line}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def lines(folder: Path) -> list[Line]:
    """All of them; what was cut while it was written is left out, because its erasure was never carried out."""
    try:
        content = (folder / FILE).read_text()
    except FileNotFoundError:
        return []
    return [found for one in content.splitlines() if (found := _read(one)) is not None]


def _read(line: str) -> Line | None:
    try:
        said = json.loads(line)
        return Line(said["erasure"], datetime.fromisoformat(said["at"]), tuple(said["digests"]))
    except (ValueError, KeyError, TypeError):
        return None
