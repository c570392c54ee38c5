"""A request's reason as it is stored: its code and its facts, as JSON."""

import json

from worker.domain.request import Because, Code


def pack(because: Because | None) -> str | None:
    """As it is stored."""
    return None if because is None else json.dumps({"code": because.code, "facts": because.facts})


def unpack(text: str | None) -> Because | None:
    """As it was."""
    if text is None:
        return None
    stored = json.loads(text)
    return Because(Code(stored["code"]), stored["facts"])
