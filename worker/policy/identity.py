"""Who is who: the deduplication id, and whether two contents are the same.

The key is a digest over a namespace and its parts, so that an id that a person brings never meets one of a source.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

FIRST_REVISION = "1"
LONGEST_BROUGHT = 255  # characters
# No database takes them, but for U+FFFD, which is what each of them becomes.
NO_CHARACTER = re.compile("[\x00\ud800-\udfff\ufffd]")
_JSON = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True)
class Identity:
    """`key` is unique in an organization; `shown` is what people see: their own id, or the key."""

    key: str
    shown: str


def of_posting(source: str, job_id: str, revision: str) -> Identity:
    """A source's posting: its stable id and a revision."""
    key = _digest("posting", source, job_id, revision)
    return Identity(key, key)


def fault_of_brought(dedup_id: str) -> str | None:
    """Why an id can't be one, or None. Characters that are stored as one and the same would make two ids one."""
    if not 1 <= len(dedup_id) <= LONGEST_BROUGHT:
        return f"it has {len(dedup_id)} characters; expected 1 to {LONGEST_BROUGHT}"
    if found := NO_CHARACTER.search(dedup_id):
        place = f"U+{ord(found[0]):04X} at character {found.start() + 1}"
        return f"it holds a character that can't be stored, or stands for one ({place}); expected text"
    return None


def brought(dedup_id: str) -> Identity:
    """An id that a person, a file or a program brings, without `fault_of_brought`: one namespace for all of them."""
    return Identity(_digest("brought", dedup_id), dedup_id)


def of_content(kind: str, text: str, options: Mapping[str, object]) -> Identity:
    """Without an id, the same description with the same options is the same request."""
    key = _digest("content", content_digest(kind, text, options))
    return Identity(key, key)


def content_digest(kind: str, text: str, options: Mapping[str, object]) -> str:
    """What must not differ under one deduplication id."""
    return _digest(kind, normalised(text), json.dumps(options, sort_keys=True, ensure_ascii=False))


def revision_of(text: str, *facts: str) -> str:
    """The revision of a posting whose interview may be made anew: by its description, and title, place and language beside it."""
    return _digest("revision", normalised(text), *map(normalised, facts))


def normalised(text: str) -> str:
    """The text without differences that nobody sees: Unicode form and white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _digest(*parts: str) -> str:
    """Over a JSON list; written string by string, which takes half the time."""
    written = f"[{', '.join(map(_JSON.encode, parts))}]"
    return hashlib.sha256(written.encode()).hexdigest()[:40]
