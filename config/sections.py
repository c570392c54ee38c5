"""A table of the file -> its model of `settings`, and each of pydantic's errors -> a fault in words."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config import addresses
from config.document import Table, rule_sections, section_of
from config.faults import Wrong
from config.interview import InterviewOptions, Question
from config.limits import Limits
from config.report import Report
from config.retention import Retention
from config.rule import Rule
from config.section import Section
from config.settings import Batches, Bridge, FieldMapping, Organization, Source, Target
from config.values import Location
from config.wording import likely, shown

_BIND = 'an address and a port such as "127.0.0.1:8080" or "[::1]:8080"'
_TABLES: dict[object, type[Section]] = {  # keys that hold tables of their own
    "limits": Limits,
    "retention": Retention,
    "questions": Question,
}
_FROM_THE_POSTING = ("title", "job_description")
S = TypeVar("S", bound=Section)


class Reader:
    """Reads the tables of one file. An answer is None where there was a fault, which is in the report then."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder = folder  # where relative paths start
        self._report = report

    def bridge(self, table: Table) -> Bridge | None:
        """`[bridge]`, in which `bind` is one key for host and port."""
        others = {key: value for key, value in table.items() if key != "bind"}
        try:
            bound = _bound(table)
        except Wrong as wrong:
            self._report.add("bridge", ("bind",), wrong, _BIND)
            bound = {}
        return self._read(Bridge, "bridge", others, bound, also=("bind",))

    def batches(self, table: Table) -> Batches | None:
        """`[batches]`"""
        return self._read(Batches, "batches", table, {})

    def organization(self, name: str, table: Table) -> Organization | None:
        """`[organizations.NAME]`"""
        return self._read(Organization, section_of("organizations", name), table, {"name": name})

    def source(self, name: str, table: Table, rules: tuple[Rule, ...]) -> Source | None:
        """`[sources.NAME]` with the two sections that it may have below it, and the rules that its postings are held against."""
        section = section_of("sources", name)
        below = {"interview": self._interview(section, table), "mapping": self._mapping(section, table)}
        others = {key: value for key, value in table.items() if key not in below}
        found = {key: value for key, value in below.items() if value is not None}
        return self._read(Source, section, others, {"name": name, "rules": rules, **found})

    def rules(self, tables: Sequence[Table]) -> tuple[Rule, ...]:
        """`[[rules]]`, in order; one with a fault is left out, and the fault is in the report."""
        found = [self._rule(*one) for one in zip(rule_sections(tables), tables, strict=True)]
        return tuple(rule for rule in found if rule is not None)

    def _rule(self, section: str, table: Table) -> Rule | None:
        options = self._interview(section, table)
        others = {key: value for key, value in table.items() if key != "interview"}
        return self._read(Rule, section, others, {} if options is None else {"interview": options})

    def _interview(self, section: str, table: Table) -> object:
        options = self._below(section, table, "interview")
        section = f"{section}.interview"
        for key in [key for key in _FROM_THE_POSTING if key in options]:
            self._report.add(
                section, (key,), Wrong("comes from each posting, so it can't be set for all of them", "leave it out")
            )
        known = {key: value for key, value in options.items() if key not in _FROM_THE_POSTING}
        read = self._read(InterviewOptions, section, known, {})
        return read.model_dump(mode="json", exclude_unset=True) if read else None

    def _mapping(self, section: str, table: Table) -> FieldMapping | None:
        written = self._below(section, table, "mapping")
        return self._read(FieldMapping, f"{section}.mapping", FieldMapping.of_kind(table.get("kind"), written), {})

    def _below(self, section: str, table: Table, key: str) -> Table:
        found = table.get(key, {})
        if isinstance(found, dict):
            return found
        self._report.add(
            section, (key,), Wrong(f"{shown(found)} is not a table", f"write it as a section: [{section}.{key}]")
        )
        return {}

    def target(self, name: str, table: Table) -> Target | None:
        """`[targets.NAME]`"""
        return self._read(Target, section_of("targets", name), table, {"name": name})

    def _read(self, model: type[S], section: str, table: Table, found: Table, *, also: Iterable[str] = ()) -> S | None:
        """`table` as a `model`, with what was `found` already; `also` are keys that may stand here and were read elsewhere.

        A value that is UNREADABLE is refused by whatever reads it, and the report passes that over.
        """
        keys = model.keys()
        for key in [key for key in table if key not in keys]:
            self._report.add(section, (key,), _unknown(key, [*keys, *also]))
        known = {key: value for key, value in table.items() if key in keys}
        try:
            return model.model_validate({**known, **found}, context={"folder": self._folder})
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._tell(model, section, known, details)
        return None

    def _tell(self, model: type[Section], section: str, table: Table, details: ErrorDetails) -> None:
        location: Location = details["loc"]
        if len(location) > 1 and isinstance(location[1], int) and not isinstance(table.get(str(location[0])), list):
            location = (location[0], *location[2:])  # one value, where there may be a list
        in_a_table = len(location) > 1 and isinstance(location[-1], str)
        owner = _TABLES[location[0]] if in_a_table else model
        key = str(location[-1] if in_a_table else location[0])
        if details["type"] == "extra_forbidden":
            self._report.add(section, location, _unknown(key, owner.keys()))
        elif details["type"] != "default_factory_not_called":  # it follows from another fault
            self._report.add(section, location, _wrong(details), owner.expected(key))


def _bound(table: Table) -> Table:
    if "bind" not in table:
        return {}
    host, port = addresses.bind(table["bind"])
    return {"bind_host": host, "bind_port": port}


def _unknown(key: str, keys: Iterable[str]) -> Wrong:
    meant = likely(key, keys)
    return Wrong(
        "is not a key of this section", f'did you mean "{meant}"?' if meant else f"expected one of {', '.join(keys)}"
    )


def _wrong(details: ErrorDetails) -> Wrong:
    """What our own readers raised, else what pydantic found; it never gets to see a secret, `fields.secret` is asked first."""
    raised = details.get("ctx", {}).get("error")
    if isinstance(raised, Wrong):
        return raised
    match details["type"]:
        case "missing":
            return Wrong("is missing")
        case "model_type":
            return Wrong(f"{shown(details['input'])} is not a table")
        case "too_long":
            return Wrong(f"the list has {len(details['input'])} items")
        case _:
            return Wrong(f"{shown(details['input'])} is not a choice")
