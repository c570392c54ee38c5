"""Words -> both bodies of a mail. They say the same; `mail.html` says how it looks, in light and in dark."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from jinja2 import Template

from worker import log
from worker.wording import catalogue
from worker.wording.rendering import NOT_SAID, environment
from worker.wording.speaking import Voice, Words, speaker

LONGEST_HEADLINE = 200  # characters
_logger = log.named(__name__)


def html(headline: str, parts: Sequence[Words], voice: Voice) -> str:
    """The page; everything in it is escaped. Where the organization's own can't be filled in, ours has to do."""
    try:
        return filled(headline, parts, voice)
    except NOT_SAID as fault:
        if voice.templates is None:
            raise
        _logger.warning("mail.html of the templates can't be filled in; ours is used", fault=type(fault).__name__)
        return filled(headline, parts, replace(voice, templates=None))


def filled(headline: str, parts: Sequence[Words], voice: Voice) -> str:
    """The same of the organization's own template alone. Raises what `rendering.NOT_SAID` names."""
    return _page(voice).render(headline=headline[:LONGEST_HEADLINE], parts=parts, language=voice.language)


def text(headline: str, parts: Sequence[Words]) -> str:
    """The same as plain text, an empty line between paragraphs."""
    paragraphs = [headline] if len(parts) > 1 else []
    for part in parts:
        paragraphs += _paragraphs(part)
    return "\n\n".join(paragraphs) + "\n"


@cache
def _page(voice: Voice) -> Template:
    place = environment(speaker(voice).texts, voice.zone, is_html=True)
    return place.from_string(catalogue.letter(voice.templates))


def _paragraphs(part: Words) -> Iterator[str]:
    yield part.title
    if part.says:
        yield " ".join(part.says)
    if part.rows:
        yield "\n".join(f"{label}: {said}" for label, said in part.rows)
    if part.todo:
        yield f"{part.todo_label}: {' '.join(part.todo)}"
    if part.page is not None:
        yield f"{part.page_label}: {part.page}"
    yield part.quote
