"""Which language a description is written in, or that it can't be told: nobody is interviewed in a language that was guessed.

Each sentence is judged by itself (lingua, whose models are in its package: nothing is fetched), and they must agree. Notices of
equal opportunity and the like don't count, because firms append them in English to whatever the posting is written in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from worker.descriptions.boilerplate import Kind
from worker.descriptions.sections import divided
from worker.descriptions.sentences import sentences

if TYPE_CHECKING:
    from lingua import LanguageDetector

# ISO 639-1 code -> the word for it. TalentSprout does not say which it takes; these are what its voices' makers name first.
LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_THEIRS = {"no": "nb"}  # lingua knows the two written forms of Norwegian; nearly all postings are Bokmål
_OURS = {theirs: ours for ours, theirs in _THEIRS.items()}
FEWEST_LETTERS = 80  # of a text that can be told; a character of Chinese, Japanese or Korean counts as several
LETTERS_OF_A_SIGN = 3
FIRST_SIGN = "\u2e80"
PIECE = 60  # letters that are judged together: of fewer, no detector is sure
SURE = 0.8  # of a piece
AGREEMENT = 0.75  # of all letters must be in one language
MOST = 20_000  # characters that are looked at
REMEMBERED = 256  # texts: a source that is polled says the same again and again


@dataclass(frozen=True)
class Language:
    """It is this one, by its ISO 639-1 code."""

    code: str


@dataclass(frozen=True)
class Doubt:
    """It can't be told; `why` ends a sentence."""

    why: str


@lru_cache(maxsize=REMEMBERED)
def told(text: str) -> Language | Doubt:
    """The language of a readable text."""
    plain = "\n".join(filter(_is_prose, _without_boilerplate(text[:MOST]).splitlines()))
    if _weight(plain) < FEWEST_LETTERS:
        return Doubt("too little text to tell")
    found: dict[str | None, int] = {}
    for piece in _pieces(plain):
        code = _language(piece)
        found[code] = found.get(code, 0) + _weight(piece)
    total = sum(found.values())
    code = max(found, key=lambda one: (found[one], one or ""))
    if code is not None and found[code] >= AGREEMENT * total:
        return Language(code)
    return Doubt(_mixture(found, total))


def _without_boilerplate(text: str) -> str:
    """The paragraphs that are about this job; all of them where too little is left."""
    kept = [
        paragraph.text
        for section in divided(text)
        if section.kind is Kind.ESSENTIAL
        for paragraph in section.paragraphs
        if paragraph.kind is Kind.ESSENTIAL
    ]
    own = "\n".join(kept)
    return own if _weight(own) >= FEWEST_LETTERS else text


def _is_prose(line: str) -> bool:
    """Titles and lists of tools are names, which look alike in all languages: each of their words begins with a capital."""
    words = [word.lstrip("-*•–([\"'„“«") for word in line.split()]
    return any(word[:1].isalpha() and not word[0].isupper() for word in words)


def _pieces(text: str) -> Iterator[str]:
    """Sentences and lines, short ones together with what follows them; a short rest at the end is left out."""
    piece = ""
    for line in text.splitlines():
        for sentence in sentences(line):
            piece = f"{piece} {sentence}"
            if _weight(piece) >= PIECE:
                yield piece
                piece = ""
    if _weight(piece) >= PIECE // 2:
        yield piece


def _language(piece: str) -> str | None:
    """Of one piece; None where nothing is sure."""
    best = _detector().compute_language_confidence_values(piece)[0]
    if best.value < SURE:
        return None
    theirs = best.language.iso_code_639_1.name.lower()
    return _OURS.get(theirs, theirs)


@cache
def _detector() -> "LanguageDetector":
    """Loaded when the first text is judged: it costs a second and 50 MB, which commands that judge none don't pay."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, _THEIRS.get(code, code).upper()) for code in LANGUAGES]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()


def _weight(text: str) -> int:
    """How many letters, as far as they tell something."""
    return sum((LETTERS_OF_A_SIGN if letter >= FIRST_SIGN else 1) for letter in text if letter.isalpha())


def _mixture(found: dict[str | None, int], total: int) -> str:
    shares = sorted(((weight, code) for code, weight in found.items() if code is not None), reverse=True)[:2]
    if not shares:
        return "no part of it is surely in one language"
    return " and ".join(f"{100 * weight // total} % {LANGUAGES[code]}" for weight, code in shares)
