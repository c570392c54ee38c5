"""The words of a text as they are compared: without what changes how it looks and not what it says.

Case, quotation marks, dashes, bullets, emoji and punctuation go. What tells numbers and tools apart stays: 2.5 and 25, 80 %, C++
and C#.
"""

import re
import unicodedata

SHORTEST_TYPO = 5  # letters; shorter words that differ by one are other words too often: must, most, mist
# English, German, French, Spanish, Italian, Dutch, Polish, Portuguese.
NEGATIONS = frozenset({
    "no", "not", "none", "never", "nothing", "nobody", "neither", "nor", "without", "cannot", "cant", "dont",
    "doesnt", "isnt", "arent", "wont", "wouldnt", "shouldnt", "mustnt", "nicht", "kein", "keine", "keinen", "keinem",
    "keiner", "keines", "nie", "niemals", "nichts", "niemand", "weder", "noch", "ohne", "ne", "pas", "sans", "jamais",
    "aucun", "aucune", "ni", "rien", "non", "nunca", "sin", "ningún", "ninguna", "tampoco", "nada", "mai", "senza",
    "nessun", "nessuno", "nessuna", "né", "niet", "geen", "nooit", "zonder", "bez", "nigdy", "żaden", "żadna",
    "żadne", "não", "sem", "nenhum", "nenhuma", "nem",
})  # fmt: skip
_MARKER = re.compile(r"^\s*(?:[-*+–—•‣▪◦·●]|\d{1,3}[.)]|[a-z]\))\s+", re.MULTILINE)
_APOSTROPHES = re.compile(r"(?<=\w)['’‘ʼ`´](?=\w)")
_DASHES = re.compile(r"[‐‑‒–—―−]")
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+[+#]*|[+#%‰€$£¥<>=≤≥&§°]|-(?=\d)")


def words(text: str) -> tuple[str, ...]:
    """In order, each in its plain form."""
    folded = unicodedata.normalize("NFKC", _MARKER.sub("", text)).casefold()
    plain = _DASHES.sub("-", _APOSTROPHES.sub("", unicodedata.normalize("NFC", folded)))
    return tuple(_TOKEN.findall(plain))


def are_typos(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Whether every word that differs is the same one, written with one letter more, less, other or exchanged."""
    return len(before) == len(after) and all(
        one == other or _is_typo(one, other) for one, other in zip(before, after, strict=True)
    )


def _is_typo(one: str, other: str) -> bool:
    """The beginning must be the same: a letter put before a word turns it round (typical, atypical)."""
    if not (one.isalpha() and other.isalpha()) or min(len(one), len(other)) < SHORTEST_TYPO:
        return False
    if one[0] != other[0] or {one, other} & NEGATIONS:
        return False
    start = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return abs(len(one) - len(other)) <= 1
    rest, others = one[start:], other[start:]
    exchanged = rest[:2] == others[1::-1] and rest[2:] == others[2:]
    return exchanged or rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]
