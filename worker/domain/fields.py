"""JSON from strangers, asked for typed values; a fault names its path.

Strict where lenience would let two readers disagree: UTF-8 only (a byte order mark is tolerated), no duplicate keys,
no NaN or Infinity, at most 64 levels and 200,000 values. NUL and lone surrogates, which no database column takes,
become U+FFFD here, once.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

DEEPEST = 64
MOST_VALUES = 200_000
LONGEST_NUMBER = 300  # digits: such an integer is still finite as a float, and below the 4,300 that int() refuses
LONGEST_ID = 255  # characters; a database's index takes no key of any length
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Controls that are not white space, what turns the direction of text, fillers, variation selectors beyond those of
# emoji, tag characters, and joiners unless they join two letters that need them (Persian, Hindi, emoji).
INVISIBLE = re.compile(
    "[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<![^\x00-\x7f\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\u200c\u200d])"
)
MARKUP = re.compile(  # HTML's own elements alone: "List<String>" and "<m/w/d>" are words
    r"<!--[^<>]*-->|</?(?:a|abbr|audio|b|big|body|br|button|center|code|details|div|em|embed|font|form|h[1-6]|hr|html|i|iframe"
    r"|img|input|ins|label|li|link|mark|math|meta|object|ol|p|pre|s|script|small|span|strike|strong|style|sub|sup|svg"
    r"|table|td|template|textarea|th|title|tr|u|ul|video)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)


class Unreadable(ValueError):
    """The bytes are authentic and can't be understood: says where, and what was expected."""


def parse(body: bytes) -> "Fields":
    """The JSON object in `body`. Raises Unreadable for anything else."""
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer, parse_float=_decimal
        )
    except UnicodeDecodeError as fault:
        raise Unreadable(f"the body is not UTF-8: byte {fault.start}") from None
    except RecursionError:
        raise Unreadable(f"the body is nested deeper than {DEEPEST} levels") from None
    except json.JSONDecodeError as fault:
        raise Unreadable(f"the body is not JSON: {fault.msg} at character {fault.pos}") from None
    if not isinstance(value, dict):
        raise Unreadable(f"the body is {_kind(value)}; expected an object")
    _measure(value)
    return Fields(value, "")


@dataclass(frozen=True)
class Fields:
    """One JSON object and the path that leads to it."""

    values: Mapping[str, object]
    path: str

    def has(self, name: str) -> bool:
        """Whether `name` is there and not null."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """A string. Numbers are not strings; use `key` for ids that vendors write either way."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self._fault(name, value, "text")
        return clean(value)

    def optional_text(self, name: str) -> str | None:
        """A string, or None where it is absent or null."""
        return self.text(name) if self.has(name) else None

    def line(self, name: str, default: str | None = None) -> str:
        """A title, a place, a person's name: text as `single_line` makes it."""
        return single_line(self.text(name, default))

    def optional_line(self, name: str) -> str | None:
        """A line of text, or None where nothing of it is there."""
        return self.line(name, "") or None

    def first_line(self, name: str) -> str | None:
        """The first text of a list, as a line; None where there is no list, or it begins with something else."""
        value = self.values.get(name)
        first = value[0] if isinstance(value, list) and value else None
        return (single_line(clean(first)) or None) if isinstance(first, str) else None

    def optional_url(self, name: str) -> str | None:
        """A web address, or None where there is none or it leads elsewhere ("javascript:", a word)."""
        address = self.text(name, "").strip()
        return address if WEB_ADDRESS.fullmatch(address) else None

    def next_address(self, name: str = "next") -> str | None:
        """The address of the page that follows, or None where there is none. Anything else is no end of a list."""
        if not self.text(name, "").strip():
            return None
        if (address := self.optional_url(name)) is None:
            raise Unreadable(f"{self._at(name)} is no web address; expected that of the next page")
        return address

    def optional_time(self, name: str) -> datetime | None:
        """An ISO 8601 time in UTC (also where it names no zone), or None where it is absent or can't be read as one."""
        try:
            moment = datetime.fromisoformat(self.text(name, "").strip())
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):  # Unreadable is a ValueError
            return None

    def scalar(self, name: str) -> str:
        """Text, a number or true and false, as text: for what each system writes in its own way. "" where absent."""
        value = self.values.get(name)
        if isinstance(value, bool | int | float):
            return json.dumps(value)
        return self.text(name, "")

    def key(self, name: str) -> str:
        """An id: a non-empty string of at most 255 characters, or an integer as its digits.

        A character that would be replaced is a fault here: two ids must not become one.
        """
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and not value.strip():
            raise Unreadable(f"{self._at(name)} is empty; expected an id")
        if not isinstance(value, str):
            raise self._fault(name, value, "an id")
        if len(value) > LONGEST_ID:
            raise Unreadable(f"{self._at(name)} has {len(value)} characters; expected an id of at most {LONGEST_ID}")
        if UNSTORABLE.search(value):
            raise Unreadable(f"{self._at(name)} holds a NUL or half of a surrogate pair; expected an id")
        return value

    def optional_key(self, name: str) -> str | None:
        """An id, or None where it is absent or null."""
        return self.key(name) if self.has(name) else None

    def key_list(self, name: str) -> list[str]:
        """The ids of a list; absent counts as empty."""
        value = self.values.get(name, [])
        if not isinstance(value, list | None):
            raise self._fault(name, value, "a list")
        items = Fields({str(number): item for number, item in enumerate(value or [])}, self._at(name))
        return [items.key(number) for number in items.values]

    def flag(self, name: str, default: bool | None = None) -> bool:
        """A boolean."""
        value = self.values.get(name, default)
        if value is None and default is not None:
            return default
        if not isinstance(value, bool):
            raise self._fault(name, value, "true or false")
        return value

    def optional_number(self, name: str) -> float | None:
        """A finite number, or None where it is absent or null."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._fault(name, value, "a number")
        return float(value)

    def tree(self, name: str) -> object:
        """Whatever JSON is there, cleaned throughout; None where it is absent."""
        return _clean_tree(self.values.get(name))

    def child(self, name: str) -> "Fields":
        """A nested object."""
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise self._fault(name, value, "an object")
        return Fields(value, self._at(name))

    def optional_child(self, name: str) -> "Fields":
        """A nested object, empty where it is absent or null."""
        return self.child(name) if self.has(name) else Fields({}, self._at(name))

    def children(self, name: str) -> Iterator["Fields"]:
        """The objects of a list; absent counts as empty."""
        value = self.values.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise self._fault(name, value, "a list")
        for number, item in enumerate(value):
            if not isinstance(item, dict):
                raise self._fault(f"{name}[{number}]", item, "an object")
            yield Fields(item, f"{self._at(name)}[{number}]")

    def listed(self, name: str) -> Iterator["Fields"]:
        """The objects of a list that has to be there: an answer without it says nothing, an empty one that there are none."""
        if not self.has(name):
            raise self._fault(name, None, "a list")
        return self.children(name)

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _fault(self, name: str, value: object, expected: str) -> Unreadable:
        return Unreadable(f"{self._at(name)} is {_kind(value)}; expected {expected}")


def clean(text: str) -> str:
    """`text` without the characters that databases and encoders refuse."""
    return UNSTORABLE.sub("\ufffd", text)


def single_line(text: str) -> str:
    """`text` on one line, without the characters that nobody sees and without HTML's tags; other text stays as it is."""
    return " ".join(MARKUP.sub(" ", INVISIBLE.sub("", text)).split())


def unknown(what: str, said: str) -> str:
    """The words for a vendor's state, or status, that no reader knows: nothing can be made of it."""
    return f'the {what} "{single_line(said)[:40]}", which is not known here'


def is_blank(text: str) -> bool:
    """Whether nobody would see anything of it."""
    return not INVISIBLE.sub("", text).strip()


def _clean_tree(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _clean_tree(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_clean_tree(child) for child in value]
    return value


def _kind(value: object) -> str:
    if value is None:
        return "missing"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add() is asked for its effect
        raise Unreadable(f'the key "{clean(twice)[:80]}" stands twice in one object')
    return result


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a JSON number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise Unreadable(f"a number has {len(digits)} digits; at most {LONGEST_NUMBER} are read")
    return int(digits)


def _decimal(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise Unreadable("a number is too large")
    return value


def _measure(value: object) -> None:
    """Raises Unreadable for more levels or values than a delivery has any use for."""
    level: list[object] = [value]
    count = depth = 0
    while level:
        depth += 1
        count += len(level)
        if depth > DEEPEST:
            raise Unreadable(f"the body is nested deeper than {DEEPEST} levels")
        if count > MOST_VALUES:
            raise Unreadable(f"the body has more than {MOST_VALUES} values")
        level = [child for parent in level for child in _children(parent)]


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
