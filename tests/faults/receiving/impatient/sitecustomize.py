"""Impatient: put this folder on PYTHONPATH, and a message is handed out again after a second, long before its work is done."""

from worker import hints

_usual = hints._transport_options


def _impatient(*arguments: object, **named: object) -> dict[str, object]:
    shorter = {"visibility_timeout": 1, "unacked_restore_interval": 1, "unacked_restore_throttle": 0.1}
    return {**_usual(*arguments, **named), **shorter}


hints._transport_options = _impatient
