"""What happened -> Words: the texts that every target dresses in its own way, Slack in blocks, mail in paragraphs."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from config.settings import Target
from worker.domain.message import Message
from worker.wording import catalogue, facts
from worker.wording.catalogue import Catalogue, Entry
from worker.wording.rendering import Environment, all_said, environment, said

LONGEST_LINE = 2000  # characters of a line of a note


@dataclass(frozen=True)
class Voice:
    """In which language, with the times of which place, with whose own templates."""

    language: str
    zone: ZoneInfo
    templates: Path | None = None

    @classmethod
    def of(cls, target: Target) -> "Voice":
        """That of a target."""
        return cls(target.language, target.timezone, target.templates)


@dataclass(frozen=True)
class Words:
    """Plain text throughout, each piece on one line. `rows` are facts with their labels; `quote` is the id for questions.

    `page` is the one link, and `page_label` what stands on it. `links` are those texts of rows that may be followed.
    """

    title: str
    says: tuple[str, ...]
    todo: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    quote: str
    todo_label: str
    page: str | None
    page_label: str
    language: str
    links: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Speaker:
    """A catalogue and where its templates run."""

    texts: Catalogue
    place: Environment


@cache
def speaker(voice: Voice) -> Speaker:
    """Raises catalogue.Faulty, which a start with the same files has raised already."""
    texts = catalogue.load(voice.language, voice.templates)
    return Speaker(texts, environment(texts, voice.zone))


def words(message: Message, voice: Voice) -> Words:
    """What is said of a message. Never fails for a fact that is missing: it is not spoken of."""
    speaks, known = speaker(voice), facts.of(message)
    entry = speaks.texts.events.get(message.event, Entry((str(message.event),)))
    rows = ((label, said(speaks.place, text, known)) for label, text in entry.facts)
    return Words(
        title=said(speaks.place, entry.title, known) or str(message.event),
        says=all_said(speaks.place, entry.says, known),
        todo=all_said(speaks.place, entry.todo, known),
        rows=tuple((label, text) for label, text in rows if text is not None),
        quote=label(speaks, "quote", known),
        todo_label=label(speaks, "todo", known),
        page=message.page,
        page_label=label(speaks, "page", known),
        language=voice.language,
        links=facts.links(known),
    )


def label(speaks: Speaker, name: str, known: dict[str, object]) -> str:
    """One of the labels; "" where the catalogue has none of this name, or it can't be said."""
    return said(speaks.place, (speaks.texts.labels.get(name, ""),), known) or ""


def note(name: str, message: Message, voice: Voice) -> str:
    """A note in an ATS: the sentences that can be said, each on its line. "" where the catalogue has no such note."""
    speaks = speaker(voice)
    lines = all_said(speaks.place, speaks.texts.notes.get(name, ()), facts.of(message))
    return "\n".join(cut(line, LONGEST_LINE) for line in lines)


def headline(count: int, now: datetime, voice: Voice) -> str:
    """Of a letter that tells of so many messages."""
    known: dict[str, object] = {"count": count, "now": now}
    return label(speaker(voice), "digest_of_one" if count == 1 else "digest", known)


def cut(text: str, longest: int) -> str:
    """At most `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
