"""Hints from requests: handed to a thread, so that a broker that hangs delays nobody's answer.

A hint that finds the queue full, or its process ended, is lost; the sweep finds the work.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta

from worker import log, metrics
from worker.hints import Hints

MOST_WAITING = 1000
MOST_TOGETHER = 50  # events in one hint, which one thread of a worker follows alone
GATHERING = timedelta(milliseconds=10)  # between two hints of events: a hint costs more than a receipt
_logger = log.named(__name__)


class Hinting:
    """Sends hints one after the other. Starts its thread with the first one."""

    def __init__(self, hints: Hints) -> None:
        self._hints = hints
        self._waiting: queue.Queue[tuple[Callable[[], bool], Future[bool]]] = queue.Queue(MOST_WAITING)
        self._unread: list[str] = []
        self._read_at = time.monotonic()
        self._collecting = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def read(self, event_id: str) -> None:
        """An event is stored. Those that come soon after another share a hint."""
        with self._collecting:
            is_first = not self._unread
            if len(self._unread) < MOST_WAITING:
                self._unread.append(event_id)
            else:
                metrics.HINTS_LOST.inc()
        if is_first:
            self._send(self._read)

    def pump(self, organization: str) -> None:
        """An organization may have a request that is due."""
        self._send(lambda: self._hints.pump(organization))

    def file(self, batch_id: str) -> None:
        """A batch has rows that are to be filed."""
        self._send(lambda: self._hints.file(batch_id))

    def deliver(self, organization: str) -> None:
        """An organization may have a delivery that is due."""
        self._send(lambda: self._hints.deliver(organization))

    def broker_answers(self, organization: str, within: timedelta) -> bool:
        """Whether the broker takes a hint now. The hint is a true one: there may always be work."""
        try:
            return self._send(lambda: self._hints.pump(organization)).result(within.total_seconds())
        except TimeoutError:
            return False

    def _send(self, send: Callable[[], bool]) -> Future[bool]:
        taken: Future[bool] = Future()
        self._start()
        try:
            self._waiting.put_nowait((send, taken))
        except queue.Full:
            metrics.HINTS_LOST.inc()
            with self._collecting:
                self._unread.clear()
            taken.set_result(False)
        return taken

    def _read(self) -> bool:
        """All that have gathered. Where the broker does not take the first, the others are not tried."""
        time.sleep(max(0.0, self._read_at + GATHERING.total_seconds() - time.monotonic()))
        self._read_at = time.monotonic()
        with self._collecting:
            gathered, self._unread = self._unread, []
        starts = range(0, len(gathered), MOST_TOGETHER)
        return all(self._hints.read(*gathered[start : start + MOST_TOGETHER]) for start in starts)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_for_ever, name="hinting", daemon=True)
                self._thread.start()

    def _send_for_ever(self) -> None:
        while True:
            send, taken = self._waiting.get()
            try:
                taken.set_result(send())
            except Exception as fault:  # noqa: BLE001 - a hint may be lost, the thread that sends the next one may not
                _logger.warning("hint not sent; the sweep will find it", fault=type(fault).__name__)
                taken.set_result(False)
