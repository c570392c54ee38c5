"""What is wrong with a configuration, as one line for each fault, and the error that carries them all."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault, or in `Settings.warnings` one thing that `doctor` points out.

    file     as it was named by the operator; empty without one
    section  dotted, without brackets: `sources.careers`; empty for the file as a whole
    key      the key in that section; empty for the section as a whole. Items of a list count from 1: `secret, item 2`
    problem  what was found (never of a secret), what is expected and what to do
    """

    file: str
    section: str
    key: str
    problem: str

    def __str__(self) -> str:
        """`bridge.toml, [sources.careers] on_change: "regenrate" is not a choice; expected "keep", "ask" or "regenerate".`"""
        place = f"[{self.section}] {self.key}".rstrip() if self.section else self.key
        return f"{', '.join(filter(None, (self.file, place)))}: {self.problem}"


class ConfigError(Exception):
    """The configuration can't be used. Its text is the whole message: one line for each fault, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Wrong(ValueError):
    """A value that can't be accepted; raised by what reads values, and turned into a Fault where file and key are known.

    found   what was found, as the start of a sentence: `"5 minutes" is not a duration`
    remedy  what to do instead; without it, the description of the key follows: `; expected …`
    """

    def __init__(self, found: str, remedy: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.remedy = remedy
