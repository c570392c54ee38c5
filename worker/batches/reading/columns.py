"""Columns: which field each title of a header is read as.

A title is compared by its letters and digits alone, so `Job Description`, `job-description` and `jobDescription` are one. A
field's own name goes before other words for it, and what a person says (`mapping`) before both.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.wording import likely, shown
from worker.batches.rows import FIELDS, ID, ORGANIZATION, TEXT, TITLE, NotABatch

MOST_COLUMNS = 1_000
MOST_SHOWN = 8  # titles in a message; a description that stands where the header should is not repeated in full
SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("external_id", "job_id", "req_id", "reference", "ref", "requisition", "requisition_id"), ID),
    **dict.fromkeys(("job_title", "job", "name", "position", "role", "vacancy", "position_title"), TITLE),
    **dict.fromkeys(("description", "jd", "job_ad", "job_advert", "advert", "posting", "job_posting"), TEXT),
    **dict.fromkeys(("job_text", "job_spec", "text", "content", "stellenbeschreibung"), TEXT),
    **dict.fromkeys(("organisation", "org", "account"), ORGANIZATION),
    **dict.fromkeys(("language", "lang"), "languages"),
    **dict.fromkeys(("minutes", "duration_minutes"), "duration"),
    **dict.fromkeys(("pass_mark", "passing_mark", "pass_score"), "passing_score"),
    **dict.fromkeys(("video",), "require_video"),
    **dict.fromkeys(("attempts",), "max_attempts"),
    **dict.fromkeys(("access",), "access_type"),
    **dict.fromkeys(("redirect",), "redirect_url"),
    **dict.fromkeys(("personality",), "ai_personality"),
    **dict.fromkeys(("company",), "company_name"),
    **dict.fromkeys(("client",), "client_name"),
    **dict.fromkeys(("template",), "template_id"),
    **dict.fromkeys(("question",), "questions"),
}
INSTEAD_OF_TEXT = ("questions", "template_id")  # an interview that is not written from a description has one of them


@dataclass(frozen=True)
class Columns:
    """A header that is understood: its titles made unique, the field of each or None, and what was decided about it."""

    titles: Sequence[str]
    fields: Sequence[str | None]
    notes: Sequence[str] = ()

    @property
    def known(self) -> dict[str, str]:
        """Title -> field."""
        return {title: field for title, field in zip(self.titles, self.fields, strict=True) if field is not None}

    @property
    def ignored(self) -> list[str]:
        """Titles that mean nothing here."""
        return [title for title, field in zip(self.titles, self.fields, strict=True) if field is None]


def field_of(title: str) -> str | None:
    """The field that a title means, if any."""
    return _MEANT.get(_folded(title))


def counted(titles: Iterable[str]) -> int:
    """How many of these titles mean something: which of several readings of a header is the right one."""
    return sum(field_of(title) is not None for title in titles)


def understood(name: str, header: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """The columns of a header in file `name`; `mapping` is field or synonym -> title. Raises NotABatch."""
    if len(header) > MOST_COLUMNS:
        raise NotABatch(
            f"{name} has {len(header):,} columns; at most {MOST_COLUMNS:,} are read. Expected the columns of a batch."
        )
    titles = unique(header)
    told = _told(name, titles, mapping)
    fields: list[str | None] = [
        told.get(title) or (None if field_of(title) in told.values() else field_of(title)) for title in titles
    ]
    notes = [_preferred(titles, fields, field) for field, count in Counter(fields).items() if field and count > 1]
    for field in {field for field in fields if field is not None and fields.count(field) > 1}:
        both = " and ".join(f'"{title}"' for title, one in zip(titles, fields, strict=True) if one == field)
        raise NotABatch(
            f"{name}: {both} both mean {field}; rename or remove one of them, or say which: --map {field}=TITLE."
        )
    _has_a_text(name, titles, fields)
    notes += [f'The column "{title}" is read as {field}, as you said.' for title, field in told.items()]
    return Columns(titles, fields, [note for note in notes if note])


def unique(header: Sequence[str]) -> list[str]:
    """Titles without blanks around them; one without any is named by its place, one that comes again is counted."""
    found: list[str] = []
    for place, cell in enumerate(header, 1):
        title = " ".join(cell.split()) or f"column {place}"
        again = (f"{title} ({count})" for count in range(2, len(header) + 2))
        found.append(title if title not in found else next(name for name in again if name not in found))
    return found


def _told(name: str, titles: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Title -> field, as `mapping` says it."""
    told: dict[str, str] = {}
    for word, wanted in mapping.items():
        field = field_of(word)
        if field is None:
            raise NotABatch(
                f"{shown(word)} is no field of a row{_meant(word, FIELDS)}; expected one of {', '.join(FIELDS)}."
            )
        near = [title for title in titles if title == wanted] or [t for t in titles if _folded(t) == _folded(wanted)]
        if not near:
            raise NotABatch(
                f"{name} has no column {shown(wanted)}{_meant(wanted, titles)}; its titles are {listed(titles)}."
            )
        if near[0] in told or field in told.values():
            raise NotABatch(f"--map says two things about {shown(near[0])} or about {field}; say one.")
        told[near[0]] = field
    return told


def _preferred(titles: Sequence[str], fields: list[str | None], field: str) -> str | None:
    """Of several columns for a field the one that bears its own name is read; the others become strange ones. A note of it."""
    places = [place for place, one in enumerate(fields) if one == field]
    own = [place for place in places if _folded(titles[place]) == _folded(field)]
    if len(own) != 1:
        return None
    for place in places:
        fields[place] = field if place == own[0] else None
    others = listed([titles[place] for place in places if place != own[0]])
    return f'The column "{titles[own[0]]}" is read as {field}; {others} could mean the same and is not read.'


def _has_a_text(name: str, titles: Sequence[str], fields: Sequence[str | None]) -> None:
    if TEXT in fields or any(field in fields for field in INSTEAD_OF_TEXT):
        return
    start = f"{name} has no column {TEXT}; its first row says {listed(titles)}."
    if not any(fields):
        raise NotABatch(
            f"{start} If that is data already, put a row of titles above it, such as id,title,{TEXT}; "
            f"if it is a title by another name, say so: --map {TEXT}=TITLE."
        )
    others = ", ".join(field for field in FIELDS if field != TEXT)
    raise NotABatch(
        f"{start} Rename the column that holds it, or say which it is: --map {TEXT}=TITLE. Others may be {others}."
    )


def listed(titles: Sequence[str]) -> str:
    """Titles in quotes, as many as a message can hold."""
    more = f" and {len(titles) - MOST_SHOWN:,} more" if len(titles) > MOST_SHOWN else ""
    return ", ".join(shown(title) for title in titles[:MOST_SHOWN]) + more


def meant(title: str) -> str | None:
    """The field that a column's title is a misspelling of, if it is near enough to one."""
    return likely(title, FIELDS)


def _meant(word: str, choices: Iterable[str]) -> str:
    near = {choice.lower(): choice for choice in choices}
    found = likely(word, near)
    return f" (did you mean {shown(near[found])}?)" if found else ""


def _folded(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", title.lower())


_MEANT = {_folded(word): field for word, field in (*SYNONYMS.items(), *((field, field) for field in FIELDS))}
