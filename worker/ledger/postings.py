"""Postings: the newest that each source has said of each job.

Newest by the sender's own time of the change where it says one, else as received; so the order of arrival does not matter.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.domain.application import Application
from worker.domain.request import GenerationRequest
from worker.ledger import announcing, requests
from worker.ledger.connection import ForBoth, Inserting, Tx
from worker.ledger.tables import posting, request

LOCKED = (
    sa.select(posting)
    .where(posting.c.source == sa.bindparam("said_by"), posting.c.job_id == sa.bindparam("job"))
    .with_for_update()
)  # made once, as in `budgets`


def _newer(insert: Inserting) -> sa.Executable:
    """Looked at by the statement that writes: of two first words in one moment neither could see the other before."""
    told = insert(posting)
    old, new = (sa.tuple_(row.changed_at, row.event_id) for row in (posting.c, told.excluded))
    said = {column.name: told.excluded[column.name] for column in posting.c}
    upsert = told.on_conflict_do_update(index_elements=["source", "job_id"], set_=said, where=old <= new)
    return upsert.returning(posting.c.job_id)


REQUESTS = (
    sa.select(request)
    .where(request.c.source == sa.bindparam("said_by"), request.c.job_id == sa.bindparam("job"))
    .order_by(request.c.id.desc())
    .with_for_update()
)
NEWER = ForBoth.made(_newer)


@dataclass(frozen=True)
class StoredPosting:
    """A posting as text. `about` is what else it knows: location, department, company, language, url."""

    source: str
    job_id: str
    organization: str
    requisition_id: str | None
    is_open: bool
    title: str
    text: str
    about: Mapping[str, str]
    changed_at: datetime
    event_id: str


def newer(tx: Tx, said: StoredPosting) -> bool:
    """Keep it if nothing newer is known; False where it arrives late and changes nothing."""
    values = {**said.__dict__, "about": json.dumps(dict(said.about))}
    return tx.conn.execute(tx.own(NEWER), values).scalar_one_or_none() is not None


def close(tx: Tx, known: StoredPosting, changed_at: datetime, event_id: str) -> bool:
    """Note that it is offline; False where something newer is known."""
    if (known.changed_at, known.event_id) > (changed_at, event_id):
        return False
    tx.conn.execute(
        sa.update(posting)
        .where(posting.c.source == known.source, posting.c.job_id == known.job_id)
        .values(is_open=False, changed_at=changed_at, event_id=event_id)
    )
    if known.is_open:
        announcing.posting_closed(tx, known.organization, known.source, known.job_id, event_id)
    return True


def get(tx: Tx, source: str, job_id: str) -> StoredPosting | None:
    """One posting, locked."""
    row = tx.conn.execute(LOCKED, {"said_by": source, "job": job_id}).mappings().one_or_none()
    return None if row is None else from_row(row)


def open_ids(tx: Tx, source: str) -> set[str]:
    """The jobs of a source that are open, as far as is known here."""
    statement = sa.select(posting.c.job_id).where(posting.c.source == source, posting.c.is_open)
    return set(tx.conn.execute(statement).scalars())


def seen(tx: Tx, source: str, job_id: str) -> StoredPosting | None:
    """One posting, as it stands; for who changes nothing."""
    statement = sa.select(posting).where(posting.c.source == source, posting.c.job_id == job_id)
    row = tx.conn.execute(statement).mappings().one_or_none()
    return None if row is None else from_row(row)


def newest_request(tx: Tx, source: str, job_id: str) -> GenerationRequest | None:
    """What was wanted for a posting last, for who changes nothing."""
    mine = sa.select(request).where(request.c.source == source, request.c.job_id == job_id)
    row = tx.conn.execute(mine.order_by(request.c.id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else requests.from_row(row)


def of_requisition(tx: Tx, source: str, requisition_id: str) -> list[StoredPosting]:
    """Every posting of a requisition, locked."""
    rows = tx.conn.execute(
        sa.select(posting)
        .where(posting.c.source == source, posting.c.requisition_id == requisition_id)
        .order_by(posting.c.job_id)
        .with_for_update()
    ).mappings()
    return [from_row(row) for row in rows]


def openness(tx: Tx, found: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime | None]:
    """Of postings by source and id: since when each is closed, None while it is open. What is not known is left out."""
    wanted = sa.tuple_(posting.c.source, posting.c.job_id).in_(list(found))
    known = sa.select(posting.c.source, posting.c.job_id, posting.c.is_open, posting.c.changed_at).where(wanted)
    rows = tx.conn.execute(known) if found else ()
    return {(row.source, row.job_id): None if row.is_open else row.changed_at for row in rows}


def titles(tx: Tx, found: Collection[Application]) -> dict[str, str]:
    """By the applications' ids: the title of the posting; where that is unknown, the one that all of its requisition have."""
    jobs = [(one.source, one.job_id) for one in found if one.job_id is not None]
    requisitions = [(one.source, one.requisition_id) for one in found if one.requisition_id is not None]
    of_job: dict[tuple[str, str], str] = {}
    of_requisition: dict[tuple[str, str], set[str]] = {}
    for key, asked in ((posting.c.job_id, jobs), (posting.c.requisition_id, requisitions)):
        wanted = sa.select(posting).where(sa.tuple_(posting.c.source, key).in_(asked))
        for row in tx.conn.execute(wanted) if asked else ():
            of_job[row.source, row.job_id] = row.title
            of_requisition.setdefault((row.source, row.requisition_id), set()).add(row.title)
    named = {}
    for one in found:
        own = of_job.get((one.source, one.job_id or ""))
        shared = of_requisition.get((one.source, one.requisition_id or ""), set())
        if own is not None or len(shared) == 1:
            named[one.id] = own if own is not None else next(iter(shared))
    return named


def asked_for(tx: Tx, found: Collection[Application]) -> dict[str, str]:
    """By the applications' ids: the request that made the interview they lead to, else the newest of their posting, or of the
    only posting of their requisition."""
    led = [one.interview_id for one in found if one.interview_id is not None]
    of_interview = sa.select(request.c.interview_id, request.c.id).where(request.c.interview_id.in_(led))
    made = {row.interview_id: row.id for row in tx.conn.execute(of_interview)} if led else {}
    newest, only = _newest(tx, found), _only(tx, found)
    known = {}
    for one in found:
        job = (one.source, one.job_id or only.get((one.source, one.requisition_id or ""), ""))
        request_id = made.get(one.interview_id or "") or newest.get(job)
        if request_id is not None:
            known[one.id] = request_id
    return known


def _newest(tx: Tx, found: Collection[Application]) -> dict[tuple[str, str], str]:
    """The newest request of every posting that these applications may be for."""
    own = sa.tuple_(request.c.source, request.c.job_id).in_([(one.source, one.job_id or "") for one in found])
    theirs = sa.tuple_(posting.c.source, posting.c.requisition_id).in_(_requisitions(found))
    both = sa.and_(posting.c.source == request.c.source, posting.c.job_id == request.c.job_id)
    mine = sa.select(request.c.source, request.c.job_id, request.c.id)
    parts = sa.union(mine.where(own), mine.join(posting, both).where(theirs))
    return {(row.source, row.job_id): row.id for row in sorted(tx.conn.execute(parts), key=lambda row: row.id)}


def _only(tx: Tx, found: Collection[Application]) -> dict[tuple[str, str], str]:
    """The posting of every requisition that has only one."""
    key = (posting.c.source, posting.c.requisition_id)
    one = sa.select(*key, sa.func.min(posting.c.job_id).label("job_id")).where(
        sa.tuple_(*key).in_(_requisitions(found))
    )
    rows = tx.conn.execute(one.group_by(*key).having(sa.func.count() == 1))
    return {(row.source, row.requisition_id): row.job_id for row in rows}


def _requisitions(found: Collection[Application]) -> list[tuple[str, str]]:
    return [(one.source, one.requisition_id) for one in found if one.requisition_id is not None]


def requests_of(tx: Tx, source: str, job_id: str) -> list[GenerationRequest]:
    """All requests of a posting, newest first, locked; in whichever organization they are."""
    rows = tx.conn.execute(REQUESTS, {"said_by": source, "job": job_id}).mappings()
    return [requests.from_row(row) for row in rows]


def from_row(row: sa.RowMapping) -> StoredPosting:
    """A row of `posting` as the noun."""
    return StoredPosting(**{**row, "about": json.loads(row["about"])})
