"""An exchange becomes an outcome: how far it got and what came back decide whether it may be repeated.

The same exception is raised when nothing was sent and when everything was, so nothing here looks at exceptions. The rules
are tables; what no rule names is unknown. Decisions rest on the status and on TalentSprout's code and param, because the
types and messages of its error document may change (API reference, "Errors").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from worker.domain.interview import Origin
from worker.domain.outcome import BudgetNews, Created, Evidence, NotExecuted, Outcome, Refused, Remedy, Unknown
from worker.domain.request import Code
from worker.talentsprout import budget_headers, wire
from worker.talentsprout.client import Exchange
from worker.talentsprout.wire import TheirError

Ruling = Callable[[Evidence, BudgetNews], Outcome]


@dataclass(frozen=True)
class Beliefs:
    """What an organization takes answers of somebody in between to mean: that nothing ran, or that nobody knows.

    `gateway`: 502 and 503 mean that nothing ran; `timeout`: 408, 504 and 524 mean it. The defaults are those of the table.
    """

    gateway: bool = True
    timeout: bool = False


REACH = partial(NotExecuted, Code.BACKING_OFF, Remedy.REACH)
LATER = partial(NotExecuted, Code.BACKING_OFF, Remedy.TIME)
SHORTER = partial(NotExecuted, Code.BACKING_OFF, Remedy.SHORTER_TEXT)
ROOM = partial(NotExecuted, Code.ASKED_TO_WAIT, Remedy.ROOM)
MISCONFIGURED = partial(NotExecuted, Code.MISCONFIGURED, Remedy.PERSON)
TEMPLATE_MISSING = partial(NotExecuted, Code.TEMPLATE_MISSING, Remedy.PERSON)
INVALID_OPTION = partial(NotExecuted, Code.INVALID_OPTION, Remedy.PERSON)
REJECTED = partial(NotExecuted, Code.REJECTED, Remedy.PERSON)
TEXT_TOO_SHORT = partial(NotExecuted, Code.TOO_SHORT, Remedy.MORE_TEXT)
TEXT_TOO_LONG = partial(NotExecuted, Code.REJECTED, Remedy.SHORTER_TEXT)
TEXT_TOO_VAGUE = partial(NotExecuted, Code.REJECTED, Remedy.MORE_TEXT)
NO_ANSWER = partial(Unknown, Code.NO_ANSWER)
UNREADABLE = partial(Unknown, Code.UNREADABLE_ANSWER)

BY_STATUS: Mapping[int, Ruling] = {  # with TalentSprout's error document or without
    401: Refused,
    403: Refused,
    405: MISCONFIGURED,
    408: NO_ANSWER,
    413: MISCONFIGURED,
    414: MISCONFIGURED,
    415: MISCONFIGURED,
    429: ROOM,
    431: MISCONFIGURED,
}
BARE: Mapping[int, Ruling] = {  # without it: somebody in between may have answered
    400: MISCONFIGURED,
    404: MISCONFIGURED,
    422: MISCONFIGURED,
}
BARE_GATEWAY = frozenset({502, 503})
BARE_TIMEOUT = frozenset({408, 504, 524})


def judge(exchange: Exchange, *, now: datetime, window: timedelta, beliefs: Beliefs = Beliefs()) -> Outcome:
    """What became of a POST. `now` and `window` (the tier's) serve to read the budget's headers."""
    status = exchange.status
    their = _error(exchange)
    evidence = _evidence(exchange, their)
    news = _news(exchange, now, window)
    if exchange.abandoned or (status is None and not exchange.body_done):
        return REACH(evidence, news)
    if status is None:
        return NO_ANSWER(evidence, news)
    if 200 <= status < 300:
        return _made(exchange, evidence, news)
    ruling = _bare_ruling(status, beliefs) if their is None else _ruling(status, their)
    return ruling(evidence, news)


def _made(exchange: Exchange, evidence: Evidence, news: BudgetNews) -> Outcome:
    if exchange.body_done and (interview := wire.interview(exchange.body)):
        return Created(interview, evidence, Origin.CREATED, news)
    if exchange.body_done and (interview := wire.salvage(exchange.body)):
        return Created(interview, evidence, Origin.SALVAGED, news)
    trouble = evidence.trouble or "no interview can be read from the answer"
    return UNREADABLE(replace(evidence, likely=True, trouble=trouble), news)


def _bare_ruling(status: int, beliefs: Beliefs) -> Ruling:
    """Without the error document."""
    believed = (beliefs.gateway and status in BARE_GATEWAY) or (beliefs.timeout and status in BARE_TIMEOUT)
    return LATER if believed else _by_status(status) or BARE.get(status, NO_ANSWER)


def _by_status(status: int) -> Ruling | None:
    return MISCONFIGURED if 300 <= status < 400 else BY_STATUS.get(status)


def _ruling(status: int, their: TheirError) -> Ruling:
    """With it."""
    if (ruling := _by_status(status)) is not None:
        return ruling
    if 400 <= status < 500:
        return _complaint(status, their)
    if 500 <= status < 600:
        return SHORTER if status == 504 and their.code == "timeout" else LATER
    return NO_ANSWER


def _complaint(status: int, their: TheirError) -> Ruling:
    """A 4xx with the error document: what is wrong with the request."""
    match status, their.code, their.param:
        case 404, "template_not_found", _:
            return TEMPLATE_MISSING
        case _, "too_small", "job_description":
            return TEXT_TOO_SHORT
        case _, "too_big", "job_description":
            return TEXT_TOO_LONG
        case (422, "invalid_job_description", _) | (422, _, "job_description"):
            return TEXT_TOO_VAGUE
        case ((400 | 422), _, str(param)) if param != "job_description":
            return INVALID_OPTION
    return REJECTED


@dataclass(frozen=True)
class Accepted:
    """The key works. The body of a ping isn't documented, so scopes and organization may be None."""

    scopes: tuple[str, ...] | None = None
    organization_id: str | None = None
    news: BudgetNews = field(default_factory=BudgetNews)


@dataclass(frozen=True)
class KeyRefused:
    """401 or 403; `evidence.code` tells which."""

    evidence: Evidence


@dataclass(frozen=True)
class OutOfReach:
    """No answer came."""

    trouble: str


@dataclass(frozen=True)
class Odd:
    """An answer that says nothing about the key: a 5xx, a 429, or something that isn't TalentSprout."""

    status: int
    trouble: str
    news: BudgetNews = field(default_factory=BudgetNews)


@dataclass(frozen=True)
class OtherAccount:
    """The key works, and belongs to another organization of TalentSprout's than the one that was `known`."""

    account: str
    known: str


PingAnswer = Accepted | KeyRefused | OutOfReach | Odd | OtherAccount


def judge_ping(exchange: Exchange, *, now: datetime, window: timedelta) -> PingAnswer:
    """What a ping says of the key. `now` and `window` (the default tier's) serve to read the budget's headers."""
    status = exchange.status
    if status is None:
        return OutOfReach(exchange.trouble or "no answer")
    their = _error(exchange)
    evidence = _evidence(exchange, their)
    if status in (401, 403):
        return KeyRefused(evidence)
    news = _news(exchange, now, window)
    if 200 <= status < 300 and (told := wire.ping(exchange.body)) is not None:
        return Accepted(told.scopes, told.organization_id, news)
    said = f"{their.code}: {their.message}" if their else evidence.trouble
    return Odd(status, said or "the answer is not a ping's; check base_url", news)


def _error(exchange: Exchange) -> TheirError | None:
    return None if exchange.status is None or 200 <= exchange.status < 300 else wire.error(exchange.body)


def _news(exchange: Exchange, now: datetime, window: timedelta) -> BudgetNews:
    if exchange.status is None:
        return BudgetNews(spread=exchange.spread)
    news = budget_headers.news(exchange.headers, status=exchange.status, now=now, window=window)
    return replace(news, spread=exchange.spread)


def _evidence(exchange: Exchange, their: TheirError | None) -> Evidence:
    answer_id = wire.words(exchange.headers.get("x-request-id"), wire.LONGEST_WORD)
    return Evidence(
        connected=exchange.connected,
        body_done=exchange.body_done,
        status=exchange.status,
        code=their.code if their else None,
        message=their.message if their else None,
        param=their.param if their else None,
        x_request_id=answer_id or (their.request_id if their else None),
        trouble=_trouble(exchange, their),
    )


def _trouble(exchange: Exchange, their: TheirError | None) -> str | None:
    status = exchange.status
    if status is None or 200 <= status < 300 or their is not None:
        return exchange.trouble
    bare = f"{status} without TalentSprout's error document"
    return f"{bare}; {exchange.trouble}" if exchange.trouble else bare
