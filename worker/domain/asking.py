"""Asking: which page of a vendor's list of postings is wanted, and what one said."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from worker.domain.event import Event, Illegible
from worker.domain.fields import Unreadable

Part = TypeVar("Part")


@dataclass(frozen=True)
class Asking:
    """One page. `account`: whose postings, where the vendor's API has to know; `next`: as the page before it said.

    `since`: all that have changed since then, closed ones too. Without it, those that are open now.
    """

    account: str | None = None
    since: datetime | None = None
    next: str | None = None


@dataclass(frozen=True)
class Listed:
    """What a page said, in order, and what leads to the page after it; None where it was the last.

    `is_whole`: it names every posting that is open, and the vendor says in no other way which are not any more.
    """

    events: tuple[Event, ...]
    next: str | None = None
    is_whole: bool = False


def each(parts: Iterable[Part], read: Callable[[Part], Event]) -> tuple[Event, ...]:
    """What the postings of a page say. One that can't be read takes no other with it; raises Unreadable where none can."""
    told, faults = list[Event](), list[Unreadable]()
    for part in parts:
        try:
            told.append(read(part))
        except Unreadable as fault:
            faults.append(fault)
            told.append(Illegible(str(fault)))
    if faults and len(faults) == len(told):
        raise faults[0]
    return tuple(told)
