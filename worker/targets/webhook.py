"""A signed webhook, for whoever writes a receiver: Standard Webhooks 1.0.0 (github.com/standard-webhooks, read 2026-11-24).

`webhook-id` is the message's id and the same for every try, so a receiver that remembers ids takes nothing twice. There is one
signature for each secret: while a secret is rotated, the old and the new one both verify. The body says what happened as `type`,
when as `timestamp`, and under `data` the objects of the API by their nouns.
"""

import base64
import json
from datetime import datetime

from config import Secret
from config.settings import Target
from worker import signing
from worker.domain.call import Call
from worker.domain.message import Message
from worker.moments import instant


def compose(message: Message, target: Target, now: datetime, /) -> Call:
    """The POST, signed for `now`."""
    assert target.url is not None, "the configuration has refused a webhook without a url"
    body = json.dumps(_body(message), ensure_ascii=False, separators=(",", ":")).encode()
    signed = signing.standard_webhooks_sign(body, list(map(_key, target.secrets)), delivery_id=message.id, now=now)
    return Call("POST", target.url, headers={"Content-Type": "application/json", **signed}, body=body)


def _key(secret: Secret) -> Secret:
    """As Standard Webhooks has it: a key in base64. A secret that is none signs as its text."""
    if signing.standard_webhooks_key(secret) is not None:
        return secret
    return Secret(signing.KEY_PREFIX + base64.b64encode(secret.reveal().encode()).decode())


def _body(message: Message) -> dict[str, object]:
    return {
        "type": message.event,
        "timestamp": instant(message.at),
        "data": {**message.facts, "page": message.page},
    }
