"""Dating: when something changed, as far as its sender can be believed. It orders what is said of one thing."""

from datetime import datetime, timedelta

FURTHEST_AHEAD = timedelta(hours=1)  # of its arrival; senders' clocks differ by less


def changed_at(said: datetime | None, received_at: datetime) -> datetime:
    """The sender's own time, else that of the arrival.

    A time that was still to come (a clock that is wrong, a local time without its zone) would be newer than all that follows, and
    nothing could close or change the thing any more: it counts as of its arrival, which a replay does not move.
    """
    return received_at if said is None or said > received_at + FURTHEST_AHEAD else said
