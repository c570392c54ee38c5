"""Where what is ours stands in an ATS: as a note among others, or as a part of the one text of a place that people write in too.

Both are looked through, added to and changed in the same way. Of one text only our parts are ever changed; what people wrote
around them is kept as it was read a moment before, because no vendor says whether somebody else has written meanwhile.
"""

from dataclasses import dataclass
from typing import Protocol

from worker import notes
from worker.delivery.asked import Line, Refused, read
from worker.domain.note import Note, OneText, Place, marker, parts, with_part
from worker.notes import HasText, NoPlace, NoteKind

MOST_PAGES = 20  # of notes at one place; further back nothing is looked for
UNKNOWN_CALL = frozenset({404, 405, 501})  # of a call that changes a note which was listed a moment ago


class Desk(Protocol):
    """One place. `name` is that of a note of ours, by whose marker it is found."""

    def ours(self, place: Place, name: str) -> list[Note]:
        """Those that bear the marker, newest last as they are listed."""

    def add(self, place: Place, name: str, text: str) -> str | None:
        """Another one. Its id, where the ATS tells it."""

    def change(self, own: Note, place: Place, name: str, text: str) -> bool:
        """Give one of ours another text; False where the vendor changes none of these."""


@dataclass(frozen=True)
class Pile:
    """Notes, each for itself."""

    line: Line
    kind: NoteKind

    def ours(self, place: Place, name: str) -> list[Note]:
        """Page by page."""
        found: list[Note] = []
        page: str | None = None
        for _ in range(MOST_PAGES):
            answer = self.line.make(self.kind.listing(place, self.line.source, self.line.account, page))
            listed = read(lambda answer=answer: self.kind.listed(answer.status, answer.body, place), answer)  # type: ignore[misc]  # called at once
            found += [note for note in listed.notes if marker(name) in note.text]
            page = listed.next
            if page is None:
                break
        return found

    def add(self, place: Place, name: str, text: str) -> str | None:
        """With the marker as its last line."""
        answer = self.line.make(self.kind.adding(place, signed(text, name), self.line.source, self.line.account))
        return read(lambda: self.kind.added(answer.status, answer.body), answer)

    def change(self, own: Note, place: Place, name: str, text: str) -> bool:
        """Where a vendor turns out not to know the call, as if it had none."""
        if not self.kind.CHANGES:
            return False
        try:
            self.line.make(self.kind.changing(own, place, signed(text, name), self.line.source, self.line.account))
        except NoPlace:
            return False
        except Refused as refusal:
            if refusal.status in UNKNOWN_CALL:
                return False
            raise
        return True


@dataclass(frozen=True)
class Sheet:
    """One text: a part of ours stands between two lines."""

    line: Line
    kind: HasText

    def ours(self, place: Place, name: str) -> list[Note]:
        """Under the part itself as its id: by it it is found again."""
        return [Note(part, signed(part.strip(), name)) for part in parts(self._read(place).text, marker(name))]

    def add(self, place: Place, name: str, text: str) -> str | None:
        """Below what people wrote."""
        self._write(place, name, text, None)
        return None

    def change(self, own: Note, place: Place, name: str, text: str) -> bool:
        """The part alone."""
        self._write(place, name, text, own.id)
        return True

    def _read(self, place: Place) -> OneText:
        answer = self.line.make(self.kind.reading(place, self.line.source, self.line.account))
        return read(lambda: self.kind.text(answer.status, answer.body, self.line.account), answer)

    def _write(self, place: Place, name: str, text: str, instead_of: str | None) -> None:
        old = self._read(place)
        whole = with_part(old.text, text, marker(name), instead_of)
        answer = self.line.make(self.kind.writing(old, whole, place, self.line.source, self.line.account))
        read(lambda: self.kind.written(answer.status, answer.body), answer)


def desk(line: Line, kind: NoteKind, place: Place) -> Desk:
    """That of a place."""
    one = notes.text_of(kind, place)
    return Pile(line, kind) if one is None else Sheet(line, one)


def signed(text: str, name: str) -> str:
    """A note's words with the marker as their last line."""
    return f"{text}\n\n{marker(name)}"
