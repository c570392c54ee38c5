"""DOCX: the text of a Word document, a paragraph a line; lists with a dash, what is hidden or deleted left out.

(ECMA-376, part 1: 17.3 paragraphs and runs, 17.7 styles. A style's id depends on Word's language, its name does not.)
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from worker.batches.reading import package
from worker.batches.reading.package import Collected, Unreadable, elements
from worker.batches.reading.untold import Untold

DOCUMENT, STYLES = "word/document.xml", "word/styles.xml"
COMPOUND = b"\xd0\xcf\x11\xe0"


def read(path: Path) -> tuple[str, str]:
    """Its first heading, "" if there is none, and its text. Raises Untold, OSError."""
    with path.open("rb") as file:
        if file.read(4) == COMPOUND:
            raise Untold("the file is protected by a password, or an older Word file; save it as DOCX without one.")
    try:
        with package.opened(path) as opened:
            styles = _styles(opened) if STYLES in opened.namelist() else {}
            reading = _Reading(styles)
            for _ in elements(opened, DOCUMENT, reading.start, reading.end, reading.text):
                pass
    except Unreadable as fault:
        raise Untold(f"the file {fault}.") from None
    return reading.heading, "\n".join(reading.lines)


def _styles(opened: zipfile.ZipFile) -> dict[str, str]:
    """Style id -> its name in lower case."""
    found: dict[str, str] = {}
    style = ""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal style
        if name == "style":
            style = attributes.get("styleId", "")
        elif name == "name" and style not in found:
            found[style] = attributes.get("val", "").lower()

    for _ in elements(opened, STYLES, start, lambda _: None, lambda _: None):
        pass
    return found


@dataclass
class _Reading:
    """What the parser is in the middle of."""

    styles: Mapping[str, str]
    lines: list[str] = field(default_factory=list)
    heading: str = ""
    inside: list[str] = field(default_factory=list)
    collected: Collected = field(default_factory=Collected)
    style: str = ""
    listed: bool = False
    hidden: bool = False
    length: int = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        around = self.inside[-1] if self.inside else ""
        self.inside.append(name)
        match name:
            case "r":
                self.hidden = False
            case "pStyle":
                identity = attributes.get("val", "")
                self.style = self.styles.get(identity, identity.lower())
            case "numPr":
                self.listed = True
            case "vanish" if around == "rPr" and "r" in self.inside:
                self.hidden = attributes.get("val", "true") not in ("0", "false", "off")
            case "tab" if around == "r":
                self.collected.add("\t")
            case "br" | "cr" if around == "r":
                self.collected.add("\n")

    def text(self, piece: str) -> None:
        if self.inside[-1] == "t" and not self.hidden and "Fallback" not in self.inside:
            self.collected.add(piece)

    def end(self, name: str) -> None:
        self.inside.pop()
        if name == "p":
            self._end_paragraph(self.collected.take().strip())

    def _end_paragraph(self, line: str) -> None:
        if line and not self.heading and self.style.startswith(("heading", "title")):
            self.heading = line
        if line and (self.listed or self.style.startswith("list ")):
            line = f"- {line}"
        self.length += len(line) + 1
        if self.length > package.LARGEST_TEXT:
            raise Unreadable(f"holds more than {package.LARGEST_TEXT:,} characters")
        self.lines.append(line)
        self.style, self.listed, self.hidden = "", False, False
