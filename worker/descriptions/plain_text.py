"""Plain text: a posting's HTML as a person would read it aloud from the page.

Headings, paragraphs, lists and rows keep their shape, because condensing at section boundaries needs it; scripts, comments,
pictures and whatever is hidden from the eye go, because a description is data and may come from anybody.
"""

import html
import re
from collections.abc import Iterator
from html.entities import html5

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.descriptions.characters import cleaned, composed
from worker.descriptions.markup import BLOCKS, UNSEEN, has_blocks, hides, is_markup, keeps_lines, parseable
from worker.descriptions.page import Page, laid_out, tidy

_STANDING_APART = frozenset({
    "address", "blockquote", "dl", "fieldset", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "listing", "p",
    "plaintext", "pre", "table", "xmp",
})  # fmt: skip
_LISTS = frozenset({"dir", "menu", "ol", "ul"})
_AS_WRITTEN = frozenset({"listing", "plaintext", "pre", "xmp"})
_ENTITY = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6})|[A-Za-z][A-Za-z0-9]{1,31});")
_NUMBER = re.compile(r"\s*(\d{1,6})\s*", re.ASCII)


def readable(description: str) -> str:
    """HTML or plain text as readable plain text, of any length; never raises, linear in time and memory.

    It is HTML if it holds a tag that HTML knows, a comment or a doctype (`is_markup`), else plain text, in which `<` is a
    character like any other: `<5 min from the station>` survives. Line ends count in plain text, and in HTML that has
    inline tags only.

    Entities are decoded once, in plain text those that end with a semicolon. HTML that arrives as entities (`&lt;p&gt;`)
    is text here: who knows that a vendor escapes its HTML unescapes it before. So the result may look like HTML and is
    not to be read a second time. Of a page with more than MOST_TAGS block tags the rest is left out (`markup.parseable`).
    """
    text = cleaned(description)
    text = _read(text) if is_markup(text) else cleaned(_ENTITY.sub(_decoded, text))
    return composed(tidy(text))


def _decoded(entity: re.Match[str]) -> str:
    if entity[0].startswith("&#"):
        return html.unescape(entity[0])
    return html5.get(entity[0][1:], entity[0])


def _read(markup: str) -> str:
    page = Page(keeps_lines=not has_blocks(markup))
    for node, entering in _walk(LexborHTMLParser(parseable(markup)).root):
        if node.is_text_node:
            page.write(cleaned(node.text_content or ""))
        elif entering:
            _enter(page, node)
        else:
            _leave(page, node)
    page.end_block()
    return laid_out(page.lines)


def _walk(root: LexborNode | None) -> Iterator[tuple[LexborNode, bool]]:
    """Every text and element that can be seen, in the order of reading; elements twice: entering and leaving.

    Keeps its own stack, because a page may be nested deeper than Python may call.
    """
    stack = [(root, True)] if root is not None else []
    while stack:
        node, entering = stack.pop()
        if not entering:
            yield node, False
            continue
        if node.next is not None:
            stack.append((node.next, True))
        if node.is_text_node:
            yield node, True
        elif node.is_element_node and _is_seen(node):
            yield node, True
            stack.append((node, False))
            if node.first_child is not None:
                stack.append((node.first_child, True))


def _is_seen(node: LexborNode) -> bool:
    if node.tag in UNSEEN:
        return False
    return not any(hides(name.lower(), value or "") for name, value in node.attributes.items())


def _enter(page: Page, node: LexborNode) -> None:
    match node.tag:
        case "br":
            page.end_line()
        case "ol":
            page.open_list(1 if (first := _number(node, "start")) is None else first)
        case "ul" | "dir" | "menu":
            page.open_list(None)
        case "li":
            page.open_item(_number(node, "value"))
        case "tr":
            page.open_row()
        case "td" | "th":
            page.open_cell()
        case tag if tag in _STANDING_APART:
            page.leave_gap()
        case tag if tag in BLOCKS:
            page.end_block()
    page.keeping += _keeps_lines(node)


def _leave(page: Page, node: LexborNode) -> None:
    match node.tag:
        case tag if tag in _LISTS:
            page.close_list()
        case "li":
            page.close_item()
        case "tr":
            page.close_row()
        case tag if tag in _STANDING_APART:
            page.leave_gap()
        case tag if tag in BLOCKS:
            page.end_block()
    page.keeping -= _keeps_lines(node)


def _keeps_lines(node: LexborNode) -> bool:
    return node.tag in _AS_WRITTEN or keeps_lines(node.attributes.get("style") or "")


def _number(node: LexborNode, attribute: str) -> int | None:
    number = _NUMBER.fullmatch(node.attributes.get(attribute) or "")
    return int(number[1]) if number else None
