"""Calls in flight: one thread each, so that their number is bound to no process count.

20 calls a minute that take 60 seconds each are 20 in flight. A seat is taken before a request is claimed: what can't fly is not
claimed, and another worker may have it.
"""

import threading
from collections.abc import Callable

from worker.domain.outcome import Attempt


class Flights:
    """At most `seats` calls at once."""

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self._taken = 0
        self._changed = threading.Condition()
        self._flying: dict[str, Attempt] = {}

    def take_seat(self) -> bool:
        """Take one if one is free."""
        with self._changed:
            if self._taken >= self._seats:
                return False
            self._taken += 1
            return True

    def leave_seat(self) -> None:
        """Give back a seat that was not used."""
        with self._changed:
            self._taken -= 1
            self._changed.notify_all()

    def start(self, attempt: Attempt, call: Callable[[], None], then: Callable[[], None]) -> None:
        """Run `call` in a thread of its own, on a seat that was taken, and `then` when the seat is free again."""
        with self._changed:
            self._flying[attempt.id] = attempt
        flight = (attempt, call, then)
        threading.Thread(target=self._fly, args=flight, name=f"flight {attempt.label}", daemon=True).start()

    def now(self) -> list[Attempt]:
        """What is in the air."""
        with self._changed:
            return list(self._flying.values())

    def wait(self, seconds: float) -> bool:
        """Until every seat is free: all have landed, and nobody is about to start. False if some are taken still."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._taken, timeout=seconds)

    def _fly(self, attempt: Attempt, call: Callable[[], None], then: Callable[[], None]) -> None:
        try:
            call()
        finally:
            with self._changed:
                del self._flying[attempt.id]
            self.leave_seat()
            then()
