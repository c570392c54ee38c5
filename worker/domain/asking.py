"""Asking: which page of a vendor's list of postings is wanted, and what one said."""

from dataclasses import dataclass
from datetime import datetime

from worker.domain.event import Event


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
