"""Stands in for the vendor's AI: a title and five to seven questions from a job description, the same for the same text."""

import re
from collections import Counter
from hashlib import sha256

MODEL = "gpt-4o-mini"
LONGEST_TITLE = 80
NAMED = re.compile(
    r"^\s*(?:job title|title|position|role)\s*[:\u2013-]\s*(?P<title>\S.*)$", re.IGNORECASE | re.MULTILINE
)
WANTED = re.compile(
    r"\b(?:looks? for|looking for|hiring|seeks?|seeking)\s+(?:an?\s+|our next\s+)?(?!some)"
    r"(?P<title>[^.,;:!?\n]{3,80}?)(?=\s+(?:who|that|to|with|for|in|at)\b|[.,;:!?\n]|$)",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]{5,}")
COMMON = frozenset(
    re.findall(
        r"\w+",
        """about above after again among based being below between candidate candidates could during every experience first
        following great including looking other people position requirements responsibilities right should skills their there
        these things those through under until using where which while within without working would years""",
    )
)
QUESTIONS = (
    "What brought you to the work of {title}?",
    "The posting speaks of “{first}”. When was that the hardest part of your work, and what did you do?",
    "How do you go about “{second}” when time is short?",
    "What would your last team say about you and “{third}”?",
    "Tell me about a mistake that had to do with “{fourth}”, and what changed afterwards.",
    "What would you want to learn about “{first}” here?",
    "How would you spend your first month as {title}?",
)
CRITERIA = "Names a concrete example that has to do with “{word}”, and what came of it."


def title_of(text: str) -> str:
    """The title that the text names, or the job that it looks for, or its first line."""
    first = next(line for line in text.splitlines() if line.strip())
    headed = first.strip() if len(first) <= LONGEST_TITLE and not first.rstrip().endswith(".") else ""
    if match := NAMED.search(text):
        return _shortened(match["title"])
    if headed:
        return _shortened(headed.lstrip("#*- \t") or headed)
    if match := WANTED.search(text):
        return _shortened(match["title"])
    return _shortened(first.lstrip("#*- \t") or first)


def _shortened(text: str) -> str:
    words = text.split()
    title = words[0][:LONGEST_TITLE]
    for word in words[1:10]:
        if len(title) + 1 + len(word) > LONGEST_TITLE:
            break
        title = f"{title} {word}"
    return title.rstrip(" .,;:")


def questions_of(text: str, title: str) -> list[dict[str, str]]:
    words = _salient(text, title)
    count = 5 + sha256(text.encode("utf-8", "surrogatepass")).digest()[0] % 3
    names = dict(zip(("first", "second", "third", "fourth"), words, strict=True))
    return [
        {"question": pattern.format(title=title, **names)}
        | ({"evaluation_criteria": CRITERIA.format(word=words[position % 4])} if position % 2 else {})
        for position, pattern in enumerate(QUESTIONS[:count])
    ]


def _salient(text: str, title: str) -> list[str]:
    """Four words that the text leans on; names and the title's own words say nothing new."""
    dull = COMMON | set(WORD.findall(title.lower()))
    counted = Counter(word for word in WORD.findall(text) if word.islower() and word not in dull)
    words = sorted(counted, key=lambda word: (-counted[word], -len(word), word))[:4]
    return words + ["teamwork", "planning", "quality", "feedback"][len(words) :]
