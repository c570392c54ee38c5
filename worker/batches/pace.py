"""How many rows are filed in one transaction: as many as keep other writers waiting for a moment only.

SQLite has one writer at a time, and a live event must not wait behind a file of 100,000 rows. How long a row takes differs from
machine to machine and from minute to minute, so it is measured. PostgreSQL locks rows: there the largest chunk is the best.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from worker.ledger import compaction
from worker.ledger.connection import Ledger, Tx

T = TypeVar("T")
AIM = 0.025  # seconds between the grant of SQLite's lock and the end of the commit
FEWEST, FIRST, MOST = 20, 50, 100  # rows
GROWTH = 1.5  # at most, from one chunk to the next: a slow minute is believed at once, a quick one by and by
CAUGHT_UP = 10  # chunks between two moves of SQLite's log into its file


@dataclass
class Pace:
    """The size of one run's chunks."""

    ledger: Ledger
    rows: int = FIRST
    done: int = 0

    def __post_init__(self) -> None:
        if not self.ledger.is_sqlite:
            self.rows = MOST

    def chunks(self, rows: Iterable[T]) -> Iterator[list[T]]:
        """Some at a time."""
        each = iter(rows)
        while chunk := list(islice(each, self.rows)):
            yield chunk

    def file(self, unit: Callable[[Tx], Sequence[T]]) -> Sequence[T]:
        """One chunk in a transaction; what `unit` gives is as many as it has filed."""
        began = 0.0

        def timed(tx: Tx) -> Sequence[T]:
            nonlocal began
            began = time.perf_counter()
            return unit(tx)

        found = self.ledger.fill(timed)
        self._learn(len(found), time.perf_counter() - began)
        self.done += 1
        if self.done % CAUGHT_UP == 0:
            compaction.catch_up(self.ledger)
        return found

    def _learn(self, count: int, seconds: float) -> None:
        if self.ledger.is_sqlite:
            fitting = int(count * AIM / seconds) if seconds else MOST
            self.rows = max(FEWEST, min(fitting, int(self.rows * GROWTH), MOST))
