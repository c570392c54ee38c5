"""What would be sent, of something that is stored or of an invented example: written by the same hands, and sent to nobody.

Addresses that are secrets, keys and signatures are covered; everything else is byte for byte what would go out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from config.settings import Settings, Target
from worker import targets
from worker.delivery import telling
from worker.delivery.envelope import enclosed
from worker.domain.call import Call
from worker.domain.delivery import Delivery, DeliveryState, Subjects
from worker.domain.message import Happened, Mail, Message
from worker.domain.note import Draft, marker
from worker.ledger.connection import Tx
from worker.policy.reasons import Timing
from worker.targets import Digests
from worker.wording import examples

COVERED = "***"
OPEN_HEADERS = frozenset({"content-type", "accept", "webhook-id", "webhook-timestamp"})


@dataclass(frozen=True)
class Preview:
    """`head` are lines of names and values before the body, `body` is what is posted, mailed or noted; `html` only of mail."""

    head: Mapping[str, str]
    body: str
    html: str | None = None


def example(event: Happened, target: Target) -> Message:
    """An invented message, which holds what the target may know."""
    made = examples.message(event, target.organization)
    result = made.facts.get("result")
    if not isinstance(result, dict):
        return made
    return replace(made, facts={**made.facts, "result": telling.only(result, target.include)})


def stored(tx: Tx, event: Happened, target: Target, about: Subjects, settings: Settings, timing: Timing) -> Message:
    """The message of a delivery that there is not. Raises telling.NothingToTell."""
    now = tx.now()
    planned = Delivery(
        id="msg_preview",
        organization=target.organization,
        target=target.name,
        event=event,
        lane="",
        subjects=about,
        facts={},
        state=DeliveryState.WAITING,
        due_at=now,
        tries=0,
        fence=0,
        lease_until=None,
        because=None,
        created_at=now,
        updated_at=now,
    )
    return telling.message(tx, planned, settings, timing)


def preview(message: Message, target: Target, now: datetime) -> Preview:
    """Composed as the courier would compose it now. Raises targets.Undeliverable."""
    kind = targets.named(target.kind)
    if target.digest is not None and isinstance(kind, Digests):
        return _of_mail(kind.together([message], target, now), target, now)
    match kind.compose(message, target, now):
        case Call() as call:
            return _of_call(call)
        case Mail() as mail:
            return _of_mail(mail, target, now)
        case Draft() as draft:
            where = {"Note on": f"{draft.subject} of {target.source}"}
            return Preview(where, f"{draft.text}\n\n{marker(draft.name)}")


def _of_call(call: Call) -> Preview:
    headers = {name: value if name.lower() in OPEN_HEADERS else COVERED for name, value in call.headers.items()}
    return Preview({call.method: _covered(call.url), **headers}, call.body.decode())


def _of_mail(mail: Mail, target: Target, now: datetime) -> Preview:
    letter = enclosed(mail, target.sender or "", now)
    heads = {name: str(letter[name]) for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")}
    return Preview(heads, mail.text, mail.html)


def _covered(url: str) -> str:
    """The host alone: path and query of a chat's webhook are its secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/{COVERED}"
