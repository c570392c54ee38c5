"""Rules: which of `[[rules]]` decides about a posting, and what it wants. The first that fits does; order is the file's.

A pattern is compared with the whole of a value, without regard to case and to how white space is written; `*` stands for
anything, also for nothing. A key of a rule never fits a posting that says nothing there.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.rule import MATCHED, Rule
from config.settings import Source
from worker.domain.posting import JobPosting


@dataclass(frozen=True)
class Subject:
    """What rules look at. What the posting does not say is None."""

    title: str | None
    department: str | None
    location: str | None
    language: str | None
    client: str | None
    source: str
    organization: str

    @classmethod
    def of(cls, posting: JobPosting, source: Source, detected: str | None = None) -> "Subject":
        """A posting of a source; `detected` is the language of its text, for where the posting names none."""
        return cls(
            title=posting.title,
            department=posting.department,
            location=posting.location,
            language=posting.language or detected,
            client=posting.company,
            source=source.name,
            organization=source.organization,
        )


@dataclass(frozen=True)
class Misfit:
    """The first key for which a rule does not fit, what the posting says there, and what would fit."""

    key: str
    found: str | None
    wanted: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What becomes of a posting. `rule` is the name of the rule that decided, or None where none fits."""

    rule: str | None
    organization: str
    options: Mapping[str, object]
    skip: str | None = None
    approve: bool = False


def plan(source: Source, posting: JobPosting, detected: str | None = None) -> Plan:
    """What the source and its rules want of a posting whose text is in the language `detected`, where that is known."""
    rule = first(source.rules, Subject.of(posting, source, detected))
    options = _spoken(source.interview, detected)
    if rule is None:
        return Plan(None, source.organization, options)
    return Plan(
        rule=rule.name,
        organization=rule.to_organization or source.organization,
        options={**options, **rule.options()},
        skip=rule.skip,
        approve=rule.approve,
    )


def _spoken(options: Mapping[str, object], detected: str | None) -> Mapping[str, object]:
    """The posting's own language comes first; further ones stay only where it is one of those that are offered anyway."""
    if detected is None:
        return options
    offered = options.get("languages")
    others = [one for one in offered if one != detected] if isinstance(offered, list) and detected in offered else []
    return {**options, "languages": [detected, *others]}


def first(rules: Sequence[Rule], subject: Subject) -> Rule | None:
    """The rule that decides."""
    return next((rule for rule in rules if misfit(rule, subject) is None), None)


def tried(rules: Sequence[Rule], subject: Subject) -> Iterator[tuple[Rule, Misfit | None]]:
    """Each rule that is asked, with why it does not fit; the last one fits, if any does."""
    for rule in rules:
        found = misfit(rule, subject)
        yield rule, found
        if found is None:
            return


def misfit(rule: Rule, subject: Subject) -> Misfit | None:
    """Why the rule does not fit, or None where it does."""
    for key in MATCHED:
        wanted: tuple[str, ...] | None = getattr(rule, key)
        found: str | None = getattr(subject, key)
        if wanted is not None and not any(_fits(pattern, found) for pattern in wanted):
            return Misfit(key, found or None, wanted)
    return None


def _fits(pattern: str, value: str | None) -> bool:
    """Part after part from the left, each at its first place: a title that somebody made long costs no more than its length."""
    if not value:
        return False
    text, parts = _plain(value), _plain(pattern).split("*")
    start, *between = parts
    if not between:
        return text == start
    *middle, end = between
    if len(text) < len(start) + len(end) or not text.startswith(start) or not text.endswith(end):
        return False
    place, last = len(start), len(text) - len(end)
    for part in middle:
        found = text.find(part, place, last)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _plain(text: str) -> str:
    """Letters with accents are one, however they are put together."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())
