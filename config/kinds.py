"""What whoever loads the configuration knows, and config must not look for itself: other rooms' kinds, and texts for people."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path


def _english(_folder: Path | None) -> Collection[str]:
    return ("en",)


def _notes(_kind: str) -> str | None:
    return "notes"


def _nothing_wrong(_folder: Path) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Kinds:
    """The values that `kind` may have in `[sources.NAME]` and in `[targets.NAME]`.

    `languages` gives those that there are texts of, with a folder of the organization's own or without; `faults_of` gives a
    sentence for each thing that is wrong in such a folder. `on_jobs` says what can be written on a job of a kind of source:
    "nothing", "notes", "text", or "field" where a custom field has to be named; None for a kind that can't be written to.
    """

    sources: frozenset[str]
    targets: frozenset[str]
    languages: Callable[[Path | None], Collection[str]] = _english
    faults_of: Callable[[Path], Iterable[str]] = _nothing_wrong
    on_jobs: Callable[[str], str | None] = _notes
