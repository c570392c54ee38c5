"""Slack: a message in blocks to an incoming webhook.

docs.slack.dev: "Sending messages using incoming webhooks", "Blocks", read 2026-11-24. The webhook's address is its secret. It
knows its channel, so nothing here names one. Text from strangers is escaped as Slack asks (&, < and >), so that a candidate
called <!channel> wakes nobody up, and `verbatim` keeps Slack from linking names.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime

from config.settings import Target
from worker.domain.call import Call
from worker.domain.message import Message
from worker.targets import Undeliverable
from worker.wording.speaking import Voice, Words, cut, words

LONGEST_HEADER = 150  # characters, of a header block's text
LONGEST_TEXT = 3000  # of a section's text
LONGEST_FIELD = 2000  # of one of a section's fields
MOST_FIELDS = 10  # in a section
MOST_BLOCKS = 50  # in a message
WORD = re.compile(r"[A-Za-z0-9_]{2,60}")
Block = dict[str, object]


def compose(message: Message, target: Target, _now: datetime) -> Call:
    """A message with a header, what happened, its facts, what to do, and the link; `text` is for notifications."""
    if target.url is None:
        raise Undeliverable("The target has no url to post to.")
    said = words(message, Voice.of(target))
    body = {
        "text": _cut(_escaped(said.title), LONGEST_TEXT),
        "blocks": list(_blocks(said))[:MOST_BLOCKS],
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return Call("POST", target.url, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


def said(_status: int, body: bytes) -> str | None:
    """Slack answers refusals with one word, such as "channel_not_found" or "no_service"."""
    word = body[:80].decode("ascii", "replace").strip()
    return word if WORD.fullmatch(word) else None


def _blocks(said: Words) -> Iterator[Block]:
    yield {"type": "header", "text": {"type": "plain_text", "text": cut(said.title, LONGEST_HEADER), "emoji": False}}
    if said.says:
        yield _section(" ".join(map(_escaped, said.says)))
    fields = [_mrkdwn(f"*{_escaped(label)}*\n{_linked(text, said)}", LONGEST_FIELD) for label, text in said.rows]
    for start in range(0, len(fields), MOST_FIELDS):
        yield {"type": "section", "fields": fields[start : start + MOST_FIELDS]}
    if said.todo:
        yield _section(f"*{_escaped(said.todo_label)}:* {' '.join(map(_escaped, said.todo))}")
    if said.page is not None:
        yield _section(f"<{_escaped(said.page)}|{_escaped(said.page_label)}>")
    yield {"type": "context", "elements": [_mrkdwn(_escaped(said.quote), LONGEST_TEXT)]}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text, LONGEST_TEXT)}


def _mrkdwn(text: str, longest: int) -> Block:
    return {"type": "mrkdwn", "text": _cut(text, longest), "verbatim": True}


def _linked(text: str, said: Words) -> str:
    """`verbatim` leaves addresses alone, so that one which is a fact has to be made a link here."""
    return f"<{_escaped(text)}>" if text in said.links and "|" not in text else _escaped(text)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, longest: int) -> str:
    """At most `longest` characters, and never half of an escape: what is cut ends before it."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    last = kept.rfind("&")
    return (kept[:last] if ";" not in kept[last:] and last > longest - 8 else kept) + "…"
