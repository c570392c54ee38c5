"""E-mail: a letter of one message, or of all of a day's; described here, sent by whoever holds the server's password."""

from collections.abc import Sequence
from datetime import datetime

from config import mailboxes
from config.settings import Target
from worker.domain.message import Mail, Message
from worker.targets import Undeliverable
from worker.wording import letter
from worker.wording.speaking import Voice, cut, headline, words

LONGEST_SUBJECT = 200  # characters; longer ones are cut by programs, in a place of their choice


def compose(message: Message, target: Target, _now: datetime) -> Mail:
    """A letter whose subject is the title of what happened."""
    voice = Voice.of(target)
    said = words(message, voice)
    return _mail(
        target, said.title, letter.text(said.title, [said]), letter.html(said.title, [said], voice), message.id
    )


def together(messages: Sequence[Message], target: Target, now: datetime) -> Mail:
    """One letter of many, in the order in which they happened."""
    voice = Voice.of(target)
    parts = [words(message, voice) for message in messages]
    title = headline(len(parts), now, voice)
    newest = max((message.id for message in messages), default="")
    return _mail(target, title, letter.text(title, parts), letter.html(title, parts, voice), f"{newest}.{len(parts)}")


def _mail(target: Target, subject: str, text: str, html: str, own_id: str) -> Mail:
    if target.sender is None or not target.to:
        raise Undeliverable('The target needs "from" and "to".')
    message_id = f"<{own_id}@{mailboxes.domain(target.sender)}>"
    return Mail(target.to, cut(subject, LONGEST_SUBJECT), text, html, message_id)
