"""A reason as it is stored, of a request or of a delivery: its code and its facts, as JSON."""

import json

from worker.domain.delivery import DeliveryCode, Trouble
from worker.domain.request import Because, Code


def pack(because: Because | Trouble | None) -> str | None:
    """As it is stored."""
    return None if because is None else json.dumps({"code": because.code, "facts": because.facts})


def unpack(text: str | None) -> Because | None:
    """As it was, of a request."""
    if text is None:
        return None
    stored = json.loads(text)
    return Because(Code(stored["code"]), stored["facts"])


def unpack_trouble(text: str | None) -> Trouble | None:
    """As it was, of a delivery."""
    if text is None:
        return None
    stored = json.loads(text)
    return Trouble(DeliveryCode(stored["code"]), stored["facts"])
