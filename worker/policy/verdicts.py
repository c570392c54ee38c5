"""What becomes of a row of a batch, in one sentence: before it is filed and after, from the same facts.

The list is closed. Nothing else composes these texts.
"""

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.request import GenerationRequest, State


class Verdict(StrEnum):
    """What a row is."""

    NEW = "new"  # a request of its own
    MENDS = "mends"  # its id is known and held, of which nothing can exist: it takes this text
    KNOWN = "known"  # the same was filed before
    SAME = "same"  # the same stands further up in this file
    CONFLICT = "conflict"  # its id is known with another text or other options
    TOO_SHORT = "too_short"
    BAD = "bad"  # something in it can't be: says what


ACCEPTED = frozenset({Verdict.NEW, Verdict.MENDS, Verdict.KNOWN, Verdict.SAME})


@dataclass(frozen=True)
class Condensing:
    """How long a text is and how long it will be when it is sent, in characters as TalentSprout counts them."""

    before: int
    after: int


def new(condensing: Condensing | None) -> str:
    """It will be filed."""
    return f"Will be created.{_condensed(condensing)}"


def mends(held: GenerationRequest, condensing: Condensing | None) -> str:
    """A held request takes this text."""
    return f"{held.label} is held and takes this text.{_condensed(condensing)}"


def known(found: GenerationRequest, share_link: str | None) -> str:
    """The same was filed before."""
    said = f"Already have it: {found.label}"
    if share_link is not None:
        return f"{said}, {share_link}"
    revive = f" To revive it: sprout batch retry {found.batch}." if found.batch else ""
    return f"{said}, which is {found.state}.{revive if found.state is State.CANCELLED else ''}"


def same(row: int) -> str:
    """The same stands further up."""
    return f"Same as row {row}."


def conflict(found: GenerationRequest) -> str:
    """The id is taken in the ledger."""
    return (
        f'The id "{found.dedup_id}" belongs to {found.label} ({found.title}), which has another description or other '
        "options. Nothing has changed; choose another id for another interview."
    )


def conflict_within(dedup_id: str, row: int) -> str:
    """The id is taken by a row further up."""
    return f'The id "{dedup_id}" stands in row {row} with another description or other options; give each its own.'


def _condensed(found: Condensing | None) -> str:
    return "" if found is None else f" Will be condensed {found.before:,} → {found.after:,} characters."
