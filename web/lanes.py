"""Two lanes, so that whoever waits for the database never stands in the way of a delivery.

Deliveries and probes have threads of their own: they ask the database through errands and are answered in their sender's time.
The API and the pages talk to the database themselves, so at most `SEATS` of them are at it at once. Two threads more serve
those that find no seat: they are told to come back, as soon as it shows that the database hangs, else after some seconds.
"""

import threading
from datetime import timedelta

from flask import Flask, g, request
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]  # waitress ships no types
from waitress.task import ThreadedTaskDispatcher  # type: ignore[import-untyped]  # the same

from web import problems
from web.problems import Problem
from web.readiness import Readiness

QUICK = ("/healthz", "/readyz")
QUICK_BELOW = ("/webhooks/", "/static/", "/problems/")
WITHOUT_SEAT = ("/metrics",)
QUICK_THREADS = 32  # most of them wait for a commit, and a commit takes along as many receipts as wait for it
SEATS = 4
PEOPLES_THREADS = SEATS + 2
PATIENCE = timedelta(seconds=5)  # for a seat, while the database answers: a crowd is served, not turned away
AWAY = "The database does not answer."
BUSY = "As many requests are at work as may be at once."


def is_quick(path: str) -> bool:
    """Whether a path is answered without a word to the database that could hang."""
    return path in QUICK or path.startswith(QUICK_BELOW)


class Lanes:
    """The threads of both lanes, as waitress asks for them."""

    def __init__(self) -> None:
        self._quick, self._people = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._quick.set_thread_count(QUICK_THREADS)
        self._people.set_thread_count(PEOPLES_THREADS)

    def add_task(self, channel: HTTPChannel) -> None:
        """A connection whose next request is complete, or refused by waitress itself."""
        first = channel.requests[0]
        lane = self._quick if first.error or is_quick(first.path) else self._people
        lane.add_task(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        """Both; what hangs is left to the end of the process."""
        for lane in (self._quick, self._people):
            lane.shutdown(cancel_pending, timeout)


class Seats:
    """Who may be at the database at once, of those who talk to it themselves."""

    def __init__(self, readiness: Readiness) -> None:
        self._free = threading.Semaphore(SEATS)
        self._readiness = readiness

    def register(self, app: Flask) -> None:
        """Every request of `app` takes a seat before all else, and leaves it at its end."""
        app.before_request(self._sit)
        app.teardown_request(self._rise)

    def _sit(self) -> None:
        if is_quick(request.path) or request.path in WITHOUT_SEAT:
            return
        if not self._free.acquire(blocking=False):
            if self._readiness.database_trouble() is not None:
                raise Problem(problems.NOT_READY, AWAY, headers=problems.RETRY_SOON)
            if not self._free.acquire(timeout=PATIENCE.total_seconds()):
                raise Problem(problems.NOT_READY, BUSY, headers=problems.RETRY_SOON)
        g.seated = True

    def _rise(self, _: BaseException | None) -> None:
        if g.pop("seated", False):
            self._free.release()
