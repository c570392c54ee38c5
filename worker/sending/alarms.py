"""Alarms: one for a key, at the moment the next slot opens or the next request is due. Nobody sleeps on a slot.

They live in this process only and are lost with it; the sweep finds what they would have woken.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

TICK = timedelta(milliseconds=1)  # SQLite's clock counts milliseconds: a moment later is surely not too early


class Alarms:
    """Calls `ring(key)` in a thread of its own when a key's time has come."""

    def __init__(self, ring: Callable[[str], None]) -> None:
        self._ring = ring
        self._changed = threading.Condition()
        self._due: dict[str, float] = {}
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
        self._thread.start()

    def set(self, key: str, wait: timedelta) -> None:
        """Ring after `wait`; of two alarms for one key the earlier counts."""
        at = time.monotonic() + (wait + TICK).total_seconds()
        with self._changed:
            if not self._stopped and at < self._due.get(key, float("inf")):
                self._due[key] = at
                self._changed.notify()

    def stop(self) -> None:
        """Ring no more."""
        with self._changed:
            self._stopped = True
            self._due.clear()
            self._changed.notify()

    def _run(self) -> None:
        while (key := self._next()) is not None:
            threading.Thread(target=self._ring, args=(key,), name=f"alarm {key}", daemon=True).start()

    def _next(self) -> str | None:
        with self._changed:
            while not self._stopped:
                key = min(self._due, key=self._due.__getitem__, default=None)
                left = None if key is None else self._due[key] - time.monotonic()
                if key is not None and left is not None and left <= 0:
                    del self._due[key]
                    return key
                self._changed.wait(left)
            return None
