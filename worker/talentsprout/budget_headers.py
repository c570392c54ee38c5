"""What an answer's headers say of the budget: X-RateLimit-*, and Retry-After on a 429 (API reference, "Rate limits").

They describe the tier that was just called. A header that is absent, doubled or no number says nothing. Never raises: the
request was already answered, and no header may change what is known about it.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from worker.domain.outcome import BudgetNews

SHORTEST_CLOSURE = timedelta(seconds=1)
LONGEST_CLOSURE = timedelta(minutes=15)
HIGHEST_LIMIT = 1000
CLOCKS_AGREE = timedelta(seconds=2)  # Date has whole seconds, and the answer travelled

_COUNT = re.compile(r"[0-9]{1,9}")
_SECONDS = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_LONGEST_DATE = 64  # characters


def news(headers: Mapping[str, str], *, status: int, now: datetime, window: timedelta) -> BudgetNews:
    """What `headers` (lower-case names) say; `now` is our clock, `window` the tier's."""
    limit = _count(headers.get("x-ratelimit-limit"), at_least=1)
    remaining = _count(headers.get("x-ratelimit-remaining"), at_least=0)
    closed = closed_for(headers, now=now, window=window) if status == 429 else None
    return BudgetNews(limit, remaining, _resets_at(headers, now, window), closed)


def closed_for(headers: Mapping[str, str], *, now: datetime, window: timedelta) -> timedelta:
    """How long a tier stays closed after a 429: between 1 second, or the window if that is shorter, and 15 minutes.

    Seconds are documented; an HTTP date is what a proxy in between may send (RFC 9110, 10.2.3), judged by the answer's own
    Date. Without Retry-After, or with one that can't be read, a full window: too long costs a minute, too short another 429.
    X-RateLimit-Reset isn't asked: what it means in a sliding window is not documented.
    """
    wait = window
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        wait = timedelta(seconds=max(0.0, min(float(said), LONGEST_CLOSURE.total_seconds())))
    elif (opens_at := _http_date(said)) is not None:
        wait = opens_at - _their_now(headers, now)
    return max(min(wait, LONGEST_CLOSURE), min(SHORTEST_CLOSURE, window))


def _count(said: str | None, *, at_least: int) -> int | None:
    if said is None or not _COUNT.fullmatch(said.strip()):
        return None
    return int(said) if at_least <= int(said) <= HIGHEST_LIMIT else None


def _resets_at(headers: Mapping[str, str], now: datetime, window: timedelta) -> datetime | None:
    """By our clock, at most one window ahead; None for a moment that is past."""
    said = headers.get("x-ratelimit-reset", "").strip()
    if not _SECONDS.fullmatch(said):
        return None
    ahead = float(said) - _their_now(headers, now).timestamp()
    return now + timedelta(seconds=min(ahead, window.total_seconds())) if ahead > 0 else None


def _their_now(headers: Mapping[str, str], now: datetime) -> datetime:
    """The server's clock as its Date tells it; ours, which is finer, where the two agree or there is no Date."""
    date = _http_date(headers.get("date", ""))
    return now if date is None or abs(date - now) <= CLOCKS_AGREE else date


def _http_date(said: str) -> datetime | None:
    if len(said) > _LONGEST_DATE:
        return None
    with suppress(
        ValueError, OverflowError, IndexError
    ):  # the last from older patch releases of Python, for a lone comma
        date = parsedate_to_datetime(said)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    return None
