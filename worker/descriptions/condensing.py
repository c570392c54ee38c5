"""Condensing: a text that is too long, without what says least about the role.

Boilerplate goes first, kind by kind; then the longest section loses its end, again and again, so that what an interview
asks about stays in proportion. Nothing is cut within a sentence, unless it has no end worth the name. What stays keeps its
words and its order, and what went is told.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from worker.descriptions.boilerplate import Kind
from worker.descriptions.checking import length
from worker.descriptions.sections import Paragraph, Section, divided, joined
from worker.descriptions.sentences import clipped, sentences

FIRST_TO_GO = (Kind.EQUAL_OPPORTUNITY, Kind.PRIVACY, Kind.LEGAL, Kind.APPLYING, Kind.BENEFITS, Kind.COMPANY)
LONGEST_WHOLE = 2_000  # UTF-16 units; so much boilerplate of a section goes at once, of more only as much as must
LONGEST_SENTENCE = 1_000  # UTF-16 units; what goes on for longer was written without punctuation and may be cut
LONGEST_NAME = 60  # UTF-16 units of a heading, or of first words, that tell what was removed


class Manner(StrEnum):
    """How something was removed."""

    LEFT_OUT = "left out"  # paragraphs or items as a whole
    SHORTENED = "last sentences left out"
    CUT = "cut between words"  # the last resort: within a sentence


@dataclass(frozen=True)
class Removal:
    """What went: under which heading (else its first words), for what it was, how many paragraphs or items, how many units.

    No paragraphs: a heading that had nothing under it.
    """

    manner: Manner
    kind: Kind
    what: str
    paragraphs: int
    length: int


@dataclass(frozen=True)
class Condensed:
    """The text, what was removed in the text's order, and the lengths before and after, in UTF-16 units."""

    text: str
    removed: tuple[Removal, ...]
    before: int
    after: int


def condense(text: str, limit: int) -> Condensed:
    """The text in at most `limit` (0 or more) UTF-16 units; unchanged if it has no more. `text` is readable text."""
    before = length(text)
    if before <= limit:
        return Condensed(text, (), before, before)
    shrinking = _Shrinking(divided(text), limit)
    shrinking.drop_boilerplate()
    shrinking.trim()
    condensed = joined(tuple(part.left() for part in shrinking.parts if not part.is_gone))
    return Condensed(
        condensed, tuple(removal for part in shrinking.parts for removal in part.removals()), before, length(condensed)
    )


class _Piece:
    """A paragraph that may lose its last sentences, or go."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.paragraph = paragraph
        self.sentences = list(sentences(paragraph.text))
        self.units = length(paragraph.text)
        self.manner: Manner | None = None

    @property
    def is_gone(self) -> bool:
        return self.manner is Manner.LEFT_OUT

    @property
    def standing(self) -> int:
        """Its units with the line end, or the blank line, before it."""
        return self.units + _before(self.paragraph.gap)

    def text(self) -> str:
        return "".join(self.sentences).rstrip() if self.manner else self.paragraph.text

    def lost(self) -> int:
        return length(self.paragraph.text) - (0 if self.is_gone else length(self.text()))

    def shorten(self, amount: int) -> None:
        """Without as many of its last sentences as have `amount` units; the first one stays."""
        while amount > 0 and len(self.sentences) > 1:
            lost = length(self.sentences.pop())
            amount -= lost
            self.units -= lost
            self.manner = Manner.SHORTENED

    def cut(self, most: int) -> None:
        """The only sentence, to at most `most` units."""
        self.sentences = [clipped(self.sentences[0], most)]
        self.units = length(self.sentences[0])
        self.manner = Manner.CUT


class _Part:
    """A section that loses its pieces; its heading goes with the last of them."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self.pieces = [_Piece(paragraph) for paragraph in section.paragraphs]
        self.count = len(self.pieces)
        self._at_end = self.count
        self.is_gone = False

    @property
    def heading_standing(self) -> int:
        return length(self._section.heading) + _before(self._section.gap) if self._section.heading else 0

    def last(self) -> _Piece:
        """The last piece that isn't gone."""
        while self.pieces[self._at_end - 1].is_gone:
            self._at_end -= 1
        return self.pieces[self._at_end - 1]

    def left(self) -> Section:
        left = (replace(piece.paragraph, text=piece.text()) for piece in self.pieces if not piece.is_gone)
        return replace(self._section, paragraphs=tuple(left))

    def removals(self) -> Iterator[Removal]:
        """What went of this section, by manner and kind."""
        heading, kind = self._section.heading, self._section.kind
        if self.is_gone and not self.pieces:
            yield Removal(Manner.LEFT_OUT, kind, heading, 0, length(heading))
        went: dict[tuple[Manner, Kind], list[_Piece]] = {}
        for piece in self.pieces:
            if piece.manner:
                went.setdefault((piece.manner, piece.paragraph.kind), []).append(piece)
        for (manner, of_kind), pieces in went.items():
            what = heading if heading and of_kind is kind else pieces[0].paragraph.text.strip()
            yield Removal(
                manner, of_kind, clipped(what, LONGEST_NAME), len(pieces), sum(piece.lost() for piece in pieces)
            )


class _Shrinking:
    """Parts of a text on their way to a limit. Counts a blank line that the first part doesn't have: two units too strict."""

    def __init__(self, sections: tuple[Section, ...], limit: int) -> None:
        self.parts = [_Part(section) for section in sections]
        self._sizes = [part.heading_standing + sum(piece.standing for piece in part.pieces) for part in self.parts]
        self._count = sum(part.count for part in self.parts)
        self._excess = sum(self._sizes) - limit
        self._longest_whole = min(LONGEST_WHOLE, limit // 2)

    def drop_boilerplate(self) -> None:
        """Kind by kind, each from the end of the text, until it fits."""
        for kind in FIRST_TO_GO:
            for at in reversed(range(len(self.parts))):
                if self._excess > 0:
                    self._drop_kind(at, kind)

    def trim(self) -> None:
        """The longest section loses its end, down to the next longest, until the text fits."""
        heap = [(-size, -at) for at, size in enumerate(self._sizes) if size]
        heapq.heapify(heap)
        while self._excess > 0 and heap:
            at = -heapq.heappop(heap)[1]
            if self.parts[at].count:
                above = self._sizes[at] + heap[0][0] if heap else self._excess
                self._shed(at, self.parts[at].last(), max(1, min(above, self._excess)))
                self._drop_lonely_introduction(at)
            else:
                self._drop_heading(at)
            if self._sizes[at]:
                heapq.heappush(heap, (-self._sizes[at], -at))

    def _drop_kind(self, at: int, kind: Kind) -> None:
        going = [piece for piece in self.parts[at].pieces if piece.paragraph.kind is kind]
        if not going:
            return
        if sum(piece.standing for piece in going) <= self._longest_whole:
            for piece in going:
                self._drop(at, piece)
            return
        while going and self._excess > 0:
            self._shed(at, going[-1], self._excess)
            if going[-1].is_gone:
                going.pop()

    def _shed(self, at: int, piece: _Piece, amount: int) -> None:
        """The piece loses about `amount` units, at least one, or goes. The last piece of all is cut rather than dropped."""
        before, is_alone = piece.standing, self._count == 1
        if before <= amount and not is_alone:
            self._drop(at, piece)
            return
        if len(piece.sentences) > 1:
            piece.shorten(amount)
        elif is_alone:
            piece.cut(piece.units - amount)
        elif piece.units > LONGEST_SENTENCE:
            piece.cut(piece.units - max(amount, LONGEST_SENTENCE // 2))
        else:
            self._drop(at, piece)
            return
        self._count_off(at, before - piece.standing)
        if not piece.units:
            self._drop(at, piece)

    def _drop(self, at: int, piece: _Piece) -> None:
        piece.manner = Manner.LEFT_OUT
        self._count -= 1
        self._count_off(at, piece.standing)
        self.parts[at].count -= 1
        if not self.parts[at].count:
            self._drop_heading(at)

    def _drop_heading(self, at: int) -> None:
        self.parts[at].is_gone = True
        self._count_off(at, self.parts[at].heading_standing)

    def _drop_lonely_introduction(self, at: int) -> None:
        """ "You will:" goes with the last of its items."""
        if self.parts[at].count and self._count > 1:
            piece = self.parts[at].last()
            if not piece.manner and not piece.paragraph.is_item and piece.paragraph.text.endswith(":"):
                self._drop(at, piece)

    def _count_off(self, at: int, units: int) -> None:
        self._sizes[at] -= units
        self._excess -= units


def _before(gap: bool) -> int:
    return 2 if gap else 1
