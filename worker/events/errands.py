"""Errands: what may hang, done one after the other in a thread of its own.

A database that hangs keeps whoever talks to it. So nobody talks to it who has an answer to give: they send the errand and wait
as long as they can afford. The errand itself goes on, and ends when the database lets it.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Errands:
    """One pair of hands. Starts its thread, called `name`, with the first errand."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._last: Future[Any] | None = None
        self._lock = threading.Lock()

    def send(self, errand: Callable[[], T]) -> Future[T]:
        """Done as soon as those before it are; the future has what it returned or raised."""
        outcome: Future[T] = Future()
        with self._lock:
            if self._last is None:
                threading.Thread(target=self._go_for_ever, name=self._name, daemon=True).start()
            self._last = outcome
        self._waiting.put((errand, outcome))
        return outcome

    def are_under_way(self) -> bool:
        """Whether the last one has not ended yet."""
        return self._last is not None and not self._last.done()

    def _go_for_ever(self) -> None:
        while True:
            errand, outcome = self._waiting.get()
            try:
                found = errand()
            except Exception as fault:  # noqa: BLE001 - it is raised again where it is waited for
                outcome.set_exception(fault)
            else:
                outcome.set_result(found)


class Question(Generic[T]):
    """One errand that everybody sends for: who asks while it is under way waits for the same answer."""

    def __init__(self, name: str, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._errands = Errands(name)
        self._lock = threading.Lock()
        self._answer: Future[T] | None = None
        self._asked = 0.0

    def answer(self, patience: timedelta) -> T:
        """Raises what the question raised, and TimeoutError once it has been under way for longer than `patience`."""
        with self._lock:
            if self._answer is None or self._answer.done():
                self._answer, self._asked = self._errands.send(self._ask), time.monotonic()
            answer, ends = self._answer, self._asked + patience.total_seconds()
        return answer.result(max(0.0, ends - time.monotonic()))
