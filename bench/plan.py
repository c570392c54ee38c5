"""What is measured, in which order, and for how long at most: each part is a process of its own.

So a part that fails, hangs or is killed costs its own rows and nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A module of this package and its arguments; `goals` are those of its rows; after `seconds` it is killed."""

    bench: str
    goals: str
    seconds: float
    arguments: Sequence[str] = ()

    @property
    def command(self) -> str:
        """What a person types to measure it alone."""
        return " ".join(("python -m bench.part", self.bench, *self.arguments))


EVERYTHING = (
    Part("receive", "P3 P4 P5", 240),
    Part("receive", "P3 P4", 180, ("--case", "slow-clients")),
    Part("receive", "P3 P4", 180, ("--case", "backlog")),
    Part("receive", "P3 P4", 180, ("--case", "slow-disk")),
    Part("receive", "P3 P4", 240, ("--database", "postgresql")),
    Part("latency", "P6", 240),
    Part("latency", "P6", 240, ("--broker", "embedded")),
    Part("latency", "P6", 180, ("--broker", "embedded", "--beside", "filesystem", "--rounds", "1", "--events", "15")),
    Part("drain", "P1", 180, ("--control",)),
    Part("drain", "P1", 600, ("--workers", "4", "--rival", "window")),
    Part("drain", "P1", 400, ("--workers", "1", "--limiter", "fixed")),
    Part("drain", "P1", 400, ("--workers", "8", "--database", "postgresql", "--limiter", "weighted")),
    Part("safety", "P2", 900),
    Part("scale", "P7", 600, ("--smallest", "5", "--organizations", "100")),
    Part("claims", "P8", 300),
    Part("claims", "P11", 240, ("--together",)),
    Part("filing", "P9", 400),
    Part("filing", "P9", 400, ("--database", "postgresql")),
    Part("starting", "P10", 120, ("--help-only",)),
    Part("starting", "P12", 240, ("--memory-only",)),
)
QUICK = (
    Part("receive", "P3 P4 P5", 120, ("--rounds", "3", "--seconds", "2")),
    Part("latency", "P6", 120, ("--rounds", "2", "--events", "20")),
    Part("claims", "P8", 150, ("--claims", "2000")),
    Part("filing", "P9", 120, ("--rows", "20000")),
    Part("starting", "P10", 120, ("--help-only",)),
)
BENCHES = tuple(dict.fromkeys(part.bench for part in EVERYTHING))


def chosen(benches: Sequence[str], *, quick: bool) -> Iterator[Part]:
    """The parts of some benches; of all where none is named."""
    yield from (part for part in (QUICK if quick else EVERYTHING) if not benches or part.bench in benches)
