"""Dating: when something changed, as far as its sender can be believed. It orders what is said of one thing."""

from dataclasses import replace
from datetime import datetime, timedelta

from worker.domain.event import (
    CandidateReachedStage,
    Event,
    PostingAnnounced,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)

FURTHEST_AHEAD = timedelta(hours=1)  # of its arrival; senders' clocks differ by less


def believed(event: Event, arrived_at: datetime) -> Event:
    """`event`, without a time that was still to come when it arrived.

    By such a time (a clock that is wrong, a local time without its zone) it would be newer than all that follows, and nothing
    could close or change the posting any more. Without one it counts as of its arrival, which a replay does not move.
    """
    match event:
        case PostingOpened(posting) | PostingChanged(posting) if _is_ahead(posting.changed_at, arrived_at):
            return replace(event, posting=replace(posting, changed_at=None))
        case PostingAnnounced() | PostingClosed() if _is_ahead(event.changed_at, arrived_at):
            return replace(event, changed_at=None)
        case CandidateReachedStage() if _is_ahead(event.moved_at, arrived_at):
            return replace(event, moved_at=None)
        case _:
            return event


def _is_ahead(said: datetime | None, arrived_at: datetime) -> bool:
    return said is not None and said > arrived_at + FURTHEST_AHEAD
