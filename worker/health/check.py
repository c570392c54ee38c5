"""An answer of the doctor."""

from dataclasses import dataclass
from enum import StrEnum

from config import Settings


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """`place` is the file, section and key where it is set; `remedy` is empty where there is nothing to do."""

    name: str
    state: State
    sentence: str
    remedy: str = ""
    place: str = ""


def place(settings: Settings, section: str, key: str = "") -> str:
    """`bridge.toml, [organizations.acme] api_key`; without a file, where it would stand."""
    return place_in(str(settings.path or ""), section, key)


def place_in(file: str, section: str, key: str) -> str:
    """The same for a fault, which knows its file."""
    return ", ".join(filter(None, (file, f"[{section}] {key}".rstrip() if section else key)))
