"""Today: what needs somebody first, then the budget, then what came in, what waits, and what is done."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from flask import Response, g, render_template, request

from web.context import context
from web.dashboard import needs, strip
from web.dashboard.needs import Group
from web.dashboard.strip import Strip
from worker import shown
from worker.domain.interview import StoredInterview
from worker.ledger import budgets, listing, organizations, requests
from worker.ledger.budgets import Standing
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.ledger.listing import Filters
from worker.ledger.results import StoredResult
from worker.policy.reasons import Timing
from worker.shown import Shown

SHOWN = 8  # of each list
MOST_BUDGETS = 6
ALL = Filters()


@dataclass(frozen=True)
class Link:
    """An interview to hand on. `title` is the posting's, `request_id` where it was made."""

    title: str
    share_link: str
    origin: str
    request_id: str | None
    stored_at: datetime


@dataclass(frozen=True)
class Today:
    """The page's facts, read in one transaction."""

    now: datetime
    groups: Sequence[Group]
    strips: Sequence[Strip]
    more_budgets: int
    sending: Sequence[str]
    events: Sequence[StoredEvent]
    waiting: Sequence[Shown]
    waiting_count: int
    links: Sequence[Link]
    results: Sequence[StoredResult]


def page() -> Response:
    """With an ETag, so that a page that looks again and finds nothing new is sent nothing."""
    timing, sources = context().bridge.timing, context().bridge.settings.sources
    facts = context().bridge.ledger.read(lambda tx: read(tx, timing, sources))
    response = Response(render_template("today.html", today=facts, signed_in=g.signed_in))
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def read(tx: Tx, timing: Timing, sources: Iterable[str] = ()) -> Today:
    """What the page shows."""
    standings = sorted(budgets.standings(tx), key=lambda one: (-one.used, one.organization, one.tier))
    counts = listing.waiting_counts(tx)
    return Today(
        now=tx.now(),
        groups=needs.groups(tx, timing, sources),
        strips=_strips(tx, standings[:MOST_BUDGETS], counts),
        sending=_sending(tx, standings[:MOST_BUDGETS]),
        more_budgets=max(len(standings) - MOST_BUDGETS, 0),
        events=listing.events_page(tx, ALL, SHOWN, None).items,
        waiting=_waiting(tx, counts, timing),
        waiting_count=sum(counts.values()),
        links=[_link(tx, one) for one in listing.interviews_page(tx, ALL, SHOWN, None).items],
        results=listing.results_page(tx, ALL, SHOWN, None).items,
    )


def _strips(tx: Tx, standings: Sequence[Standing], counts: dict[tuple[str, str], int]) -> list[Strip]:
    paused = {one.organization for one in organizations.all_paused(tx)}
    now = tx.now()
    return [
        strip.strip_of(one, counts.get((one.organization, one.tier), 0), now, is_paused=one.organization in paused)
        for one in standings
    ]


def _sending(tx: Tx, standings: Sequence[Standing]) -> list[str]:
    """Those of which a button here stops the sending."""
    paused = {one.organization for one in organizations.all_paused(tx)}
    return sorted({one.organization for one in standings} - paused)


def _waiting(tx: Tx, counts: dict[tuple[str, str], int], timing: Timing) -> list[Shown]:
    """In the order in which they will be sent, tier by tier."""
    ids = (one for organization, tier in sorted(counts) for one in listing.line(tx, organization, tier, SHOWN))
    found = [one for request_id in islice(ids, SHOWN) if (one := requests.get(tx, request_id)) is not None]
    return shown.request_list(tx, found, timing)


def _link(tx: Tx, found: StoredInterview) -> Link:
    asked = None if found.request_id is None else requests.get(tx, found.request_id)
    title = str(found.interview.raw.get("title") or (asked.title if asked else "An interview"))
    return Link(title, found.interview.share_link, found.origin, found.request_id, found.stored_at)
