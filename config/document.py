"""The file as it is written: TOML, cut into sections, with "env:" and "file:" values fetched.

What the keys mean is not looked at here.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.faults import ConfigError, Fault, Wrong
from config.report import Report
from config.values import Location, resolve
from config.wording import as_key, likely, shown

Table = Mapping[str, object]
SINGLE = ("bridge", "batches")  # sections that stand for themselves
NAMED = ("organizations", "sources", "targets")  # sections that have a NAME behind the dot
RULES = "rules"  # tables in order, each [[rules]]
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_TOML = "texts stand in quotes, sections in brackets, and each key once in its section"
_SECRETS = {
    "bridge": ("database_url", "broker_url", "data_keys"),
    "batches": (),
    RULES: (),
    "organizations": ("api_key", "webhook_token"),
    "sources": ("secret", "api_key"),
    "targets": ("secret", "url", "password", "account"),
}  # whose file must be closed to others


@dataclass(frozen=True)
class Document:
    """The tables of a file by section and name; a value that couldn't be fetched is UNREADABLE."""

    bridge: Table = field(default_factory=dict)
    batches: Table = field(default_factory=dict)
    organizations: Mapping[str, Table] = field(default_factory=dict)
    sources: Mapping[str, Table] = field(default_factory=dict)
    targets: Mapping[str, Table] = field(default_factory=dict)
    rules: Sequence[Table] = ()

    def named(self) -> Iterator[tuple[str, str, Table]]:
        """Every section with a name: its kind (`sources`), its name (`careers`), its table."""
        for kind, tables in zip(NAMED, (self.organizations, self.sources, self.targets), strict=True):
            yield from ((kind, name, table) for name, table in tables.items())


def section_of(kind: str, name: str) -> str:
    """`sources.careers`, as TOML writes it."""
    return f"{kind}.{as_key(name)}"


def rule_sections(tables: Sequence[Table]) -> list[str]:
    """What messages call each rule: `rules.nurses`, or `rules.2` where it has no name, or one that another has."""
    names = [table.get("name") for table in tables]
    return [
        section_of(RULES, name if isinstance(name, str) and name.strip() and names.count(name) == 1 else str(number))
        for number, name in enumerate(names, 1)
    ]


def texts(table: Table, key: str) -> list[tuple[Location, str]]:
    """The text at a key, or the several of a list, each with where it stands; what is blank or couldn't be had is left out."""
    found = table.get(key)
    items: list[tuple[Location, object]] = (
        [((key, number), item) for number, item in enumerate(found)] if isinstance(found, list) else [((key,), found)]
    )
    return [(location, item) for location, item in items if isinstance(item, str) and item.strip()]


def parsed(path: Path) -> dict[str, object]:
    """The tables of the file. Raises ConfigError with a single fault when it can't be read or is not TOML."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except IsADirectoryError:
        fault = Fault(str(path), "", "", "is a folder; name the file in it.")
    except OSError as error:
        fault = Fault(str(path), "", "", f"can't be read ({error.strerror}); let the user of this process read it.")
    except UnicodeDecodeError as error:
        fault = Fault(str(path), "", "", f"is not UTF-8 text (byte {error.start + 1}); save it as UTF-8.")
    except (ValueError, RecursionError) as error:
        fault = _not_toml(path, error)
    raise ConfigError([fault])


def _not_toml(path: Path, error: Exception) -> Fault:
    message = str(error)
    place = _PLACE.search(message)
    where = "" if place is None else f"line {place['line']}, column {place['column']}" if place["line"] else "last line"
    what = message[: place.start()] if place else message
    return Fault(str(path), "", where, f"is not TOML ({what}); {_TOML}.")


def cut(tables: Mapping[str, object], folder: Path, report: Report) -> Document:
    """The document; what stands outside of any section is reported."""
    for name in [name for name in tables if name not in (*SINGLE, *NAMED, RULES)]:
        if isinstance(tables[name], dict):
            report.add(as_key(name), (), _no_section(name))
        else:
            report.add(
                "", (name,), Wrong("stands outside of any section", "put it under [bridge], or where it belongs")
            )
    single: dict[str, Table] = {}
    for name in SINGLE:
        report.sections.append(name)
        single[name] = _fetched(name, name, _table(name, name, tables, report), folder, report)
    named = {
        kind: _named(kind, _table(kind, f"{kind}.NAME", tables, report), folder, report)
        for kind in tables
        if kind in NAMED
    }
    return Document(single["bridge"], single["batches"], rules=_rules(tables, folder, report), **named)


def _rules(tables: Mapping[str, object], folder: Path, report: Report) -> list[Table]:
    found = tables.get(RULES, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        report.add("", (RULES,), Wrong("are tables in order", "write [[rules]], with two brackets, above each of them"))
        return []
    sections = rule_sections(found)
    report.sections.extend(sections)
    return [_fetched(RULES, section, one, folder, report) for section, one in zip(sections, found, strict=True)]


def _table(kind: str, header: str, tables: Mapping[str, object], report: Report) -> Table:
    found = tables.get(kind, {})
    if isinstance(found, dict):
        return found
    report.add("", (kind,), Wrong(f"{shown(found)} is not a section", f"write [{header}] on a line of its own"))
    return {}


def _no_section(name: str) -> Wrong:
    meant = likely(name, (*SINGLE, *NAMED))
    known = "[bridge], [batches], [organizations.NAME], [sources.NAME], [targets.NAME] or [[rules]]"
    return Wrong("is not a section", f"did you mean [{meant}]?" if meant else f"expected {known}")


def _named(kind: str, tables: Table, folder: Path, report: Report) -> dict[str, Table]:
    found = {}
    for name, table in tables.items():
        if isinstance(table, dict):
            section = section_of(kind, name)
            report.sections.append(section)
            found[name] = _fetched(kind, section, table, folder, report)
        else:
            report.add(
                kind,
                (name,),
                Wrong("stands outside of a named section", f"put it under [{kind}.NAME], NAME being your own"),
            )
    return found


def _fetched(kind: str, section: str, table: Table, folder: Path, report: Report) -> Table:
    def tell(location: Location, wrong: Wrong) -> None:
        report.unreadable(section, location, wrong)

    secrets = _SECRETS[kind]
    return {key: resolve(value, folder, at=(key,), is_secret=key in secrets, tell=tell) for key, value in table.items()}
