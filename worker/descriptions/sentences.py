"""Sentences: where a text may be cut. In doubt two sentences count as one, because half a sentence is worse than none."""

import re
from collections.abc import Iterator

from worker.descriptions.checking import length

_END = re.compile(r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s)|[。！？]++[」』）”]*+""")
# After these a full stop ends no sentence: English, German, French, Spanish, Dutch, Polish, Italian, Portuguese.
_ABBREVIATIONS = frozenset({
    "abs", "al", "approx", "art", "avd", "bspw", "bv", "bzw", "ca", "cf", "co", "corp", "dept", "dott", "dr", "dra", "e.g",
    "ed", "eg", "est", "etc", "ev", "evtl", "fig", "ggf", "gem", "godz", "i.e", "ie", "inc", "incl", "inkl", "int", "jr",
    "lda", "ltd", "ltda", "m.in", "max", "mgr", "min", "mind", "mr", "mrs", "ms", "mw", "n.b", "nb", "no", "nr", "np",
    "p.ej", "pl", "pp", "prof", "pt", "ref", "resp", "rer", "s.a", "sig", "sr", "sra", "st", "std", "str", "tel", "tzn",
    "ul", "usw", "v.a", "vgl", "vol", "vs", "z.b", "z.h", "zzgl",
})  # fmt: skip
_WORD_BEFORE = re.compile(r"[^\s(\[„“«\"']{1,12}\Z")


def sentences(text: str) -> tuple[str, ...]:
    """The text in sentences, each with the white space after it: joined, they are the text again."""
    ends = [*_ends(text), len(text)]
    starts = [0, *ends[:-1]]
    return tuple(text[start:end] for start, end in zip(starts, ends, strict=True) if start < end)


def clipped(text: str, most: int) -> str:
    """The text cut to `most` UTF-16 units: at a line's end or between two words, if one is there, else within a word."""
    if length(text) <= most:
        return text
    cut = text.encode("utf-16-le", "surrogatepass")[: 2 * max(most, 0)].decode("utf-16-le", "ignore")
    if text[len(cut)].isspace():
        return cut.rstrip()
    at = max(cut.rfind(" "), cut.rfind("\n"))
    return cut[:at].rstrip() if at > 0 else cut


def _ends(text: str) -> Iterator[int]:
    for mark in _END.finditer(text):
        end = mark.end()
        while end < len(text) and text[end].isspace():
            end += 1
        if end < len(text) and not text[end].islower() and (mark[0][0] != "." or not _goes_on(text, mark.start())):
            yield end


def _goes_on(text: str, stop: int) -> bool:
    """Is the full stop at `stop` one of an abbreviation, an initial or an ordinal ("ab 1. Januar")?"""
    word = _WORD_BEFORE.search(text, max(0, stop - 12), stop)
    if word is None:
        return False
    token = word[0].lower()
    return token in _ABBREVIATIONS or (len(token) == 1 and token.isalpha()) or (token.isdecimal() and len(token) <= 2)
