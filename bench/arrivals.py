"""Arrivals: what the sandbox's record says of a run. It is the judge; nobody's own count is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from worker.sandbox.running import Running

LIMIT = 20
WINDOW_SECONDS = 60.0
FIRST = LIMIT  # slots that don't count: an idle organization may send all of its first window at once


@dataclass(frozen=True)
class Arrivals:
    """The generations of a run, by their moments at the API; `window` is in seconds of this machine."""

    admitted: Sequence[float]
    refused: int
    spans: Sequence[tuple[float, float]]
    window: float

    @classmethod
    def of(cls, api: Running) -> "Arrivals":
        """All so far."""
        told = api.ask("record")
        entries: Any = told["requests"]
        calls = [one for one in entries if one["tier"] == "ai" and one["body_at"] is not None]
        return cls(
            admitted=sorted(one["body_at"] for one in calls if one["status"] != 429),
            refused=sum(one["status"] == 429 for one in calls),
            spans=[(one["body_at"], one["finished_at"] or float("inf")) for one in calls if one["status"] != 429],
            window=float(str(told["window_seconds"])),
        )

    def slots(self) -> int:
        """How many count."""
        return max(0, len(self.admitted) - 1 - FIRST)

    def share(self) -> float:
        """Of the allowed rate: the time that so many slots must take, over the time that they took.

        Whole windows' worth of slots where there are enough, so that who sends in bursts is not judged by half a burst.
        """
        slots = self.slots() // LIMIT * LIMIT or self.slots()
        took = self.admitted[FIRST + slots] - self.admitted[FIRST]
        return slots * self.window / LIMIT / took

    def most_in_a_window(self) -> int:
        """Of those admitted, in any window, wherever it begins."""
        return max(sum(start <= at < start + self.window for at in self.admitted) for start in self.admitted)

    def most_in_flight(self) -> int:
        """At one moment."""
        return max(sum(began <= at < ended for began, ended in self.spans) for at in self.admitted)

    def facts(self) -> dict[str, object]:
        """For the JSON."""
        return {
            "slots": self.slots(),
            "share": round(self.share(), 4),
            "refused_429": self.refused,
            "refused_share": round(self.refused / (self.refused + len(self.admitted)), 4),
            "most_in_a_window": self.most_in_a_window(),
            "most_in_flight": self.most_in_flight(),
        }
