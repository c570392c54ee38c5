"""Texts that several tests here read: a long posting as a company writes it, and what nobody may see in a result."""

import re
import unicodedata
from collections.abc import Callable

import pytest

DEFAULT_IGNORABLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
VISIBLE_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
JOINERS = frozenset("\u200c\u200d")  # kept within words of some scripts; a test of its own looks at where


@pytest.fixture(scope="session")
def invisible_in() -> Callable[[str], set[str]]:
    """The characters of a text that nobody can see, other than spaces and line ends."""

    def found(text: str) -> set[str]:
        hidden = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs")}
        return (hidden | set(DEFAULT_IGNORABLE.findall(text))) - VISIBLE_FORMAT - JOINERS - {"\n"}

    return found


@pytest.fixture(scope="session")
def long_posting() -> str:
    """About 26,000 characters of readable text; every sentence and item occurs once."""
    return "\n\n".join(
        [
            "Maintenance Planner, Harbour Cranes",
            "We look for somebody who plans the upkeep of fourteen ship-to-shore cranes, and who likes to be asked why.",
            "About us",
            *(_sentences(f"Our terminal number {n} handles ships", 6) for n in range(6)),
            "Your responsibilities",
            "\n".join(
                f"- Plan the inspection of crane {n}: ropes, brakes, gears and the log that goes with them"
                for n in range(75)
            ),
            "How the work is done",
            *(_sentences(f"In week {n} the planner walks the quay", 9) for n in range(6)),
            "What you bring",
            "\n".join(
                f"- You can explain fault class {n} to a driver, a fitter and an insurer, in writing" for n in range(60)
            ),
            "What we offer",
            "\n".join(
                f"- Benefit {n}: paid in full from the first day, for you and whoever lives with you" for n in range(45)
            ),
            "How to apply",
            _sentences("Send your documents in round", 8),
            "Equal opportunity",
            _sentences("We decide without regard to origin in case", 9),
            "Your data",
            _sentences("We keep applications for months", 8),
        ]
    )


def _sentences(opening: str, count: int) -> str:
    return " ".join(f"{opening} {n}, as it did in the year before, and nobody was hurt." for n in range(count))
