"""Documents: a job in a file of its own; its text, and what it calls the job.

The title is the document's first heading, else its first line if that reads like one, else the file's name.
"""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from worker.batches.reading import pdf, word
from worker.batches.reading.encodings import MARKS, WESTERN
from worker.batches.reading.untold import Untold

LARGEST_FILE = 20 << 20  # bytes
LONGEST_TITLE = 120  # characters
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$|^(\S.*)\n(?:=+|-+)[ \t]*$", re.MULTILINE)
_CHARSET = re.compile(rb"""<meta\s[^>]*charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """What a file says: HTML as HTML, everything else as plain text."""

    title: str
    text: str


def read(path: Path) -> Document:
    """The document in a file whose kind is one of KINDS. Raises Untold, OSError."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise Untold(f"the file has {size:,} bytes; at most {LARGEST_FILE:,} are read.")
    heading, text = KINDS[path.suffix.lower()](path)
    if not text.strip():
        raise Untold("the file holds no text.")
    return Document(_one_line(heading) or _first_line(text) or _named(path), text)


def decoded(content: bytes) -> str:
    """As a byte order mark says, else UTF-8, else Windows-1252 where nothing in it is UTF-8. Raises Untold."""
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as fault:
        place = fault.start + 1
        if encoding == "utf-8" and content[: fault.start].isascii():
            try:
                return content.decode(WESTERN)
            except UnicodeDecodeError:
                pass
    raise Untold(f"its byte {place} can't be read as text; save it as UTF-8.")


def _plain(path: Path) -> tuple[str, str]:
    return "", decoded(path.read_bytes())


def _markdown(path: Path) -> tuple[str, str]:
    text = decoded(path.read_bytes())
    found = _HEADING.search(text)
    heading = (found[1] or found[2]) if found else ""
    return heading.replace("*", "").replace("`", ""), text


def _page(path: Path) -> tuple[str, str]:
    content = path.read_bytes()
    text = _in_charset(content)
    page = LexborHTMLParser(text)
    heading = page.css_first("h1") or page.css_first("title") or page.css_first("h2")
    title = heading.text(separator=" ", strip=True) if heading else ""
    return title or (_first_line(page.body.text(separator="\n")) if page.body else ""), text


def _in_charset(content: bytes) -> str:
    """A page may say its encoding itself."""
    said = _CHARSET.search(content[:4_096])
    if said and not content.startswith(tuple(MARKS)):
        try:
            return codecs.decode(content, said[1].decode("ascii"))
        except (LookupError, ValueError, TypeError):
            pass
    return decoded(content)


KINDS: Mapping[str, Callable[[Path], tuple[str, str]]] = {  # suffix -> heading and text of such a file
    ".txt": _plain,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _page,
    ".htm": _page,
    ".docx": word.read,
    ".pdf": pdf.read,
}


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else ""


def _first_line(text: str) -> str:
    """A short line that does not end like a sentence."""
    line = _one_line(next((line for line in text.splitlines() if line.strip()), ""))
    return "" if line.endswith((".", ",", ";", ":", "!", "?", ">")) else line


def _named(path: Path) -> str:
    return " ".join(re.split(r"[\s_-]+", path.stem)).strip() or path.stem
