"""The calls of one note to one ATS: with one token, until a moment of the monotonic clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from config import Secret
from config.settings import Source
from worker.domain.call import Call
from worker.domain.fields import Unreadable
from worker.domain.note import Account
from worker.notes import NoteKind, TakesTokens
from worker.outbound import Answer, Outbound, TooSlow

T = TypeVar("T")


class Refused(Exception):
    """The ATS answered, and not with success: the status, and what it said in words."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Line:
    """To the ATS behind a source, as an account of it."""

    outbound: Outbound
    source: Source
    account: Account
    patience: timedelta
    until: float
    token: Secret | None = None

    def make(self, call: Call) -> Answer:
        """Make a call. Raises OutboundFault, and Refused for a status that is no success."""
        left = timedelta(seconds=self.until - time.monotonic())
        if left <= timedelta(0):
            raise TooSlow(f"The ATS was not done within {self.patience.total_seconds():g} s.")
        own = self.source.api_url
        configured = own if own is not None and call.url.startswith(own) else None
        account = None if self.account.account is None else Secret(self.account.account)
        key = self.token or self.source.api_key
        answer = self.outbound.make(call, key=key, account=account, configured=configured, deadline=left)
        if not 200 <= answer.status < 300:
            raise Refused(answer.status, f"The ATS answered {answer.status}.")
        return answer


def token(line: Line, kind: NoteKind) -> Secret | None:
    """What goes with every call where the key buys it; None where the key itself does."""
    if not isinstance(kind, TakesTokens):
        return None
    answer = line.make(kind.token_call(line.source))
    return Secret(read(lambda: kind.token(answer.status, answer.body), answer))


def read(reader: Callable[[], T], answer: Answer) -> T:
    """What an answer says. Raises Refused for one that can't be understood."""
    try:
        return reader()
    except Unreadable as fault:
        raise Refused(answer.status, f"{fault}.") from None
