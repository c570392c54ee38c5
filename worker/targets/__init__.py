"""Targets: one pure module a kind of destination, found by its file name. `kind = "slack"` is written for by slack.py.

A module says what is to be posted or mailed; it knows no database, no clock and no network. The courier makes the call.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Protocol, cast, runtime_checkable

from config.settings import Target
from worker.domain.call import Call
from worker.domain.message import Mail, Message
from worker.domain.note import Draft


class Undeliverable(Exception):
    """This message can't be written for this target, and trying again would not help; the text is a sentence for people."""


class TargetKind(Protocol):
    """What a module of this folder offers."""

    def compose(self, message: Message, target: Target, now: datetime, /) -> Call | Mail | Draft:
        """What to post, mail or note, whole and signed. Raises Undeliverable."""


@runtime_checkable
class Explains(Protocol):
    """A target whose refusals say more than their status."""

    def said(self, status: int, body: bytes, /) -> str | None:
        """The vendor's own words for an answer that is no success, such as "channel_not_found". Never raises."""


@runtime_checkable
class Digests(Protocol):
    """A target that can be told of many messages at once."""

    def together(self, messages: Sequence[Message], target: Target, now: datetime, /) -> Mail:
        """All of them in one. The same messages give the same `message_id`. Raises Undeliverable."""


@cache
def kinds() -> Mapping[str, TargetKind]:
    """The kinds that a configuration may name, each with its module."""
    return MappingProxyType({name: named(name) for name in names()})


def names() -> list[str]:
    """The names of the kinds; none of their modules is loaded for it."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


@cache
def named(kind: str) -> TargetKind:
    """The module of a kind, which has to be one of `names`: the configuration has refused others."""
    return cast("TargetKind", importlib.import_module(f"{__name__}.{kind}"))
