"""Sections: a readable text divided at its headings, each part knowing what it is for.

Plain text marks no headings, so they are recognised by how they stand: a short line, no sentence, before a paragraph or a
list. Joining what was divided gives the text again, but for more than one blank line in a row.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from worker.descriptions.boilerplate import Kind, kind_of_heading, kind_of_paragraph

LONGEST_HEADING = 80  # characters
MOST_WORDS = 12
MOST_WORDS_OF_A_CALL = 4
SHORTEST_WRAPPED = 50  # characters: a line that a writer's program broke was at least so long

_ITEM = re.compile(r" *(?:[-*+–—•]|\d{1,3}[.)]|[a-z]\)) +\S")
_CLOSED = re.compile(r"""[.!?;,…。！？、]["'”’»)\]]*\Z""")
_ASKING = ("?", "？")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Paragraph:
    """Some lines that belong together: a paragraph, or one item of a list. `gap`: a blank line stands before it."""

    text: str
    kind: Kind
    gap: bool
    is_item: bool


@dataclass(frozen=True)
class Section:
    """A heading ("" if there is none) and what stands under it; `gap` is the heading's."""

    heading: str
    kind: Kind
    gap: bool
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class _Block:
    """Lines that belong together, not judged yet."""

    text: str
    gap: bool
    is_item: bool


def divided(text: str) -> tuple[Section, ...]:
    """The sections of a readable text, in order."""
    sections: list[Section] = []
    heading, under = _Block("", gap=False, is_item=False), list[_Block]()
    blocks = list(_blocks(text))
    for at, block in enumerate(blocks):
        if _is_heading(blocks, at):
            sections += _section(heading, under)
            heading, under = block, []
        else:
            under.append(block)
    return (*sections, *_section(heading, under))


def joined(sections: tuple[Section, ...]) -> str:
    """The text of these sections, each with its heading."""
    pieces: list[str] = []
    for section in sections:
        if section.heading:
            pieces.append(_separated(section.heading, section.gap, first=not pieces))
        for paragraph in section.paragraphs:
            pieces.append(_separated(paragraph.text, paragraph.gap, first=not pieces))
    return "".join(pieces)


def _separated(text: str, gap: bool, *, first: bool) -> str:
    if first:
        return text
    return f"\n\n{text}" if gap else f"\n{text}"


def _section(heading: _Block, under: list[_Block]) -> tuple[Section, ...]:
    if not heading.text and not under:
        return ()
    kind = kind_of_heading(heading.text) if heading.text else Kind.ESSENTIAL
    return (Section(heading.text, kind, heading.gap, tuple(_judged(under, kind))),)


def _judged(blocks: list[_Block], kind: Kind) -> Iterator[Paragraph]:
    """Each as what its own words say, else as its section; items as the line that introduces them ("We offer you:")."""
    introduced: Kind | None = None
    for block in blocks:
        if block.is_item:
            yield Paragraph(block.text, introduced or kind, block.gap, block.is_item)
            continue
        own = kind_of_paragraph(block.text)
        judged = kind if own is Kind.ESSENTIAL else own
        introduced = judged if block.text.endswith(":") else None
        yield Paragraph(block.text, judged, block.gap, block.is_item)


def _blocks(text: str) -> Iterator[_Block]:
    """Lines put together where one goes on in the next."""
    lines: list[str] = []
    gap = before_gap = False
    for line in text.split("\n"):
        if not line.strip():
            gap = True
        elif lines and not gap and _goes_on(lines[-1], line):
            lines.append(line)
        else:
            if lines:
                yield _Block("\n".join(lines), before_gap, _is_item(lines[0]))
            lines, before_gap, gap = [line], gap, False
    if lines:
        yield _Block("\n".join(lines), before_gap, _is_item(lines[0]))


def _goes_on(line: str, following: str) -> bool:
    """Is `following` more of the same, not the next paragraph? Lines of a list's item are indented deeper than its marker."""
    if _is_item(following):
        return False
    if _is_item(line) and _indent(following) > _indent(line):
        return True
    if _CLOSED.search(line) and not line.endswith((",", ";")):
        return False
    return following.lstrip()[0].islower() or (len(line) >= SHORTEST_WRAPPED and not line.endswith(":"))


def _is_heading(blocks: list[_Block], at: int) -> bool:
    """A short line, no sentence, no item, that stands before something else and apart from what came before."""
    block = blocks[at]
    if at + 1 == len(blocks) or not _could_be_heading(block):
        return False
    following = blocks[at + 1]
    if block.text.endswith(":"):
        return True
    apart = at == 0 or block.gap or blocks[at - 1].is_item
    return apart and (
        following.gap or following.is_item or len(following.text) > LONGEST_HEADING or _is_sentence(following.text)
    )


def _could_be_heading(block: _Block) -> bool:
    text = block.text.strip()
    if block.is_item or "\n" in text or len(text) > LONGEST_HEADING or len(text.split()) > MOST_WORDS:
        return False
    if not _LETTER.search(text) or " | " in text:
        return False
    return not _is_sentence(text) or text.endswith(_ASKING) or _is_call(text)


def _is_call(text: str) -> bool:
    """ "Benefits!" is a heading, "We weld pipes!" is not."""
    return (
        text.endswith("!") and len(text.split()) <= MOST_WORDS_OF_A_CALL and kind_of_heading(text) is not Kind.ESSENTIAL
    )


def _is_sentence(text: str) -> bool:
    return _CLOSED.search(text) is not None


def _is_item(line: str) -> bool:
    return _ITEM.match(line) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
