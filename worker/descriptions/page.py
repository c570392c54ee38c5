"""Page: text as it is read from top to bottom, line by line; knows what a list, a row and a blank line look like."""

import re
from dataclasses import dataclass, field, replace

INDENT = "  "  # one level of a nested list
DEEPEST = 8  # levels that are shown; deeper ones line up with the last

_BULLET = re.compile(r"( *)[•·▪▫◦‣⁃∙●○■□◆➢➤►▶✓✔✅](?![•·▪▫◦‣⁃∙●○■□◆➢➤►▶✓✔✅]) *(?=\S)")
_DASH = re.compile(r"(?:[-–—*] +)+(?=\S)")
_SPACES = re.compile(r"(?<=\S) {2,}")
_COLLAPSIBLE = re.compile("[ \n]+")


@dataclass(frozen=True)
class Line:
    """One line; `gap` asks for a blank line before it."""

    text: str
    gap: bool


@dataclass
class _Row:
    """A table's row that is being read: where it starts, and where each of its cells does, as indexes of lines."""

    start: int
    gap: bool
    cells: list[int] = field(default_factory=list)


class Page:
    """What a walk over HTML writes on. Text gathers until the line ends; nothing is ever blank twice."""

    def __init__(self, *, keeps_lines: bool = False) -> None:
        self.lines: list[Line] = []
        self.keeping = int(keeps_lines)  # how many elements around ask for their line ends to be kept
        self._text: list[str] = []
        self._gap = False
        self._counters: list[int | None] = []  # one for each open list; None: bullets
        self._marker = ""
        self._rows: list[_Row] = []

    def write(self, text: str) -> None:
        self._text.append(text if self.keeping else _COLLAPSIBLE.sub(" ", text))

    def end_line(self) -> None:
        self._text.append("\n")

    def end_block(self) -> None:
        """What was written so far gets its lines. An empty last one doesn't count: `text<br></p>` is one line."""
        written, self._text = "".join(self._text).rstrip(" "), []
        for line in written.removesuffix("\n").split("\n") if written else ():
            self._add(line.rstrip(" ") if self.keeping else _SPACES.sub(" ", line.strip(" ")), ended="\n" in written)

    def leave_gap(self) -> None:
        """Whatever comes next stands apart; within a list nothing does."""
        self.end_block()
        self._gap = self._gap or not self._counters

    def open_list(self, first: int | None) -> None:
        """`first` is the number of an ordered list's first item."""
        self.leave_gap()
        self._counters.append(first)

    def close_list(self) -> None:
        self.end_block()
        self._counters.pop()
        self._marker = ""
        self.leave_gap()

    def open_item(self, number: int | None) -> None:
        """`number` is what the item itself says to be, if it does."""
        self.end_block()
        counter = self._counters[-1] if self._counters else None
        if counter is not None:
            counter = counter if number is None else number
            self._counters[-1] = counter + 1
        self._marker = "- " if counter is None else f"{counter}. "

    def close_item(self) -> None:
        self.end_block()
        self._marker = ""

    def open_row(self) -> None:
        self.end_block()
        self._rows.append(_Row(len(self.lines), self._gap))

    def open_cell(self) -> None:
        self.end_block()
        if self._rows:
            self._rows[-1].cells.append(len(self.lines))

    def close_row(self) -> None:
        """Cells of one line each become one line; a row that lays out whole paragraphs stays as it was written."""
        self.end_block()
        if not self._rows:
            return
        row = self._rows.pop()
        ends = [*row.cells[1:], len(self.lines)]
        if row.cells and all(end - start <= 1 for start, end in zip(row.cells, ends, strict=True)):
            written = self.lines[row.start :]
            self._gap = row.gap and not written
            if written:
                joined = " | ".join([written[0].text, *(cell.text.strip(" ") for cell in written[1:])])
                self.lines[row.start :] = [Line(joined, row.gap)]

    def _add(self, text: str, *, ended: bool) -> None:
        if not text:
            self._gap = self._gap or (ended and not self._counters)
            return
        is_item = bool(self._marker) or _BULLET.match(text) is not None
        tight = is_item and bool(self.lines) and self.lines[-1].text.lstrip(" ").startswith("- ") and not self._marker
        self.lines.append(Line(self._placed(text), self._gap and not tight))
        self._gap = False

    def _placed(self, text: str) -> str:
        """Behind the marker of its list's item, under it, or at the margin."""
        if not self._counters and not self._marker:
            return bulleted(text)
        margin = INDENT * (min(len(self._counters) or 1, DEEPEST) - 1)
        if not self._marker:
            return margin + INDENT + text
        marker, self._marker = self._marker, ""
        text = bulleted(text)
        return margin + marker + (_DASH.sub("", text, count=1) if _DASH.match(text) else text)


def bulleted(line: str) -> str:
    """Typed bullets as the dash that lists have."""
    return _BULLET.sub(r"\1- ", line, count=1) if _BULLET.match(line) else line


def laid_out(lines: list[Line]) -> str:
    """Lines as one text."""
    first, *rest = lines or [Line("", gap=False)]
    return "\n".join([replace(first, gap=False).text, *(f"\n{line.text}" if line.gap else line.text for line in rest)])


def tidy(text: str) -> str:
    """No trailing spaces, no wide gaps, no two blank lines in a row, indents of at most 16; bullets as dashes."""
    lines: list[Line] = []
    gap = False
    for raw in text.split("\n"):
        body = raw.strip(" ")
        body = bulleted(_SPACES.sub(" ", body) if "  " in body else body)
        if body:
            indent = min(len(raw) - len(raw.lstrip(" ")), len(INDENT) * DEEPEST)
            lines.append(Line(" " * indent + body, gap))
        gap = not body
    return laid_out(lines).lstrip(" ")
