"""Rehearsals: what has arrived is looked at in the real ledger, and followed in one of its own that is thrown away.

The real one is only ever looked at (`Ledger.look`). What is known of a posting from before the time that is rehearsed is taken
along as it stands now, because no ledger knows how it stood then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Table, Text

from worker.domain.request import Content, GenerationRequest
from worker.ledger import events, requests
from worker.ledger.connection import Ledger, Tx
from worker.ledger.events import StoredEvent
from worker.ledger.tables import METADATA, audit, event, posting, request, request_content

PAGE = 200  # rows that are in memory at once
_OWN = sa.MetaData()
# What was followed, and how the last word about it ended.
followed = Table(
    "followed",
    _OWN,
    Column("source", Text, primary_key=True),
    Column("job_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("skipped_by", Text),
    Column("skipped_why", Text),
)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Before:
    """What is known of a posting from before a time."""

    postings: Sequence[Row]
    requests: Sequence[Row]
    contents: Sequence[Row]
    decisions: Sequence[Row]


@dataclass(frozen=True)
class Followed:
    """A posting of which something was said. `skipped_by` is the rule that made nothing of the newest word, if one did."""

    source: str
    job_id: str
    title: str
    skipped_by: str | None = None
    skipped_why: str | None = None


def scratch(folder: Path, like: Ledger) -> Ledger:
    """An empty ledger in `folder`, with the keys of another."""
    made = Ledger(f"sqlite:///{folder / 'rehearsal.db'}", keys=like.keys)
    with made.engine.begin() as conn:
        METADATA.create_all(conn)
        _OWN.create_all(conn)
    return made


def arrived(tx: Tx, since: datetime, source: str | None, but: str, after: str) -> list[StoredEvent]:
    """A page of what has arrived since a time, oldest first, without what is of the source `but`."""
    wanted = sa.select(event).where(event.c.received_at >= since, event.c.source != but, event.c.id > after)
    if source is not None:
        wanted = wanted.where(event.c.source == source)
    rows = tx.conn.execute(wanted.order_by(event.c.id).limit(PAGE)).mappings()
    return [events.from_row(row) for row in rows]


def before(tx: Tx, source: str, job_id: str, since: datetime) -> Before:
    """What a posting and its requests were before."""
    mine = sa.and_(request.c.source == source, request.c.job_id == job_id, request.c.created_at < since)
    known = sa.select(posting).join(event, event.c.id == posting.c.event_id).where(event.c.received_at < since)
    known = known.where(posting.c.source == source, posting.c.job_id == job_id)
    contents = sa.select(request_content).join(request, request.c.id == request_content.c.request_id).where(mine)
    decided = sa.select(audit).join(request, request.c.id == audit.c.subject).where(mine)
    return Before(*(_rows(tx, one) for one in (known, sa.select(request).where(mine), contents, decided)))


def _rows(tx: Tx, wanted: sa.Select[Any]) -> list[Row]:
    return [dict(row) for row in tx.conn.execute(wanted).mappings()]


def take_along(tx: Tx, said: Followed, known: Before) -> None:
    """Into the ledger of a rehearsal, with the first word about a posting. Batches are not taken along."""
    decided = (audit, known.decisions)
    for table, rows in (
        (posting, known.postings),
        (request, known.requests),
        (request_content, known.contents),
        decided,
    ):
        if rows:
            tx.conn.execute(table.insert(), [{**row, "batch": None} if table is request else row for row in rows])
    note(tx, said)


def is_followed(tx: Tx, source: str, job_id: str) -> bool:
    """Whether something was said of it already."""
    wanted = sa.select(followed.c.job_id).where(followed.c.source == source, followed.c.job_id == job_id)
    return tx.conn.execute(wanted).first() is not None


def note(tx: Tx, said: Followed) -> None:
    """The newest word about a posting."""
    values = said.__dict__
    upsert = tx.insert(followed).values(values).on_conflict_do_update(index_elements=["source", "job_id"], set_=values)
    tx.conn.execute(upsert)


def all_followed(ledger: Ledger) -> Iterator[Followed]:
    """Every posting of a rehearsal, a page in memory at once."""
    last = ("", "")
    here = sa.tuple_(followed.c.source, followed.c.job_id)
    while True:
        wanted = sa.select(followed).where(here > sa.tuple_(*last)).order_by(followed.c.source, followed.c.job_id)
        page = ledger.read(lambda tx, wanted=wanted: tx.conn.execute(wanted.limit(PAGE)).mappings().all())  # type: ignore[misc]  # a default binds it
        yield from (Followed(**row) for row in page)
        if len(page) < PAGE:
            return
        last = (page[-1]["source"], page[-1]["job_id"])


def jobs_of(tx: Tx, source: str, requisition_id: str) -> list[str]:
    """The postings of a requisition, without a lock."""
    wanted = sa.select(posting.c.job_id).where(posting.c.source == source, posting.c.requisition_id == requisition_id)
    return list(tx.conn.execute(wanted).scalars())


def requests_of(tx: Tx, source: str, job_id: str) -> list[tuple[GenerationRequest, Content]]:
    """The requests of a posting with what they ask for, newest first, without a lock."""
    wanted = sa.select(request).where(request.c.source == source, request.c.job_id == job_id)
    rows = tx.conn.execute(wanted.order_by(request.c.id.desc())).mappings().all()
    return [(requests.from_row(row), requests.content(tx, row["id"])) for row in rows]
