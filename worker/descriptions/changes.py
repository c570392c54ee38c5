"""What an edited posting says differently, and whether it matters to an interview.

*Cosmetic* is what nobody would ask other questions for: white space, punctuation, case, quotation marks, a typo, notices about
the law or how to apply, benefits in another order. Everything else is *material*, and so is whatever is in doubt: an interview
made anew costs a call, one that asks for the old requirements costs a candidate.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from worker.descriptions.boilerplate import Kind
from worker.descriptions.sections import divided
from worker.descriptions.words import NEGATIONS, are_typos, words

MOST_TYPOS = 3  # words of a text; who changed more has written something
MOST_COMPARED = 40  # passages on each side that are looked at for being the same one, edited
ALIKE = 0.5  # share of common words of two passages that are the same one, edited
LONGEST_MARKED = 2_000  # words of a passage in which single words are looked at
MOST_PIECES = 1_000  # passages of a text; what follows them is one more
NOTICES = frozenset({Kind.EQUAL_OPPORTUNITY, Kind.PRIVACY, Kind.LEGAL, Kind.APPLYING})


class Verdict(StrEnum):
    """How much a change matters."""

    NONE = "none"
    COSMETIC = "cosmetic"
    MATERIAL = "material"


class What(StrEnum):
    """In what the posting differs."""

    TITLE = "title"
    PLACE = "place"
    LANGUAGE = "language"
    NUMBERS = "numbers"
    NEGATIONS = "negations"
    WORDING = "wording"
    LOOKS = "looks"


@dataclass(frozen=True)
class Version:
    """A posting as it was at some time. What is not known is None."""

    title: str
    text: str
    location: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Passage:
    """A paragraph, an item of a list or a heading that differs; "" where it is new, or gone."""

    before: str
    after: str
    is_material: bool

    def marked(self) -> str:
        """In one line, word by word: [-what went-] and {+what came+}."""
        if not self.before or not self.after:
            return f"[-{self.before}-]" if self.before else f"{{+{self.after}+}}"
        before, after = self.before.split(), self.after.split()
        if max(len(before), len(after)) > LONGEST_MARKED:
            return f"[-{self.before}-] {{+{self.after}+}}"
        return " ".join(_marked(before, after))


@dataclass(frozen=True)
class Change:
    """The difference between two versions; `what` names the material things first."""

    verdict: Verdict
    what: tuple[What, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class _Piece:
    """One passage with its words, and where it stands: the same words under another heading say something else."""

    text: str
    words: tuple[str, ...]
    heading: tuple[str, ...]
    kind: Kind


def between(before: Version, after: Version) -> Change:
    """What `after` says differently."""
    if before == after:
        return Change(Verdict.NONE, (), ())
    passages = tuple(_passages(_pieces(before.text), _pieces(after.text)))
    what = [*_of_facts(before, after), *_of_passages(passages)]
    if what:
        return Change(Verdict.MATERIAL, tuple(dict.fromkeys(what)), passages)
    if (before.title, before.text) == (after.title, after.text):
        return Change(Verdict.NONE, (), ())
    return Change(Verdict.COSMETIC, (What.LOOKS,), passages)


def _of_facts(before: Version, after: Version) -> Iterator[What]:
    """A place or language that was not told before is no change of it; one that is told no more may be."""
    if words(before.title) != words(after.title):
        yield What.TITLE
    if before.location and words(before.location) != words(after.location or ""):
        yield What.PLACE
    if before.language and words(before.language) != words(after.language or ""):
        yield What.LANGUAGE


def _of_passages(passages: Sequence[Passage]) -> Iterator[What]:
    for passage in passages:
        if passage.is_material:
            before, after = Counter(words(passage.before)), Counter(words(passage.after))
            different = set((before - after) + (after - before))
            numbers = {word for word in different if word[0].isdigit()}
            if numbers:
                yield What.NUMBERS
            if different & NEGATIONS:
                yield What.NEGATIONS
            if not different or different - numbers - NEGATIONS:
                yield What.WORDING


def _passages(before: list[_Piece], after: list[_Piece]) -> Iterator[Passage]:
    """What differs, in the order of the newer text where it is there still."""
    if _is_as_good_as(_essence(before), _essence(after)):
        before, after = ([piece for piece in side if piece.kind is not Kind.ESSENTIAL] for side in (before, after))
    gone, come = _without_common(before, after)
    pairs = _paired(gone, come)
    typos = [pair for pair in pairs if _is_retyped(*pair)]
    forgiven = _different(typos) <= MOST_TYPOS
    partners = {id(new): old for old, new in pairs}
    for new in come:
        old = partners.get(id(new))
        is_typo = forgiven and (old, new) in typos
        yield Passage(old.text if old else "", new.text, not is_typo and _matters(old, new))
    met = {id(old) for old, _ in pairs}
    yield from (Passage(old.text, "", _matters(old, None)) for old in gone if id(old) not in met)


def _is_retyped(old: _Piece, new: _Piece) -> bool:
    """The same but for typos, in itself or in its heading; what is the very same stands elsewhere now."""
    is_same = (old.words, old.heading) == (new.words, new.heading)
    return not is_same and are_typos(old.words, new.words) and are_typos(old.heading, new.heading)


def _matters(old: _Piece | None, new: _Piece | None) -> bool:
    """Notices say nothing of the job, whatever they say."""
    return any(piece.kind not in NOTICES for piece in (old, new) if piece is not None)


def _essence(pieces: list[_Piece]) -> tuple[str, ...]:
    """The words of what is about the job, in order, however they are divided into lines."""
    return tuple(word for piece in pieces if piece.kind is Kind.ESSENTIAL for word in piece.words)


def _is_as_good_as(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """The same words, but for a few typos."""
    return are_typos(before, after) and sum(map(str.__ne__, before, after)) <= MOST_TYPOS


def _without_common(before: list[_Piece], after: list[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """What only one side has. The order counts for what is about the job, and not for the rest."""
    ours, theirs = _keys(before), _keys(after)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    gone, come = [*before], [*after]
    for block in reversed(matcher.get_matching_blocks()):
        del gone[block.a : block.a + block.size]
        del come[block.b : block.b + block.size]
    loose = Counter(_key(piece) for piece in gone if piece.kind is not Kind.ESSENTIAL)
    moved = loose & Counter(_key(piece) for piece in come if piece.kind is not Kind.ESSENTIAL)
    return _less(gone, moved), _less(come, moved)


def _less(pieces: list[_Piece], known: "Counter[object]") -> list[_Piece]:
    left = Counter(known)
    kept = []
    for piece in pieces:
        if left[_key(piece)] > 0:
            left[_key(piece)] -= 1
        else:
            kept.append(piece)
    return kept


def _paired(gone: list[_Piece], come: list[_Piece]) -> list[tuple[_Piece, _Piece]]:
    """Those that are the same passage, edited: each with the one that is most like it."""
    if len(gone) > MOST_COMPARED or len(come) > MOST_COMPARED:
        return []
    likeness = sorted(
        ((_likeness(old, new), -at, -other) for at, old in enumerate(gone) for other, new in enumerate(come)),
        reverse=True,
    )
    pairs, met = [], set[tuple[str, int]]()
    for share, at, other in likeness:
        if share < ALIKE:
            break
        if not met & {("old", at), ("new", other)}:
            met |= {("old", at), ("new", other)}
            pairs.append((gone[-at], come[-other]))
    return pairs


def _likeness(old: _Piece, new: _Piece) -> float:
    if max(len(old.words), len(new.words)) > LONGEST_MARKED:
        return 0.0
    if are_typos(old.words, new.words):
        return 1.0
    common = sum((Counter(old.words) & Counter(new.words)).values())
    return 2 * common / max(len(old.words) + len(new.words), 1)


def _different(pairs: list[tuple[_Piece, _Piece]]) -> int:
    return sum(one != other for old, new in pairs for one, other in zip(old.words, new.words, strict=True))


def _pieces(text: str) -> list[_Piece]:
    found = []
    for section in divided(text):
        heading = words(section.heading)
        if heading:
            found.append(_Piece(section.heading, heading, (), section.kind))
        for paragraph in section.paragraphs:
            under = heading if section.kind is Kind.ESSENTIAL else ()
            found.append(_Piece(paragraph.text, words(paragraph.text), under, paragraph.kind))
    pieces = [piece for piece in found if piece.words]
    rest = pieces[MOST_PIECES:]
    if not rest:
        return pieces
    text = "\n".join(piece.text for piece in rest)
    return [*pieces[:MOST_PIECES], _Piece(text, words(text), (), Kind.ESSENTIAL)]


def _keys(pieces: list[_Piece]) -> list[object]:
    return [_key(piece) for piece in pieces]


def _key(piece: _Piece) -> object:
    return piece.words, piece.heading


def _marked(before: list[str], after: list[str]) -> Iterator[str]:
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield " ".join(after[c:d])
            continue
        if a < b:
            yield f"[-{' '.join(before[a:b])}-]"
        if c < d:
            yield f"{{+{' '.join(after[c:d])}+}}"
