"""Hints from requests: handed to a thread, so that a broker that hangs delays nobody's answer.

A hint that finds the queue full, or its process ended, is lost; the sweep finds the work.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta

from worker import log, metrics
from worker.hints import Hints

MOST_WAITING = 1000
_logger = log.named(__name__)


class Hinting:
    """Sends hints one after the other. Starts its thread with the first one."""

    def __init__(self, hints: Hints) -> None:
        self._hints = hints
        self._waiting: queue.Queue[tuple[Callable[[], bool], Future[bool]]] = queue.Queue(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def read(self, event_id: str) -> None:
        """An event is stored."""
        self._send(lambda: self._hints.read(event_id))

    def pump(self, organization: str) -> None:
        """An organization may have a request that is due."""
        self._send(lambda: self._hints.pump(organization))

    def file(self, batch_id: str) -> None:
        """A batch has rows that are to be filed."""
        self._send(lambda: self._hints.file(batch_id))

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
            taken.set_result(False)
        return taken

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
