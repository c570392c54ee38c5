"""Coverage: the open jobs of sources, with what there is of each."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from worker.domain.request import State
from worker.ledger import requests
from worker.ledger.connection import Tx
from worker.ledger.fetch_tables import fetch
from worker.ledger.fetches import FetchState, What
from worker.ledger.tables import interview, posting, request
from worker.policy.covering import OpenJob, Text

Key = tuple[str, str]


def open_jobs(tx: Tx, sources: Iterable[str]) -> list[OpenJob]:
    """Those that are open here, and those that were announced and whose text is not there yet; in no order."""
    names = list(sources)
    known = {(one.source, one.job_id): one for one in _postings(tx, names)}
    for key, asked in _fetches(tx, names):
        known.setdefault(key, asked)
    return list(_with_requests(tx, names, known).values())


def counted_at(tx: Tx, source: str) -> datetime | None:
    """When the source's API last listed what is open; None where it never did."""
    statement = sa.select(sa.func.max(fetch.c.updated_at)).where(
        fetch.c.source == source, fetch.c.what == What.OPEN, fetch.c.failures == 0, fetch.c.said.is_not(None)
    )
    found: datetime | None = tx.conn.execute(statement).scalar_one()
    return found


def _postings(tx: Tx, sources: list[str]) -> Iterator[OpenJob]:
    columns = posting.c.source, posting.c.organization, posting.c.job_id, posting.c.title, posting.c.changed_at
    for row in tx.conn.execute(sa.select(*columns).where(posting.c.source.in_(sources), posting.c.is_open)):
        yield OpenJob(row.source, row.organization, row.job_id, row.title, row.changed_at, Text.THERE)


def _fetches(tx: Tx, sources: list[str]) -> Iterator[tuple[Key, OpenJob]]:
    unfinished = sa.and_(fetch.c.what == What.POSTING, fetch.c.state != FetchState.DONE)
    for row in tx.conn.execute(sa.select(fetch).where(fetch.c.source.in_(sources), unfinished)):
        text = Text.AWAITED if row.state == FetchState.WAITING else Text.GIVEN_UP
        job = OpenJob(row.source, row.organization, row.subject, "", row.created_at, text, row.said)
        yield (row.source, row.subject), job


def _with_requests(tx: Tx, sources: list[str], known: dict[Key, OpenJob]) -> dict[Key, OpenJob]:
    """A link counts, whichever request led to it; else the newest request says how it stands."""
    columns = request.c.source, request.c.job_id, request.c.id, request.c.state, request.c.label, request.c.created_at
    joined = request.outerjoin(interview, interview.c.id == request.c.interview_id)
    is_open = sa.exists().where(
        posting.c.source == request.c.source, posting.c.job_id == request.c.job_id, posting.c.is_open
    )
    is_asked = sa.exists().where(
        fetch.c.source == request.c.source, fetch.c.subject == request.c.job_id, fetch.c.state != FetchState.DONE
    )
    wanted = sa.and_(request.c.source.in_(sources), sa.or_(is_open, is_asked))
    statement = sa.select(*columns, interview.c.share_link).select_from(joined).where(wanted)
    for row in tx.conn.execute(statement.order_by(request.c.id)):
        job = known.get((row.source, row.job_id))
        if job is None:
            continue
        since = min(job.since, row.created_at)
        if row.share_link is None and job.share_link is not None:
            known[row.source, row.job_id] = replace(job, since=since)
        else:
            told = {"request_id": row.id, "request_state": State(row.state), "label": requests.shown_label(row.label)}
            known[row.source, row.job_id] = replace(job, since=since, share_link=row.share_link, **told)
    return known
