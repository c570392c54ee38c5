"""Pages of the ledger for people: newest first, a cursor to go on, filters, counts.

A cursor is the id (or time and id) of the last row shown, so that a page never repeats or skips a row when new ones arrive.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa

from worker.domain.application import Application
from worker.domain.interview import StoredInterview
from worker.domain.request import GenerationRequest, State
from worker.ledger import applications, events, interviews, requests, results
from worker.ledger.connection import Tx
from worker.ledger.tables import application, attribution, batch, batch_row, event, interview, posting, request, result

T = TypeVar("T")
MOST = 200


class UnknownCursor(ValueError):
    """A cursor that no page ended with: a list that goes on from nowhere would look as if it were at its end."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next` is the cursor of the following page, or None on the last one."""

    items: Sequence[T]
    next: str | None


@dataclass(frozen=True)
class Filters:
    """Each narrows the list where it is set."""

    state: str | None = None
    organization: str | None = None
    source: str | None = None
    batch: str | None = None
    job: str | None = None  # of applications: the ATS's id of the job, or of the requisition, that they are for


def requests_page(tx: Tx, filters: Filters, limit: int, cursor: str | None) -> Page[GenerationRequest]:
    """Generation requests, newest first."""
    wanted = {request.c.state: filters.state, request.c.organization: filters.organization}
    wanted |= {request.c.source: filters.source, request.c.batch: filters.batch}
    rows, following = page_of(tx, sa.select(request), request.c.id, wanted, limit, cursor)
    return Page([requests.from_row(row) for row in rows], following)


def events_page(tx: Tx, filters: Filters, limit: int, cursor: str | None) -> Page[events.StoredEvent]:
    """Events, newest first."""
    wanted = {event.c.state: filters.state, event.c.organization: filters.organization, event.c.source: filters.source}
    rows, following = page_of(tx, sa.select(event), event.c.id, wanted, limit, cursor)
    return Page([events.from_row(row) for row in rows], following)


def results_page(tx: Tx, filters: Filters, limit: int, cursor: str | None) -> Page[results.StoredResult]:
    """Results, newest first; `state` is matched or unmatched."""
    statement = results.joined()
    if filters.state is not None:
        unmatched = result.c.interview_id.is_(None)
        statement = statement.where(unmatched if filters.state == "unmatched" else ~unmatched)
    rows, following = page_of(tx, statement, result.c.id, {result.c.organization: filters.organization}, limit, cursor)
    return Page([results.from_row(row) for row in rows], following)


def applications_page(tx: Tx, filters: Filters, limit: int, cursor: str | None) -> Page[Application]:
    """Applications, newest first; `state` is that of the invitation."""
    wanted = {application.c.organization: filters.organization, application.c.source: filters.source}
    wanted |= {application.c.invitation: filters.state}
    statement = sa.select(application)
    if filters.job is not None:
        here = sa.and_(posting.c.source == application.c.source, posting.c.job_id == filters.job)
        theirs = sa.select(posting.c.requisition_id).where(here).scalar_subquery()
        own = application.c.requisition_id.in_([filters.job]) | (application.c.requisition_id == theirs)
        statement = statement.where(sa.or_(application.c.job_id == filters.job, own))
    rows, following = page_of(tx, statement, application.c.id, wanted, limit, cursor)
    return Page([applications.from_row(row) for row in rows], following)


def applications_in(tx: Tx, state: str) -> int:
    """How many applications' invitations are in a state."""
    counted = sa.select(sa.func.count()).select_from(application).where(application.c.invitation == state)
    return int(tx.conn.execute(counted).scalar_one())


def results_of(tx: Tx, ids: Collection[str]) -> dict[str, list[results.StoredResult]]:
    """The results of some applications, by the application, each in the order in which they came."""
    found: dict[str, list[results.StoredResult]] = {one: [] for one in ids}
    statement = results.joined().where(attribution.c.application_id.in_(list(ids))).order_by(result.c.id)
    for row in tx.conn.execute(statement).mappings():
        found[row["application_id"]].append(results.from_row(row))
    return found


def contradicted(tx: Tx, most: int) -> list[results.StoredResult]:
    """Results of which a later delivery said something else, the newest first, at most `most`."""
    statement = results.joined().where(result.c.contradicted).order_by(result.c.id.desc()).limit(most)
    return [results.from_row(row) for row in tx.conn.execute(statement).mappings()]


def one_result(tx: Tx, result_id: str) -> results.StoredResult | None:
    """One result by its id."""
    row = tx.conn.execute(results.joined().where(result.c.id == result_id)).mappings().one_or_none()
    return None if row is None else results.from_row(row)


def interviews_page(tx: Tx, filters: Filters, limit: int, cursor: str | None) -> Page[StoredInterview]:
    """Interviews, last stored first. Their ids are TalentSprout's and don't sort by time, so the cursor is a row's id."""
    statement = (
        sa.select(interview).order_by(interview.c.stored_at.desc(), interview.c.id.desc()).limit(_size(limit) + 1)
    )
    if filters.organization is not None:
        statement = statement.where(interview.c.organization == filters.organization)
    if cursor is not None:
        _assert_row(tx, interview.c.id, cursor)
        last = sa.select(interview.c.stored_at).where(interview.c.id == cursor).scalar_subquery()
        older = sa.and_(interview.c.stored_at == last, interview.c.id < cursor)
        statement = statement.where(sa.or_(interview.c.stored_at < last, older))
    rows = tx.conn.execute(statement).mappings().all()
    shown = rows[: _size(limit)]
    return Page([interviews.from_row(row) for row in shown], shown[-1]["id"] if len(rows) > len(shown) else None)


def counts(tx: Tx, batch: str | None = None) -> dict[tuple[str, State], int]:
    """How many requests of each organization are in each state; of one batch, or of all."""
    statement = sa.select(request.c.organization, request.c.state, sa.func.count()).group_by(
        request.c.organization, request.c.state
    )
    if batch is not None:
        statement = statement.where(request.c.batch == batch)
    return {(row[0], State(row[1])): row[2] for row in tx.conn.execute(statement)}


def waiting_counts(tx: Tx) -> dict[tuple[str, str], int]:
    """How many requests wait for a slot in each tier of each organization; those of a paused batch wait for somebody."""
    statement = (
        sa.select(request.c.organization, request.c.tier, sa.func.count())
        .where(requests.claimable())
        .group_by(request.c.organization, request.c.tier)
    )
    return {(row[0], row[1]): row[2] for row in tx.conn.execute(statement)}


def event_counts(tx: Tx) -> dict[tuple[str, str], int]:
    """How many events of each source are in each state."""
    statement = sa.select(event.c.source, event.c.state, sa.func.count()).group_by(event.c.source, event.c.state)
    return {(row[0], row[1]): row[2] for row in tx.conn.execute(statement)}


@dataclass(frozen=True)
class OddResults:
    """How many results no interview is known for, and how many sessions were told of in two ways."""

    unmatched: int
    contradicted: int


def odd_results(tx: Tx) -> OddResults:
    """What somebody should look at among the results."""
    unmatched = sa.select(sa.func.count()).select_from(result).where(result.c.interview_id.is_(None))
    contradicted = sa.select(sa.func.count()).select_from(result).where(result.c.contradicted)
    return OddResults(tx.conn.execute(unmatched).scalar_one(), tx.conn.execute(contradicted).scalar_one())


def oldest_due(tx: Tx) -> GenerationRequest | None:
    """The waiting request that has been due for longest."""
    statement = (
        sa.select(request).where(requests.claimable(), request.c.due_at <= tx.now()).order_by(request.c.due_at).limit(1)
    )
    row = tx.conn.execute(statement).mappings().one_or_none()
    return None if row is None else requests.from_row(row)


def line(tx: Tx, organization: str, tier: str, most: int) -> list[str]:
    """Ids of what waits in one tier, in the order in which it will be claimed, at most `most`."""
    statement = (
        sa.select(request.c.id)
        .where(request.c.organization == organization, request.c.tier == tier, requests.claimable())
        .order_by(request.c.priority, request.c.due_at, request.c.id)
        .limit(most)
    )
    return list(tx.conn.execute(statement).scalars())


def places(tx: Tx, batch_id: str) -> dict[str, int]:
    """Of what waits of a batch: how many will be claimed before each, if nothing new comes. All counted at once."""
    order = (request.c.priority, request.c.due_at, request.c.id)
    place = sa.func.row_number().over(partition_by=[request.c.organization, request.c.tier], order_by=order)
    line = sa.select(request.c.id, (place - 1).label("ahead")).where(requests.claimable()).subquery()
    mine = sa.select(batch_row.c.request_id).where(batch_row.c.batch == batch_id)
    found = tx.conn.execute(sa.select(line.c.id, line.c.ahead).where(line.c.id.in_(mine)))
    return {row.id: row.ahead for row in found}


def ahead(tx: Tx, wanted: GenerationRequest) -> int:
    """How many requests will be claimed before a waiting one, if nothing new comes."""
    here = sa.tuple_(request.c.priority, request.c.due_at, request.c.id)
    mine = sa.tuple_(
        sa.literal(wanted.priority, request.c.priority.type),
        sa.literal(wanted.due_at, request.c.due_at.type),
        sa.literal(wanted.id, request.c.id.type),
    )
    statement = (
        sa.select(sa.func.count())
        .select_from(request)
        .where(
            request.c.organization == wanted.organization,
            request.c.tier == wanted.kind.tier,
            requests.claimable(),
            here < mine,
        )
    )
    return int(tx.conn.execute(statement).scalar_one())


def starting_with(tx: Tx, noun: str, start: str, most: int = 5) -> list[str]:
    """Ids of a noun that begin with `start`; for requests also the one with that label."""
    table = {
        "request": request,
        "event": event,
        "interview": interview,
        "result": result,
        "batch": batch,
        "candidate": application,
    }[noun]
    if noun == "request":
        label = start.upper().removeprefix("SPR-").partition("-")[0]
        labelled = tx.conn.execute(sa.select(request.c.id).where(request.c.label == label)).scalar_one_or_none()
        if labelled is not None:
            return [labelled]
    statement = sa.select(table.c.id).where(table.c.id.startswith(start, autoescape=True)).order_by(table.c.id)
    return list(tx.conn.execute(statement.limit(most)).scalars())


def page_of(
    tx: Tx,
    statement: sa.Select[tuple[object, ...]],
    id_column: sa.Column[str],
    wanted: Mapping[sa.Column[str], str | None],
    limit: int,
    cursor: str | None,
) -> tuple[Sequence[sa.RowMapping], str | None]:
    """A page of rows whose ids sort by time, newest first, and the cursor of the next. Raises UnknownCursor."""
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    if cursor is not None:
        _assert_row(tx, id_column, cursor)
        statement = statement.where(id_column < cursor)
    rows = tx.conn.execute(statement.order_by(id_column.desc()).limit(_size(limit) + 1)).mappings().all()
    shown = rows[: _size(limit)]
    return shown, shown[-1]["id"] if len(rows) > len(shown) else None


def _assert_row(tx: Tx, id_column: sa.Column[str], cursor: str) -> None:
    if tx.conn.execute(sa.select(id_column).where(id_column == cursor)).first() is None:
        raise UnknownCursor(cursor)


def _size(limit: int) -> int:
    return max(1, min(limit, MOST))
