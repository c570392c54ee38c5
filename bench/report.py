"""A row: one goal, measured side by side with something else, and what is said of it.

Figures of a machine mean little, ratios of two things measured in one run a little more. So a row keeps every round of both
sides (A B A B …), the ratio of each round, and judges the median ratio. Where the other side's own rounds differ by more than
half, the machine was too restless and nothing is judged.
"""

import json
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

NOISE = 1.5  # of the peer's own rounds, largest over smallest
HEADINGS = ("goal", "what", "ours", "peer", "ceiling", "ratio (min–max)", "aim", "verdict")


@dataclass(frozen=True)
class Aim:
    """What the median ratio must reach, and what it must not exceed; both ends count as reached."""

    at_least: float | None = None
    at_most: float | None = None

    def met(self, value: float) -> bool:
        """Whether `value` lies within."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        ends = (("≥", self.at_least), ("≤", self.at_most))
        return " and ".join(f"{sign} {figure(end)}" for sign, end in ends if end is not None) or "–"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    `ours` and `peer` are the rounds in `unit`, in the order in which they were measured; `ratios` are ours ÷ peer of each round,
    or whatever the goal compares. `ceiling` is the most that could be reached, in the same unit. `checks` are promises without a
    figure ("0 × 429", "rows stored = answers"): one that is false makes the row a MISS however good the ratio is. `facts` go to
    the JSON as they are, `repeat` is the command that measures this row alone.
    """

    goal: str
    what: str
    unit: str
    aim: Aim
    ours: Sequence[float]
    ratios: Sequence[float]
    repeat: str
    peer: Sequence[float] = ()
    ceiling: float | None = None
    checks: Mapping[str, bool] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    fault: str | None = None

    @classmethod
    def failed_part(cls, goals: str, command: str, fault: str) -> "Row":
        """Instead of what a part did not measure."""
        return cls(goal=goals, what=command, unit="", aim=Aim(), ours=(), ratios=(), repeat=command, fault=fault)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Row":
        """A row from its own document."""
        told = {name: value for name, value in document.items() if name not in ("ratio", "aim", "verdict")}
        return cls(**told, aim=Aim(**document["aim"]))

    @property
    def ratio(self) -> float | None:
        """The median of the rounds; None where nothing was measured."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def spread(self) -> float:
        """The peer's largest round over its smallest: how restless the machine was. 1 where it can't be told."""
        return max(self.peer) / min(self.peer) if self.peer and min(self.peer) > 0 else 1.0

    @property
    def failed(self) -> list[str]:
        """The checks that do not hold."""
        return [name for name, held in self.checks.items() if not held]

    @property
    def verdict(self) -> str:
        """ok, MISS, NOISY or FAILED; a miss says which checks failed, a failure why nothing was measured."""
        if self.fault is not None or self.ratio is None:
            return f"FAILED ({self.fault or 'nothing was measured'})"
        if self.failed:
            return f"MISS ({'; '.join(self.failed)})"
        if self.spread > NOISE:
            return f"NOISY ({self.spread:.1f}×)"
        return "ok" if self.aim.met(self.ratio) else "MISS"

    def cells(self) -> tuple[str, ...]:
        """What stands under HEADINGS."""
        return (
            self.goal,
            self.what,
            _median(self.ours, self.unit),
            _median(self.peer, self.unit),
            "–" if self.ceiling is None else f"{figure(self.ceiling)} {self.unit}".strip(),
            "–"
            if self.ratio is None
            else f"{figure(self.ratio)} ({figure(min(self.ratios))}–{figure(max(self.ratios))})",
            str(self.aim),
            self.verdict,
        )

    def document(self) -> dict[str, object]:
        """Everything, for JSON."""
        return {
            "goal": self.goal,
            "what": self.what,
            "unit": self.unit,
            "ours": list(self.ours),
            "peer": list(self.peer),
            "ceiling": self.ceiling,
            "ratios": list(self.ratios),
            "ratio": self.ratio,
            "aim": asdict(self.aim),
            "verdict": self.verdict,
            "checks": dict(self.checks),
            "facts": dict(self.facts),
            "repeat": self.repeat,
            "fault": self.fault,
        }

    def line(self) -> str:
        """The same as one line."""
        return json.dumps(self.document(), ensure_ascii=False)


def interleaved(rounds: int, *sides: Callable[[], float]) -> Iterator[tuple[float, ...]]:
    """Measure the sides in turn, A B A B …: what disturbs the machine for a while disturbs all of them."""
    for _ in range(rounds):
        yield tuple(side() for side in sides)


def table(rows: Iterable[Row]) -> str:
    """The rows in Markdown, in columns that line up."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    rule = ["-" * width for width in widths]
    return "\n".join(f"| {' | '.join(line)} |" for line in (padded[0], rule, *padded[1:]))


def figure(value: float) -> str:
    """Three digits that count: 4,852, 12.3, 0.094."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) >= 0.0005 else f"{value:.1e}"


def _median(rounds: Sequence[float], unit: str) -> str:
    return f"{figure(statistics.median(rounds))} {unit}".strip() if rounds else "–"
