"""JSONL: an object a line, its keys as columns; or one JSON list of such objects.

An object may hold the optional fields of an interview itself or under `options`, as the API takes them. What is wrong with a line
is that row's fault; the file is looked through once, because any line may bring a new key.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TextIO

from config.wording import shown
from worker.batches.cells import storable, text
from worker.batches.reading import encodings
from worker.batches.reading.columns import Columns, field_of, understood
from worker.batches.reading.encodings import Encoding
from worker.batches.rows import NotABatch, Row, Sheet

LONGEST_LINE = 20_000_000  # characters
LARGEST_LIST = 64 << 20  # bytes of a file that is one list: it is read at once
MOST_KEYS = 1_000  # different ones in a file; more are no columns
OPTIONS = "options"

Said = Mapping[str, object] | str  # an object, flattened, or why there is none


@dataclass(frozen=True)
class _File:
    path: Path
    name: str
    encoding: Encoding

    def records(self) -> Iterator[tuple[int, Said]]:
        """Every line that isn't blank with its number; of a list its items, from 1."""
        with self.encoding.opened(self.path) as text:
            if _first(text) == "[":
                yield from self._of_list(text)
            else:
                yield from self._of_lines(text)

    def _of_list(self, text: TextIO) -> Iterator[tuple[int, Said]]:
        if (size := self.path.stat().st_size) > LARGEST_LIST:
            raise NotABatch(
                f"{self.name} is one JSON list of {size:,} bytes; at most {LARGEST_LIST:,} are read. Write an object a line."
            )
        items = _read(text.read())
        if isinstance(items, _Unreadable):
            raise NotABatch(
                f"{self.name} begins as a JSON list and {items.why.rstrip('.')}; expected [{{…}}, {{…}}], or one object a line."
            )
        assert isinstance(items, list), "it begins with a bracket"
        yield from ((number, _flat(item)) for number, item in enumerate(items, 1))

    def _of_lines(self, text: TextIO) -> Iterator[tuple[int, Said]]:
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) >= LONGEST_LINE:
                raise NotABatch(
                    f"{self.name}, line {number} has more than {LONGEST_LINE:,} characters; expected an object a line."
                )
            if line.strip():
                found = _read(line.rstrip("\r\n"))
                yield number, f"the line {found.why}" if isinstance(found, _Unreadable) else _flat(found)


@dataclass(frozen=True)
class _Unreadable:
    why: str


def read(path: Path, name: str, mapping: Mapping[str, str], *, encoding: str | None = None) -> Sheet:
    """A JSONL file, or one JSON list, as a sheet. Raises NotABatch, OSError."""
    guess = encodings.guessed(path, name, encoding)
    file = _File(path, name, guess)
    titles, count = _looked_through(file)
    if not titles:
        raise NotABatch(
            f"{name} {'is empty' if not count else 'has no line that is a JSON object'}; "
            'expected an object a line, such as {"id": "7", "job_description": "…"}.'
        )
    found = _columns(name, titles, mapping)
    return Sheet(name, titles, found.known, found.ignored, [*guess.notes, *found.notes], lambda: _rows(file, found))


def _first(text: TextIO) -> str:
    """The first character that isn't blank; the file stands at its start again."""
    while (character := text.read(1)).isspace():
        pass
    text.seek(0)
    return character


def _looked_through(file: _File) -> tuple[list[str], int]:
    """Every key, in the order of appearance, and the number of records."""
    titles: dict[str, None] = {}
    count = 0
    for _, said in file.records():
        count += 1
        if not isinstance(said, str):
            titles.update(dict.fromkeys(said))
        if len(titles) > MOST_KEYS:
            raise NotABatch(
                f"{file.name} has objects with more than {MOST_KEYS:,} different keys; expected the columns of a batch."
            )
    return list(titles), count


def _columns(name: str, titles: list[str], mapping: Mapping[str, str]) -> Columns:
    """As of a header; but lines may use different words for one field, so only a line that uses two at once is wrong."""
    first = {field_of(title) or title: title for title in reversed(titles)}
    found = understood(
        name, [title for title in titles if title in first.values() or title in mapping.values()], mapping
    )
    read_as = dict(zip(found.titles, found.fields, strict=True))
    claimed = {field for title, field in read_as.items() if field != field_of(title)}
    others = {title: None if field_of(title) in claimed else field_of(title) for title in titles}
    return Columns(titles, [{**others, **read_as}[title] for title in titles], found.notes)


def _rows(file: _File, columns: Columns) -> Iterator[Row]:
    fields = columns.known
    for number, said in file.records():
        yield Row(number, {}, {}, fault=said) if isinstance(said, str) else _row(number, said, fields)


def _row(number: int, said: Mapping[str, object], fields: Mapping[str, str]) -> Row:
    cells: dict[str, object] = {}
    extra: dict[str, str] = {}
    faults = []
    for key, value in said.items():
        value = value.strip() if isinstance(value, str) and key in fields else value
        if key not in fields:
            extra[key] = text(value)
        elif isinstance(value, dict):
            faults.append(f"{shown(key)} is an object; expected a text, a number, true or false, or a list.")
        elif value not in (None, "", []):
            if fields[key] in cells:
                faults.append(f"{shown(key)} says {fields[key]} a second time.")
            cells[fields[key]] = value
    return Row(number, cells, extra, fault=" ".join(faults) or None)


def _flat(item: object) -> Said:
    """Its keys and those of `options` side by side."""
    if not isinstance(item, dict):
        return (
            f"it is {shown(item) if isinstance(item, str | int | float) else 'no object'}; expected an object: {{…}}."
        )
    inside = item.get(OPTIONS)
    if not isinstance(inside, dict):
        return item
    outside = {key: value for key, value in item.items() if key != OPTIONS}
    twice = [key for key in inside if key in outside]
    return (
        f"{shown(twice[0])} stands both in the object and in its options; expected it once."
        if twice
        else {**outside, **inside}
    )


def _read(line: str) -> object:
    """The JSON value of a text, or what is wrong with it."""
    try:
        return _whole(json.loads(line, parse_constant=_no_number, parse_float=_finite))
    except json.JSONDecodeError as fault:
        return _Unreadable(f"is not JSON ({fault.msg}, character {fault.pos + 1}).")
    except ValueError as fault:  # NaN; a number of thousands of digits
        return _Unreadable(f"is not JSON ({fault}).")
    except RecursionError:
        return _Unreadable("is nested too deeply.")


def _finite(digits: str) -> float:
    return found if isfinite(found := float(digits)) else _no_number(digits)


def _no_number(word: str) -> float:
    raise ValueError(f"{shown(word)} is no number that can be kept")


def _whole(value: object) -> object:
    """With characters that can be kept."""
    match value:
        case str():
            return storable(value)
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {storable(key): _whole(one) for key, one in value.items()}
        case _:
            return value
