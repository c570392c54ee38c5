"""Notes: how each ATS takes a note on a job or a candidate; one pure module a kind, beside the kinds of `worker.sources`.

A module describes calls and reads answers; it knows no database, no clock and no network. It never moves a candidate, never
rejects one, and touches nothing but notes. What it can't do it says: a vendor that gives no list of notes can't be asked
whether one is there already, and one that changes none gets a second note where there is something new to say.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Protocol, cast, runtime_checkable

from config.settings import Source
from worker.domain.call import Call
from worker.domain.note import Account, Note, OneText, Place, Subject


class NoPlace(Exception):
    """The vendor has no notes there, or an id or a setting is missing; the text is a sentence for people."""


class OnJobs(StrEnum):
    """What of ours can stand on a job: nothing, notes, a part of its one note, a part of a custom field that is configured."""

    NOTHING = "nothing"
    NOTES = "notes"
    TEXT = "text"
    FIELD = "field"


@dataclass(frozen=True)
class Listed:
    """A page of notes, and what asks for the next one."""

    notes: tuple[Note, ...]
    next: str | None = None


class NoteKind(Protocol):
    """What a module of this folder offers. `place` and the ids in it come from strangers: into an address only by `segment`."""

    LISTS: bool
    """Whether notes can be listed, so that one of ours is found again."""

    CHANGES: bool
    """Whether a note can be changed. Only asked for notes that are listed."""

    ON_JOBS: OnJobs
    """What is written on a job. For a text or a field the module offers what `HasText` says."""

    def listing(self, place: Place, source: Source, account: Account, page: str | None, /) -> Call:
        """Asks for the notes at a place. Raises NoPlace."""

    def listed(self, status: int, body: bytes, place: Place, /) -> Listed:
        """The notes of an answer. Raises fields.Unreadable."""

    def adding(self, place: Place, text: str, source: Source, account: Account, /) -> Call:
        """Adds one. Raises NoPlace."""

    def added(self, status: int, body: bytes, /) -> str | None:
        """The new note's id, where the answer tells it. Raises fields.Unreadable for an answer that is no success."""

    def changing(self, note: Note, place: Place, text: str, source: Source, account: Account, /) -> Call:
        """Gives a note another text. Raises NoPlace."""


@runtime_checkable
class HasText(Protocol):
    """A vendor whose jobs have one text in the place of notes. It is written whole, and what people wrote in it is kept."""

    def reading(self, place: Place, source: Source, account: Account, /) -> Call:
        """Asks for the text. Raises NoPlace."""

    def text(self, status: int, body: bytes, account: Account, /) -> OneText:
        """The text of an answer, empty where there is none yet. Raises fields.Unreadable."""

    def writing(self, old: OneText, text: str, place: Place, source: Source, account: Account, /) -> Call:
        """Puts another text in its place. Raises NoPlace."""

    def written(self, status: int, body: bytes, /) -> None:
        """Raises fields.Unreadable for an answer that is no success."""


@runtime_checkable
class TakesTokens(Protocol):
    """A vendor whose `api_key` buys a token for an hour, with which everything else is done."""

    def token_call(self, source: Source, /) -> Call:
        """Asks for one."""

    def token(self, status: int, body: bytes, /) -> str:
        """The token. Raises fields.Unreadable."""


@cache
def kinds() -> Mapping[str, NoteKind]:
    """The kinds of source that can be written to, each with its module."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return MappingProxyType({name: cast("NoteKind", importlib.import_module(f"{__name__}.{name}")) for name in names})


def on_jobs(kind: str) -> OnJobs | None:
    """What can be written on a job of this kind of source; None for a kind that can't be written to. Loads this kind alone."""
    if not any(module.name == kind for module in pkgutil.iter_modules(__path__)):
        return None
    return cast("NoteKind", importlib.import_module(f"{__name__}.{kind}")).ON_JOBS


def text_of(kind: NoteKind, place: Place) -> HasText | None:
    """How the one text of a place is read and written; None where a place has notes."""
    is_one = place.subject is Subject.JOB and kind.ON_JOBS in (OnJobs.TEXT, OnJobs.FIELD)
    return cast("HasText", kind) if is_one else None


def of(source: Source, place: Place, account: Account) -> NoteKind:
    """The kind that writes at a place. Raises NoPlace for what is known without asking to have no place there, and
    fields.Unreadable for an id that is none."""
    kind = kinds().get(source.kind)
    if kind is None:
        raise NoPlace(f'Notes can\'t be written to a source of the kind "{source.kind}".')
    one = text_of(kind, place)
    if one is None:
        kind.adding(place, "", source, account)
    else:
        one.reading(place, source, account)
    return kind


def needed(value: str | None, sentence: str) -> str:
    """`value`, or NoPlace with the sentence that says what is missing."""
    if not value:
        raise NoPlace(sentence)
    return value
