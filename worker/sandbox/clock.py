"""The sandbox's clock: the wall's time at the start, moved on by the monotonic clock, so that no step can bend a window."""

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Seconds since 1970 (Unix time), never going back."""
        return self._offset + time.monotonic()

    async def wait(self, seconds: float) -> None:
        """Let so many seconds of TalentSprout's time pass."""
        await asyncio.sleep(seconds / self.speed)


def iso(moment: float) -> str:
    """As TalentSprout writes times: UTC, milliseconds, Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
