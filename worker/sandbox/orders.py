"""A JSON object that the control plane was sent, read strictly: an unknown key or a wrong type is a Mistake that names it."""

import json
from enum import StrEnum
from typing import TypeVar

from worker.sandbox.settings import Seconds

Choice = TypeVar("Choice", bound=StrEnum)
Plain = TypeVar("Plain", str, bool, dict[str, object], list[object])


class Mistake(Exception):
    """The order cannot be followed; the text says why."""


class Order:
    """A JSON object of which every key must be asked for, once."""

    def __init__(self, document: object, what: str) -> None:
        if not isinstance(document, dict):
            raise Mistake(f"{what} must be a JSON object")
        self._left = dict(document)
        self._what = what

    @classmethod
    def read(cls, body: bytes, what: str) -> "Order":
        try:
            return cls(json.loads(body or b"{}"), what)
        except (ValueError, RecursionError) as error:
            raise Mistake(f"{what}: the body is not JSON: {error}") from None

    def has(self, name: str) -> bool:
        return name in self._left

    def seen(self, name: str) -> str:
        """A text that somebody else asks for, too; "" where there is none."""
        value = self._left.get(name)
        return value if isinstance(value, str) else ""

    def plain(self, name: str, kind: type[Plain], default: Plain) -> Plain:
        value = self._left.pop(name, default)
        if not isinstance(value, kind):
            raise Mistake(f"{self._what}, {name}: {value!r} is no {kind.__name__}")
        return value

    def text_or_none(self, name: str, default: str | None = None) -> str | None:
        return None if self._gone(name) else self.plain(name, str, default or "") if self.has(name) else default

    def flag_or_none(self, name: str) -> bool | None:
        return self.plain(name, bool, False) if self.has(name) and not self._gone(name) else None

    def number(self, name: str, default: float | None = None) -> float | None:
        if self._gone(name) or not self.has(name):
            return default
        value = self._left.pop(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise Mistake(f"{self._what}, {name}: {value!r} is no number of 0 or more")
        return value

    def whole(self, name: str, default: int | None = None) -> int | None:
        value = self.number(name)
        if value is not None and value != int(value):
            raise Mistake(f"{self._what}, {name}: {value!r} is no whole number")
        return default if value is None else int(value)

    def times(self) -> int | None:
        """How often: 1 if nothing is said, None (for ever) if null is said."""
        return None if self._gone("times") else max(1, self.whole("times") or 1)

    def choice(self, name: str, options: type[Choice]) -> Choice | None:
        if self._gone(name) or not self.has(name):
            return None
        value = self.plain(name, str, "")
        if value not in {option.value for option in options}:
            raise Mistake(f'{self._what}, {name}: "{value}" is not a choice; expected one of {", ".join(options)}')
        return options(value)

    def seconds(self, name: str, default: Seconds) -> Seconds:
        """Two numbers, `[low, high]`."""
        if not self.has(name):
            return default
        pair = self.plain(name, list, [])
        if len(pair) != 2 or not all(isinstance(end, int | float) for end in pair):
            raise Mistake(f"{self._what}, {name}: {pair!r} is not [low, high] in seconds")
        return Seconds(float(str(pair[0])), float(str(pair[1])))

    def texts(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        items = self.plain(name, list, list(default))
        if not all(isinstance(item, str) for item in items):
            raise Mistake(f"{self._what}, {name}: {items!r} is no list of texts")
        return tuple(str(item) for item in items)

    def orders(self, name: str) -> list["Order"]:
        return [Order(item, f"{self._what}, {name}") for item in self.plain(name, list, [])]

    def end(self) -> None:
        """Raises Mistake for what nobody asked for."""
        if self._left:
            raise Mistake(f"{self._what}: nothing is known under {', '.join(map(repr, self._left))}")

    def _gone(self, name: str) -> bool:
        if name in self._left and self._left[name] is None:
            del self._left[name]
            return True
        return False
