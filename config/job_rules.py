"""What lies between the keys of a `[[rules]]` table, between rules, and between them and the other sections."""

from collections.abc import Collection, Mapping

from config.document import Document, Table, rule_sections, texts
from config.faults import Wrong
from config.report import Report
from config.rule import EFFECTS, MATCHED
from config.rules import SANDBOX
from config.wording import one_of, shown

SANDBOX_SOURCES = ("generic", "greenhouse")


def check(document: Document, report: Report) -> None:
    """Reports every fault of this sort; a value of the wrong type has its fault elsewhere and is passed over."""
    organizations = list(document.organizations) or [SANDBOX]
    sources = list(document.sources) or ([] if document.organizations else [*SANDBOX_SOURCES])
    names: set[str] = set()
    for section, table in zip(rule_sections(document.rules), document.rules, strict=True):
        _check_name(section, table, names, report)
        _check_known(section, table, {"source": sources, "organization": organizations}, report)
        _check_target(section, table, organizations, report)
        _check_effects(section, table, report)
    _check_reach(document, report)


def _check_name(section: str, table: Table, names: set[str], report: Report) -> None:
    name = table.get("name")
    if isinstance(name, str) and name in names:
        report.add(
            section, ("name",), Wrong(f"{shown(name)} is the name of two rules", "choose another for one of them")
        )
    elif isinstance(name, str):
        names.add(name)


def _check_known(section: str, table: Table, known: Mapping[str, Collection[str]], report: Report) -> None:
    """A pattern without a star names one thing, which has to exist."""
    for key, names in known.items():
        for location, pattern in texts(table, key):
            if "*" not in pattern and pattern.casefold() not in {name.casefold() for name in names}:
                remedy = one_of(pattern, sorted(names)) if names else "add one, or leave the key out"
                report.add(section, location, Wrong(f"{shown(pattern)} has no section [{key}s.NAME]", remedy))


def _check_target(section: str, table: Table, known: list[str], report: Report) -> None:
    name = table.get("to_organization")
    if isinstance(name, str) and name.strip() and name not in known:
        wrong = Wrong(f"{shown(name)} has no section [organizations.NAME]", one_of(name, known))
        report.add(section, ("to_organization",), wrong)


def _check_effects(section: str, table: Table, report: Report) -> None:
    if "skip" in table:
        for key in (key for key in EFFECTS if key in table and key != "skip"):
            report.add(section, (key,), Wrong("stands beside skip, which makes no interview", "keep one of the two"))
    options = table.get("interview")
    if "template_id" in table and isinstance(options, dict) and "template_id" in options:
        report.add(section, ("template_id",), Wrong("stands in interview too", "keep one of the two"))


def _check_reach(document: Document, report: Report) -> None:
    """Behind a rule that fits everything, none is ever asked."""
    sections = rule_sections(document.rules)
    for number, table in enumerate(document.rules[:-1]):
        if not any(key in table for key in MATCHED):
            remedy = f"put it last; [{sections[number + 1]}] and what follows are never asked"
            report.add(sections[number], (), Wrong("fits every posting", remedy))
