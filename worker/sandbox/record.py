"""The record: every request to the API, what came of it, and when. It is the judge, so it is written as things happen.

Moments are Unix times of this machine, in seconds. `head_at` is when the last byte of the head had arrived, `body_at` the same
for the body, and the moment at which the limiter looked.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

LABEL = re.compile(r"\[(spr-[^\]\s]+)\]")
LONGEST_RECORD = 200_000


@dataclass(slots=True)
class Entry:
    number: int
    request_id: str
    method: str
    path: str
    endpoint: str
    tier: str
    head_at: float
    organization: str = ""
    key: str = ""  # its first twelve characters
    body_at: float | None = None  # None: the body never arrived whole
    body_bytes: int = 0
    body_sha256: str = ""
    label: str = ""
    title: str = ""
    counted: bool = False  # consumed the window
    fault: str = ""
    executed: bool = False
    executed_at: float | None = None
    interview_id: str = ""
    status: int | None = None  # None: no status line was sent (yet)
    finished_at: float | None = None


class Record:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=LONGEST_RECORD)
        self._count = 0

    def open(self, *, request_id: str, method: str, path: str, endpoint: str, tier: str, head_at: float) -> Entry:
        self._count += 1
        entry = Entry(self._count, request_id, method, path, endpoint, tier, head_at)
        self._entries.append(entry)
        return entry

    def since(self, number: int) -> Iterator[Entry]:
        """The entries after the given number, oldest first."""
        return (entry for entry in self._entries if entry.number > number)


def label_in(client_name: object) -> str:
    """The bridge's mark in `client_name`, such as spr-7K2Q-1; empty if there is none."""
    match = LABEL.search(client_name) if isinstance(client_name, str) else None
    return match[1] if match else ""
