"""How values and choices are put into a message."""

import json
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from config.values import Given

LONGEST_SHOWN = 60  # characters of a value; the operator only has to recognise it
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SECRET_PREFIXES = ("tsk_", "whsec_")  # a key that was put where none belongs is still not shown


def shown(value: object) -> str:
    """A value as it stands in the file, on one line; of a value from outside, and of what looks like a secret, only that."""
    match value:
        case Given():
            return f"the value of {value.origin}"
        case str():
            return _text(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def _text(value: str) -> str:
    for prefix in _SECRET_PREFIXES:
        if value.startswith(prefix):
            return f'"{prefix}…"'
    value = re.sub(r"//[^/@]*@", "//***@", value)
    short = value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"
    return json.dumps(short, ensure_ascii=not short.isprintable())


def as_key(name: str) -> str:
    """A key or the name of a section as TOML writes it: bare if that is allowed."""
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=not name.isprintable())


def on_one_line(message: str) -> str:
    """Control characters as escapes: a message is one line, and does nothing to a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)


def quoted(choices: Iterable[str]) -> str:
    """`"a"`, `"a" or "b"`, `"a", "b" or "c"`."""
    *others, last = (f'"{choice}"' for choice in choices)
    return f"{', '.join(others)} or {last}" if others else last


def likely(found: str, choices: Iterable[str]) -> str | None:
    """The choice that was probably meant, if one is near enough."""
    near = get_close_matches(found.lower(), sorted(choices), n=1, cutoff=0.6)
    return near[0] if near else None


def one_of(found: str, choices: Sequence[str]) -> str:
    """`expected "a" or "b"`, and which was probably meant."""
    meant = likely(found, choices) if len(choices) > 1 else None
    return f"expected {quoted(choices)}" + (f'. Did you mean "{meant}"?' if meant else "")


def ended(sentence: str) -> str:
    """With a full stop, unless it ends with a question."""
    return sentence if sentence.endswith("?") else f"{sentence}."
