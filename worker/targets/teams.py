"""Microsoft Teams: an Adaptive Card to a workflow that posts it into a channel or chat.

The workflow is the template "Send webhook alerts to a channel" (learn.microsoft.com: "Create incoming webhooks with
Workflows", 2026-11-24); its address is its secret. Cards are of version 1.4 (adaptivecards.io, "Schema Explorer"). All text is
in TextRuns, which know no Markdown, so that nothing a stranger wrote becomes a link. A message may have 28 kB.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from config.settings import Target
from worker.domain import fields
from worker.domain.call import Call
from worker.domain.fields import Unreadable, single_line
from worker.domain.message import Message
from worker.targets import Undeliverable
from worker.wording.speaking import Voice, Words, cut, words

VERSION = "1.4"
LARGEST = 28 * 1024  # bytes of a message
LONGEST = (2000, 500, 100)  # characters of one text: the first at which the message is small enough
LONGEST_LINK = 1000
LONGEST_REFUSAL = 200
Element = dict[str, object]


def compose(message: Message, target: Target, _now: datetime) -> Call:
    """A message with one card; where it would be too large, its texts are cut shorter."""
    if target.url is None:
        raise Undeliverable("The target has no url to post to.")
    said = words(message, Voice.of(target))
    bodies = (json.dumps(_message(said, longest), ensure_ascii=False).encode() for longest in LONGEST)
    body = next((one for one in bodies if len(one) <= LARGEST), None)
    if body is None:
        raise Undeliverable(f"The card would have more than {LARGEST} bytes, which Microsoft Teams refuses.")
    return Call("POST", target.url, headers={"Content-Type": "application/json; charset=utf-8"}, body=body)


def said(_status: int, body: bytes) -> str | None:
    """Workflows answer refusals with `{"error": {"code", "message"}}`."""
    try:
        error = fields.parse(body).child("error")
        told = f"{error.text('code', '')}: {error.text('message', '')}".strip(": ")
    except Unreadable:
        return None
    return single_line(told)[:LONGEST_REFUSAL] or None


def _message(said: Words, longest: int) -> Element:
    card: Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "lang": said.language.partition("-")[0],
        "fallbackText": cut(said.title, longest),
        "msteams": {"width": "Full"},
        "body": list(_body(said, longest)),
    }
    if said.page is not None:
        card["actions"] = [{"type": "Action.OpenUrl", "title": said.page_label, "url": said.page}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _body(said: Words, longest: int) -> Iterator[Element]:
    yield _paragraph(_run(cut(said.title, longest), size="Large", weight="Bolder"))
    for sentence in said.says:
        yield _paragraph(_run(cut(sentence, longest)))
    for label, text in said.rows:
        yield _paragraph(_run(f"{label}: ", weight="Bolder"), _fact(text, longest, said), spacing="Small")
    if said.todo:
        todo = cut(" ".join(said.todo), longest)
        yield _paragraph(_run(f"{said.todo_label}: ", weight="Bolder"), _run(todo))
    yield _paragraph(_run(cut(said.quote, longest), size="Small", isSubtle=True))


def _paragraph(*runs: Element, spacing: str = "Default") -> Element:
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": list(runs)}


def _run(text: str, **looks: object) -> Element:
    return {"type": "TextRun", "text": text, **looks}


def _fact(text: str, longest: int, said: Words) -> Element:
    """An address is never cut: half of one leads nowhere."""
    if text in said.links and len(text) <= LONGEST_LINK:
        return _run(text, selectAction={"type": "Action.OpenUrl", "url": text})
    return _run(cut(text, longest))
