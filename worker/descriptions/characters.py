"""Characters: what nobody can see goes, what means a space or a line end becomes one.

Invisible characters carry text past a person's eye to the model that reads the description: bidirectional controls,
zero-width characters, tags, variation selectors. The list is spelled out, not asked of `unicodedata`, so that every
Python gives the same text for the same posting (deduplication rests on it).
"""

import re
import unicodedata

MOST_MARKS = (
    30  # combining marks in a row (Unicode's Stream-Safe limit, UAX #15); sorting longer rows takes quadratic time
)

_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
_WORD_BULLET = re.compile("[\uf0a7\uf0b7\uf0d8\uf0fc]")  # Symbol and Wingdings, as Word pastes them
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls; line ends and tabs have been replaced before
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners and fillers of several scripts
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero-width space, bidirectional controls, word joiner, deprecated ones
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc"  # fillers, variation selectors, byte order mark, anchors
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # layout controls of hieroglyphs, shorthand, music
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use: glyphs of one font only
    "\U000e0000-\U000e0fff\ufdd0-\ufdef"  # tags and selectors in plane 14; noncharacters, here and at the end of each plane
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0xF0000, 0x10000))
    + "]"
)
# Persian and the scripts of India spell with joiners, so one between two of their letters stays. Emoji do without:
# a family falls into its members, which are still readable.
_SPELT_WITH_JOINERS = (
    "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\u1b00-\u1b7f"
    "\ua840-\ua87f\ua8e0-\ua8ff\ufb50-\ufdcf\ufe70-\ufefc"
)
_JOINER = re.compile(f"(?<![{_SPELT_WITH_JOINERS}])[\u200c\u200d]|[\u200c\u200d](?![{_SPELT_WITH_JOINERS}])")
# Text of these alone has nothing to replace and no combining marks, and most text is such: it is seen at once, not looked
# through once for each rule.
_PLAIN = re.compile(
    "[\n -~\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f"  # ASCII, Latin, Greek, Cyrillic
    "\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u27ff"  # dashes, quotes, bullets, arrows, currencies
    "\u3001-\u3029\u3030-\u3098\u309b-\u312f\u3400-\u9fff\uac00-\ud7a3\uff01-\uff5e]*+"  # kana, Han, Hangul
)
_MAYBE_TOWER = re.compile(f"[\u0300-\U0010ffff]{{{MOST_MARKS + 1}}}")


def cleaned(text: str) -> str:
    """The same text with line ends as "\\n", spaces as " ", invisible characters gone and NFC.

    Lone surrogates (JSON's "\\ud800") become U+FFFD, because nothing later could encode them. Runs of spaces stay.
    """
    return composed(text) if _PLAIN.fullmatch(text) else _replaced(text)


def _replaced(text: str) -> str:
    text = _LINE_END.sub("\n", whole_characters(text))
    text = _WORD_BULLET.sub("•", _SPACE.sub(" ", text))
    return composed(_JOINER.sub("", _INVISIBLE.sub("", text)))


def composed(text: str) -> str:
    """NFC, in linear time: of more than MOST_MARKS combining marks in a row the rest goes."""
    if text.isascii():
        return text
    if not _PLAIN.fullmatch(text) and _MAYBE_TOWER.search(text):
        text = _without_towers(text)
    return unicodedata.normalize("NFC", text)


def whole_characters(text: str) -> str:
    """Surrogates joined where they are pairs, U+FFFD where they are not."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _without_towers(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
