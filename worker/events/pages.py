"""Pages: lists of postings that were asked for. Like a delivery, a page is stored first and read after.

The page and what leads to the next one are kept in one transaction: whoever dies repeats a page or nothing. A page that says
nothing new is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from config.settings import Source
from worker import sources
from worker.domain.asking import Asking, Listed
from worker.domain.call import SUCCESS
from worker.domain.event import (
    Event,
    Ignored,
    Illegible,
    PostingAnnounced,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.received import Received
from worker.ledger import events, fetches, postings
from worker.ledger.connection import Tx
from worker.ledger.events import Receipt
from worker.ledger.fetches import Fetch, FetchState, What
from worker.policy import asking

WHAT, ACCOUNT, ASKED = ":what", ":account", ":asked"  # no header of a delivery begins with a colon


@dataclass(frozen=True)
class Page:
    """An answer, what it says, and when it was asked for."""

    listed: Listed
    body: bytes
    asked_at: datetime


def is_page(received: Received) -> bool:
    """Whether this was asked for, and not delivered."""
    return WHAT in received.headers


def said(tx: Tx, received: Received, source: Source) -> list[Event]:
    """What a stored page says; of a list of open postings only what was not known. Raises Unreadable."""
    listed = sources.listing(source).listed(SUCCESS, received.body, Asking(received.headers[ACCOUNT] or None), source)
    if received.headers[WHAT] == What.CHANGES:
        return [*listed.events, *_gone(tx, source, listed)]
    asked_at = received.headers.get(ASKED)
    moment = received.at if asked_at is None else datetime.fromisoformat(asked_at)
    return [_seen_at(one, moment) for one in _news(tx, source, listed.events)]


def keep(tx: Tx, source: Source, claimed: Fetch, page: Page) -> list[str]:
    """Store a page, if it says something, and turn to the next. The ids of events that are to be read."""
    told = page.listed.events
    news = (
        _news(tx, source, told) if claimed.what is What.OPEN else [one for one in told if not isinstance(one, Ignored)]
    )
    stored = events.store(tx, [_receipt(tx, source, claimed, page)]) if news else []
    fresh = [one.event_id for one in stored if not one.duplicate]
    sentence = f"{len(told)} postings on page {claimed.pages + 1}, {len(news) if fresh else 0} of them to be looked at."
    if page.listed.next is not None:
        fetches.turn(tx, claimed, page.listed.next, sentence)
    else:
        began = claimed.began_at or tx.now()
        since = began - asking.OVERLAP if claimed.what is What.CHANGES else None
        fetches.round_off(tx, claimed, since, tx.now() + every(source, claimed), sentence)
    return fresh


def every(source: Source, claimed: Fetch) -> timedelta:
    """How long after its end a list is asked for again."""
    return source.poll if claimed.what is What.CHANGES else asking.EVERY_OPEN


def _news(tx: Tx, source: Source, told: Sequence[Event]) -> list[Event]:
    """What of a list of open postings no event has said: one that is not open here, or is closed there."""
    known = postings.open_ids(tx, source.name)
    asked = {one.subject for one in fetches.of_source(tx, source.name, What.POSTING) if one.state is FetchState.WAITING}
    return [one for one in told if _is_news(one, known, asked)]


def _is_news(told: Event, known: set[str], asked: set[str]) -> bool:
    match told:
        case PostingOpened(posting) | PostingChanged(posting):
            return posting.job_id not in known
        case PostingAnnounced(job_id):
            return job_id not in known | asked
        case PostingClosed(job_id):
            return job_id in known
        case Illegible():
            return True
        case _:
            return False


def _seen_at(news: Event, moment: datetime) -> Event:
    """True when the list was asked for, whenever it changed: what is known here says otherwise, and may be a mistake."""
    match news:
        case PostingOpened(posting) | PostingChanged(posting):
            return PostingChanged(replace(posting, changed_at=max(posting.changed_at or moment, moment)))
        case PostingAnnounced() | PostingClosed():
            return replace(news, changed_at=max(news.changed_at or moment, moment))
        case _:
            return news


def _gone(tx: Tx, source: Source, listed: Listed) -> list[Event]:
    """What is open here and not in a list that is whole. An empty list closes nothing: a mistake may look like that.

    Nor does one of which something can't be read: it may name any of them.
    """
    if not listed.is_whole or any(isinstance(one, Illegible) for one in listed.events):
        return []
    named = {one.posting.job_id for one in listed.events if isinstance(one, PostingOpened | PostingChanged)}
    return [PostingClosed(job_id) for job_id in sorted(postings.open_ids(tx, source.name) - named)] if named else []


def _receipt(tx: Tx, source: Source, claimed: Fetch, page: Page) -> Receipt:
    """The same bytes are not kept twice in a row: two polls overlap. Each count of what is open is a new one."""
    began, digest, kind = claimed.began_at or tx.now(), sha256(page.body).hexdigest(), f"listed:{claimed.what}:"
    last = events.newest_key(tx, source.name, kind) if claimed.what is What.CHANGES else None
    key = last if last is not None and last.endswith(digest) else f"{kind}{began.isoformat()}:{digest}"
    headers = {WHAT: claimed.what.value, ACCOUNT: claimed.subject, ASKED: page.asked_at.isoformat()}
    return Receipt(source.name, source.organization, Received(headers, page.body, tx.now()), (key,))
