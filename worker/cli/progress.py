"""Progress on stderr: one line that changes in a terminal, a line every ten seconds elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from worker.cli.printing import note

EVERY_SECONDS = 10.0
REDRAWN = 2.0  # times a second, in a terminal: it shows life, and each time costs


class Progress:
    """Tell it as often as you like. `key` names what a text is about: where it changes, the text is worth a line at once."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        live = console.is_terminal and not console.is_dumb_terminal and sys.stderr.isatty()
        self._status = Status("", console=console, refresh_per_second=REDRAWN) if live else None
        self._key: str | None = None
        self._said = ""
        self._next = 0.0

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def tell(self, text: str, key: str) -> None:
        """What is awaited now, and why."""
        if self._status is not None:
            self._status.update(Text(text))
            return
        now = time.monotonic()
        if key != self._key or (now >= self._next and text != self._said):
            note(text)
            self._key, self._said, self._next = key, text, now + EVERY_SECONDS
