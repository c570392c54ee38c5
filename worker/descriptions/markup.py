"""Markup: is a text HTML, what in it is hidden, and how a huge page is made safe to parse.

lexbor takes quadratic time for deep nesting (200,000 open `<div>`: two minutes) and for many attributes in one tag,
so what is larger than any real posting is first reduced, in linear time, to the tags that matter here.
"""

import html
import re

MOST_CHARACTERS = 60_000  # parsed as they are; a posting pasted from Word has 20,000 to 50,000
MOST_TAGS = 12_000  # parsed at all; the worst nesting of that many takes half a second

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "p", "plaintext", "pre", "search",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "xmp",
})  # fmt: skip
UNSEEN = frozenset({  # never shown with their content; "xml" is Word's island of settings
    "applet", "audio", "button", "canvas", "datalist", "embed", "frameset", "head", "iframe", "img", "input", "meta",
    "link", "noembed", "noframes", "noscript", "object", "script", "select", "style", "svg", "template", "textarea",
    "title", "video", "xml",
})  # fmt: skip
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "col", "colgroup", "data", "del", "dfn", "em",
    "font", "i", "ins", "kbd", "label", "map", "mark", "math", "meter", "nobr", "o:p", "option", "output", "picture", "q",
    "rp", "rt", "ruby", "s", "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
    "wbr",
})  # fmt: skip
# Bare start tags that are proof enough. Others, as in "write to <address>", are words of the text unless an attribute
# or an end tag shows them to be tags.
_PROOF = frozenset({
    "b", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6",
    "head", "hr", "html", "i", "iframe", "img", "li", "noscript", "ol", "p", "pre", "script", "span", "strong", "style",
    "svg", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
})  # fmt: skip
_WRAPPERS = frozenset({"article", "center", "div", "main", "section"})  # one within another looks like one alone
_RAW = ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")  # their content is no markup

_TAG = re.compile("<(?:!--|[!?/]|([a-zA-Z][^\\s/>]*))")
_END_NAME = re.compile(r"</([a-zA-Z][^\s/>]*+)")
_SIGN = re.compile("<(?=[a-zA-Z/!?])")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>][^\s>]*+)?))?""")
_REST_OF_TAG = re.compile(r"[\s/]*+>")
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}
_KNOWN = "|".join(sorted(BLOCKS | UNSEEN | _INLINE))
_EVIDENCE = re.compile(
    r"<(?=[a-zA-Z/!?])"  # most `<` fail here, at once
    rf"(?:!--|!doctype\b|!\[|\?xml\b|/(?:{_KNOWN})\s*+>|(?:{_KNOWN})\s++[^\s=<>]++\s*+="
    rf"|(?:{'|'.join(sorted(_PROOF))})\s*+/?>)",
    re.IGNORECASE,
)
_LINES_OF_ITS_OWN = re.compile(rf"<(?:{'|'.join(sorted(BLOCKS | {'br'}))})[\s/>]", re.IGNORECASE)

_CSS_COMMENT = re.compile(r"(?s)/\*.*?(?:\*/|\Z)")
_HIDING = re.compile(
    r"(?<![\w-])(?:display\s*+:\s*+none|visibility\s*+:\s*+(?:hidden|collapse)|mso-hide\s*+:\s*+all)\b", re.IGNORECASE
)
_KEEPING = re.compile(r"(?<![\w-])white-space\s*+:\s*+(?:pre|break-spaces)", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Is there a tag that HTML knows, a comment or a doctype? `<5 min` and `<your name>` are none."""
    return _EVIDENCE.search(text) is not None


def has_blocks(markup: str) -> bool:
    """Does any tag begin a line of its own? If not, the line ends of the text itself are what its writer meant."""
    return _LINES_OF_ITS_OWN.search(markup) is not None


def hides(attribute: str, value: str) -> bool:
    """Does this attribute keep its element from being seen (or, for `aria-hidden`, from being read aloud)?"""
    match attribute:
        case "hidden":
            return True
        case "aria-hidden":
            return value.strip().lower() == "true"
        case "style":
            return _HIDING.search(_CSS_COMMENT.sub("", value)) is not None
        case _:
            return False


def keeps_lines(style: str) -> bool:
    """Does this inline style make the line ends of the text count?"""
    return _KEEPING.search(style) is not None


def parseable(markup: str) -> str:
    """The same page, small enough to be parsed in a second at most; unchanged unless it is far larger than a posting.

    A larger one loses comments, attributes, wrappers directly within their like, and inline tags that hide nothing; after
    MOST_TAGS the rest is left out.
    """
    if len(markup) <= MOST_CHARACTERS and len(_SIGN.findall(markup)) <= MOST_TAGS:
        return markup
    return "".join(_Reduction(markup).parts())


class _Reduction:
    """One pass over a page, forwards only."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._open: dict[str, list[bool]] = {name: [] for name in _WRAPPERS}  # whether it was left out
        self._within = ""  # the wrapper in which nothing has been written yet
        self._kept = set(BLOCKS | UNSEEN | {"br"})  # and every tag that once hid something: its end tag counts, too

    def parts(self) -> list[str]:
        parts: list[str] = []
        at = tags = 0
        while tags < MOST_TAGS and at < len(self._markup):
            start = _TAG.search(self._markup, at)
            if start is None:
                parts.append(self._markup[at:])
                break
            parts.append(self._markup[at : start.start()])
            self._within = "" if parts[-1].strip() else self._within
            tag, at = self._tag(start)
            tag = self._without_like(tag)
            parts.append(tag)
            tags += bool(tag)
        return parts

    def _without_like(self, tag: str) -> str:
        """The tag, or nothing for a wrapper directly within one of its name, and for its end."""
        name = tag.strip("</>").partition(" ")[0]
        if name not in _WRAPPERS:
            self._within = "" if tag else self._within
            return tag
        if tag.startswith("</"):
            self._within = ""
            return "" if self._open[name] and self._open[name].pop() else tag
        self._open[name].append(self._within == name and tag == f"<{name}>")
        self._within = name
        return "" if self._open[name][-1] else tag

    def _tag(self, start: re.Match[str]) -> tuple[str, int]:
        """What remains of the tag that starts here, and where the text after it begins."""
        if start[1]:
            return self._start_tag(start[1].lower(), start.end())
        if start[0] == "<!--":
            return "", self._after("-->", start.end())
        end = self._after(">", start.end())
        name = _END_NAME.match(self._markup, start.start())
        return (f"</{name[1]}>" if name and name[1].lower() in self._kept else ""), end

    def _start_tag(self, name: str, at: int) -> tuple[str, int]:
        attributes: set[str] = set()
        while not (rest := _REST_OF_TAG.match(self._markup, at)):
            attribute = _ATTRIBUTE.match(self._markup, at)
            if attribute is None:
                return "", len(self._markup)  # the page ends within the tag
            at = attribute.end()
            attributes.add(_worth_keeping(attribute))
        if name in _RAW_END:
            end = _RAW_END[name].search(self._markup, rest.end())
            return "", self._after(">", end.end()) if end else len(self._markup)
        if any(attributes):
            self._kept.add(name)
        return (f"<{name}{''.join(sorted(attributes))}>" if name in self._kept else ""), rest.end()

    def _after(self, sign: str, at: int) -> int:
        found = self._markup.find(sign, at)
        return found + len(sign) if found >= 0 else len(self._markup)


def _worth_keeping(attribute: re.Match[str]) -> str:
    name, value = attribute[1].lower(), html.unescape(attribute[2] or attribute[3] or attribute[4] or "")
    if hides(name, value):
        return " hidden"
    return ' style="white-space:pre"' if name == "style" and keeps_lines(value) else ""
