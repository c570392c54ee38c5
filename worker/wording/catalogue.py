"""The catalogue: every text for people, by language, as templates.

A text is a list of alternatives, and the first that can be said whole is said: one that needs a fact which isn't there is
passed over, so that no text has a hole in it. Where none can be said, there is no sentence.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from worker.domain.message import Happened

BUILT_IN = Path(__file__).parent
DEFAULT_LANGUAGE = "en"
LETTER = "mail.html"
PARTS = ("title", "says", "todo", "facts")
MONTHS = 12
LABEL_AND_TEXT = 2
Alternatives = tuple[str, ...]


class Faulty(ValueError):
    """A file that is no catalogue; the text says where and what was expected."""


@dataclass(frozen=True)
class Entry:
    """The texts of one event: a title, sentences of what happened and of what to do, and facts in rows, each with its label."""

    title: Alternatives
    says: tuple[Alternatives, ...] = ()
    todo: tuple[Alternatives, ...] = ()
    facts: tuple[tuple[str, Alternatives], ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """A language. `moment` is how a time is written, with {day} {month} {year} {hour} {minute} {zone} in it; `day` a day."""

    language: str
    moment: str
    day: str
    months: tuple[str, ...]
    labels: Mapping[str, str]
    notes: Mapping[str, tuple[Alternatives, ...]]
    events: Mapping[Happened, Entry]

    def templates(self) -> Iterator[tuple[str, Happened | None, str]]:
        """Every template with its place in the file, and the event whose facts it has; None for labels and notes."""
        yield from ((f"labels.{name}", None, text) for name, text in self.labels.items())
        for name, sentences in self.notes.items():
            yield from ((f"notes.{name}", None, text) for sentence in sentences for text in sentence)
        for event, entry in self.events.items():
            yield from ((f"events.{event}.title", event, text) for text in entry.title)
            yield from ((f"events.{event}.says", event, text) for sentence in entry.says for text in sentence)
            yield from ((f"events.{event}.todo", event, text) for sentence in entry.todo for text in sentence)
            yield from ((f"events.{event}.facts.{label}", event, text) for label, row in entry.facts for text in row)


def languages(folder: Path | None) -> frozenset[str]:
    """Those that have a file here, or in the organization's own folder."""
    folders = [BUILT_IN] if folder is None else [BUILT_IN, folder]
    return frozenset(path.stem for one in folders for path in one.glob("*.toml"))


@cache
def load(language: str, folder: Path | None) -> Catalogue:
    """The texts of a language; what its files leave out is said in English. Raises Faulty, or OSError where one can't be read.

    Read once a process: whoever changes a file starts the bridge again.
    """
    paths = [
        directory / f"{name}.toml"
        for name in dict.fromkeys((DEFAULT_LANGUAGE, language))
        for directory in (BUILT_IN, folder)
        if directory is not None and (directory / f"{name}.toml").exists()
    ]
    whole: dict[str, object] = {}
    for path in paths:
        whole = _over(whole, _read(path))
    return _catalogue(language, whole)


def letter(folder: Path | None) -> str:
    """The template of a mail's HTML."""
    own = None if folder is None else folder / LETTER
    return (own if own is not None and own.exists() else BUILT_IN / LETTER).read_text(encoding="utf-8")


def _read(path: Path) -> dict[str, object]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        _catalogue(path.stem, found)  # a fault is this file's, and not one of the whole
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Faulty(f"{path.name} is not TOML ({error})") from None
    except Faulty as fault:
        raise Faulty(f"{path.name}: {fault}") from None
    return found


def _over(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    """`above` laid over `below`, table by table, so that a file may say only what it wants otherwise."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def _catalogue(language: str, found: Mapping[str, object]) -> Catalogue:
    """Raises Faulty."""
    _only(found, ("times", "labels", "notes", "events"), "the file")
    times = _table(found, "times")
    _only(times, ("moment", "day", "months"), "times")
    months = _strings(times.get("months", []), "times.months")
    if months and len(months) != MONTHS:
        raise Faulty(f"times.months has {len(months)} names; expected {MONTHS}")
    labels = {name: _string(text, f"labels.{name}") for name, text in _table(found, "labels").items()}
    notes = {name: _sentences(text, f"notes.{name}") for name, text in _table(found, "notes").items()}
    events = _table(found, "events")
    _only(events, tuple(Happened), "events")
    entries = {Happened(name): _entry(name, _table(events, name)) for name in events}
    return Catalogue(language, _form(times, "moment"), _form(times, "day"), months, labels, notes, entries)


def _form(times: Mapping[str, object], name: str) -> str:
    """How a time is written. Raises Faulty for a place that is not one of a time's."""
    form = _string(times.get(name, ""), f"times.{name}")
    try:
        form.format(day=1, month="", year=1, hour="", minute="", zone="")
    except (KeyError, IndexError, ValueError):
        known = "{day}, {month}, {year}, {hour}, {minute} and {zone}"
        raise Faulty(f"times.{name} has a place that no time has; expected {known}") from None
    return form


def _entry(event: str, table: Mapping[str, object]) -> Entry:
    _only(table, PARTS, f"events.{event}")
    return Entry(
        title=_alternatives(table.get("title", []), f"events.{event}.title"),
        says=_sentences(table.get("says", []), f"events.{event}.says"),
        todo=_sentences(table.get("todo", []), f"events.{event}.todo"),
        facts=_rows(table.get("facts", []), f"events.{event}.facts"),
    )


def _only(table: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    for name in table:
        if name not in known:
            raise Faulty(f'{where} has no "{name}"; expected one of {", ".join(known)}')


def _table(found: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = found.get(name, {})
    if not isinstance(value, dict):
        raise Faulty(f"{name} is not a table")
    return value


def _sentences(value: object, where: str) -> tuple[Alternatives, ...]:
    """A list in which each sentence is a text, or a list of alternatives."""
    if not isinstance(value, list):
        raise Faulty(f"{where} is not a list of sentences")
    return tuple(_alternatives(item, where) for item in value)


def _rows(value: object, where: str) -> tuple[tuple[str, Alternatives], ...]:
    """A list of rows, in each a label and then a text with its alternatives."""
    rows = [_strings(row, where) for row in value] if isinstance(value, list) else []
    if not isinstance(value, list) or any(len(row) < LABEL_AND_TEXT for row in rows):
        raise Faulty(f"{where} is not a list of rows, each a label and a text")
    return tuple((row[0], row[1:]) for row in rows)


def _alternatives(value: object, where: str) -> Alternatives:
    return (value,) if isinstance(value, str) else _strings(value, where)


def _strings(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Faulty(f"{where} is not text, or a list of alternative texts")
    return tuple(cast("list[str]", value))


def _string(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise Faulty(f"{where} is not text")
    return value
