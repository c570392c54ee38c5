"""Fetches: what is to be asked of an ATS's API, who asks it now, and when it is asked again.

A fetch is claimed with a lease, asked outside of any transaction, and settled together with what its answer led to. Who dies in
between leaves a lease that ends: it is asked again, and asking twice does no harm.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from worker.domain.asking import Asking
from worker.domain.event import PostingAnnounced
from worker.ledger.connection import Tx
from worker.ledger.fetch_tables import fetch, source_api

LEASE = timedelta(minutes=3)  # longer than three calls to their deadline
LONGEST_STEP = timedelta(days=2)  # of a clock that was ahead, and by which a poll may have begun too late


class What(StrEnum):
    """What is asked for. Of a source's waiting fetches, postings go first."""

    POSTING = "posting"  # one posting with its text; the subject is its id
    APPLICATION = "application"  # where one stands; the subject is a keyed digest, and whose it is says its event alone
    CHANGES = "changes"  # what has changed since the last time; the subject is an account, or ""
    OPEN = "open"  # all that are open, to find those that no event announced; likewise


LISTS = (What.CHANGES, What.OPEN)
OF_NO_POSTING = PostingAnnounced()


class FetchState(StrEnum):
    """How it stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"  # given up: its answers can't be understood


@dataclass(frozen=True)
class Fetch:
    """One of them. `said` is a sentence: what it led to, or why it has not yet. `alone`: its event says nothing else."""

    source: str
    what: What
    subject: str
    organization: str
    state: FetchState
    due_at: datetime
    fence: int
    failures: int
    said: str | None
    event_id: str | None
    event_at: datetime | None
    alone: bool
    announced: PostingAnnounced
    since: datetime | None
    next: str | None
    began_at: datetime | None
    pages: int
    created_at: datetime
    updated_at: datetime

    @property
    def asking(self) -> Asking:
        """The page of a list that is wanted."""
        return Asking(self.subject or None, self.since, self.next)


@dataclass(frozen=True)
class Later:
    """Nothing of this source may be asked before then."""

    at: datetime


@dataclass(frozen=True)
class Wish:
    """A posting whose text is wanted, or an application, as an event announced it."""

    source: str
    organization: str
    what: What
    subject: str
    event_id: str
    event_at: datetime
    alone: bool
    announced: PostingAnnounced = OF_NO_POSTING


def wish(tx: Tx, wanted: Wish) -> Fetch:
    """File it, due at once; one that is there takes the newest announcement. The fetch as it was; a new one as it is."""
    values = {
        "organization": wanted.organization,
        "state": FetchState.WAITING,
        "due_at": tx.now(),
        "failures": 0,
        "said": None,
        "event_id": wanted.event_id,
        "event_at": wanted.event_at,
        "alone": wanted.alone,
        "announced": _told(wanted.announced),
    }
    # Of two first ones in one moment the second waits here.
    _put(tx, wanted.source, wanted.what, wanted.subject, values, {})
    before = get(tx, wanted.source, wanted.what, wanted.subject, lock=True)
    assert before is not None, "it is there, and ours alone"
    _put(tx, wanted.source, wanted.what, wanted.subject, values, values)
    return before


def want_list(tx: Tx, source: str, organization: str, what: What, account: str, *, now: bool) -> None:
    """See to it that a list is asked for, by and by; with `now`, at once."""
    first: dict[str, object] = {
        "organization": organization,
        "state": FetchState.WAITING,
        "due_at": tx.now(),
        "failures": 0,
        "alone": False,
        "announced": "{}",
    }
    again: dict[str, object] = {"organization": organization, "state": FetchState.WAITING}
    again |= {"due_at": tx.now()} if now else {}
    _put(tx, source, what, account, first, again)


def hurry(tx: Tx, source: str) -> bool:
    """Have a source's lists asked for now; False where it has none."""
    lists = sa.and_(fetch.c.source == source, fetch.c.what.in_(LISTS), fetch.c.state == FetchState.WAITING)
    return bool(tx.conn.execute(sa.update(fetch).where(lists).values(due_at=tx.now())).rowcount)


def due_sources(tx: Tx) -> list[str]:
    """Sources that have something to ask now."""
    now = tx.now()
    closed = sa.select(source_api.c.source).where(source_api.c.closed_until > now, source_api.c.trouble_at <= now)
    statement = sa.select(fetch.c.source).distinct().where(*_due(now), fetch.c.source.not_in(closed))
    return list(tx.conn.execute(statement).scalars())


def claim(tx: Tx, source: str, apart: timedelta, holder: str) -> Fetch | Later | None:
    """The next of a source's fetches that is due, and a lease of it for the process `holder`. At most one call each `apart`."""
    tx.conn.execute(
        tx.insert(source_api).values(source=source, next_at=tx.now(), refused=False).on_conflict_do_nothing()
    )
    api = tx.conn.execute(sa.select(source_api).where(source_api.c.source == source).with_for_update()).one()
    now = tx.now()
    opens = max(one for one in (now, *_closures(api, now)) if one is not None)
    postings_first = sa.case((fetch.c.what == What.POSTING, 0), else_=1)
    statement = (
        sa.select(fetch)
        .where(fetch.c.source == source, *_due(now))
        .order_by(postings_first, fetch.c.due_at, fetch.c.subject)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = tx.conn.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    if opens > now:
        return Later(opens)
    found = from_row(row)
    taken = {"fence": found.fence + 1, "lease_until": now + LEASE, "holder": holder}
    since = now - LONGEST_STEP if found.since is not None and found.since > now else found.since
    tx.conn.execute(sa.update(fetch).where(*_one(found)).values(taken))
    tx.conn.execute(sa.update(source_api).where(source_api.c.source == source).values(next_at=now + apart))
    return replace(found, fence=found.fence + 1, since=since)


def _closures(api: sa.Row[Any], now: datetime) -> tuple[datetime | None, ...]:
    """Until when the pace, and the API, keep calls away. What was said at a time still to come, a clock said that was ahead."""
    paced = api.next_at if api.next_at <= now + LEASE else None
    is_true = api.trouble_at is None or api.trouble_at <= now
    return paced, api.closed_until if is_true else None


def release(tx: Tx, holder: str) -> int:
    """End the leases of a process that has ended: it is asked again at once. How many there were."""
    held = sa.and_(fetch.c.holder == holder, fetch.c.lease_until.is_not(None))
    return tx.conn.execute(sa.update(fetch).where(held).values(lease_until=None)).rowcount


def holds(tx: Tx, claimed: Fetch) -> bool:
    """Whether it is still ours: locked until this transaction ends, if so."""
    current = get(tx, claimed.source, claimed.what, claimed.subject, lock=True)
    return current is not None and current.fence == claimed.fence and current.state is FetchState.WAITING


def finish(tx: Tx, claimed: Fetch, said: str) -> None:
    """It is answered. One that was announced anew meanwhile is asked once more."""
    state = FetchState.DONE if _is_newest(tx, claimed) else FetchState.WAITING
    _settle(tx, claimed, state=state, said=said, failures=0)


def give_up(tx: Tx, claimed: Fetch, said: str) -> None:
    """A person's replay asks again."""
    _settle(tx, claimed, state=FetchState.FAILED, said=said, failures=claimed.failures + 1)


def again(tx: Tx, claimed: Fetch, due_at: datetime, said: str, *, anew: bool = False) -> None:
    """Not this time. What was announced anew meanwhile is not held up by it. `anew`: a list begins with its first page."""
    values: dict[str, object] = {"due_at": due_at} if _is_newest(tx, claimed) else {}
    values |= {"next": None, "began_at": None, "pages": 0} if anew else {}
    _settle(tx, claimed, said=said, failures=claimed.failures + 1, **values)


def turn(tx: Tx, claimed: Fetch, following: str, said: str) -> None:
    """The page is kept; the one that follows is due."""
    began = claimed.began_at or tx.now()
    values = {"next": following, "began_at": began, "pages": claimed.pages + 1, "due_at": tx.now()}
    _settle(tx, claimed, said=said, failures=0, **values)


def round_off(tx: Tx, claimed: Fetch, since: datetime | None, due_at: datetime, said: str) -> None:
    """The last page is kept; the list is asked for again, from its beginning."""
    fresh = {"since": since, "next": None, "began_at": None, "pages": 0, "due_at": due_at}
    _settle(tx, claimed, said=said, failures=0, **fresh)


def rest(tx: Tx, found: Fetch) -> None:
    """A list that its source has no more, as it is configured now. It is kept: the configuration may be mended."""
    tx.conn.execute(sa.update(fetch).where(*_one(found)).values(state=FetchState.DONE, updated_at=tx.now()))


def reopen_refused(tx: Tx) -> None:
    """Another key or address may be configured now: what was refused is asked again, one by one where it was one application."""
    refused = sa.select(source_api.c.source).where(source_api.c.refused)
    troubled = sa.or_(fetch.c.source.in_(refused), sa.and_(fetch.c.what == What.APPLICATION, fetch.c.failures > 0))
    tx.conn.execute(sa.update(fetch).where(fetch.c.state == FetchState.WAITING, troubled).values(due_at=tx.now()))
    tx.conn.execute(sa.update(source_api).where(source_api.c.refused).values(closed_until=None, refused=False))


def get(tx: Tx, source: str, what: What, subject: str, *, lock: bool = False) -> Fetch | None:
    """One of them."""
    statement = sa.select(fetch).where(fetch.c.source == source, fetch.c.what == what, fetch.c.subject == subject)
    row = tx.conn.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return None if row is None else from_row(row)


def of_source(tx: Tx, source: str, what: What) -> list[Fetch]:
    """All of a source, oldest first."""
    statement = sa.select(fetch).where(fetch.c.source == source, fetch.c.what == what)
    rows = tx.conn.execute(statement.order_by(fetch.c.created_at, fetch.c.subject)).mappings()
    return [from_row(row) for row in rows]


def lists(tx: Tx, source: str) -> list[Fetch]:
    """Those of a source that are asked for, again and again."""
    return [one for what in LISTS for one in of_source(tx, source, what) if one.state is FetchState.WAITING]


def from_row(row: sa.RowMapping) -> Fetch:
    """A row of `fetch` as the noun."""
    told = json.loads(row["announced"])
    moment = told.pop("changed_at", None)
    announced = PostingAnnounced(**told, changed_at=None if moment is None else datetime.fromisoformat(moment))
    typed = {"what": What(row["what"]), "state": FetchState(row["state"]), "announced": announced}
    return Fetch(**{name: row[name] for name in row if name not in ("lease_until", "holder")} | typed)


def _put(tx: Tx, source: str, what: What, subject: str, first: dict[str, object], again: dict[str, object]) -> None:
    now = tx.now()
    fresh = {"fence": 0, "pages": 0, "created_at": now, "updated_at": now, **first}
    insert = tx.insert(fetch).values(source=source, what=what, subject=subject, **fresh)
    keys = ["source", "what", "subject"]
    tx.conn.execute(insert.on_conflict_do_update(index_elements=keys, set_={**again, "updated_at": now}))


def _settle(tx: Tx, claimed: Fetch, **values: object) -> None:
    changed = {**values, "lease_until": None, "updated_at": tx.now()}
    tx.conn.execute(sa.update(fetch).where(*_one(claimed)).values(changed))


def _is_newest(tx: Tx, claimed: Fetch) -> bool:
    """Whether nothing newer announced it since it was claimed."""
    current = get(tx, claimed.source, claimed.what, claimed.subject, lock=True)
    return current is not None and current.event_id == claimed.event_id


def _one(found: Fetch) -> tuple[sa.ColumnElement[bool], ...]:
    return fetch.c.source == found.source, fetch.c.what == found.what, fetch.c.subject == found.subject


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Free and due; or put off, or taken, by a clock that was ahead and has been set back since."""
    is_free = sa.or_(fetch.c.lease_until.is_(None), fetch.c.lease_until < now, fetch.c.lease_until > now + LEASE)
    is_due = sa.or_(fetch.c.due_at <= now, fetch.c.updated_at > now + LEASE)
    return fetch.c.state == FetchState.WAITING, is_due, is_free


def _told(announced: PostingAnnounced) -> str:
    moment = announced.changed_at
    return json.dumps({**announced.__dict__, "changed_at": None if moment is None else moment.isoformat()})
