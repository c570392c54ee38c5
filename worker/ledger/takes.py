"""Takes: a candidate may abandon an interview, or take it again. All are kept; this says which is which.

Sessions of one application belong together; of somebody whom no personal link has named, those of TalentSprout's one candidate in
one interview. They are counted in the order in which they began, because an abandoned one is told of late, when its time is over.
Previews are nobody's take, and neither is what claims to be somebody's and is not believed.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from worker.ledger.tables import attribution, result


@dataclass(frozen=True)
class Take:
    """The `number`th of `count` sessions of one person. Of all their results one is the latest, and one the best.

    `is_latest`: none began later. `is_best`: none has a higher score; of equal ones the later is.
    """

    number: int
    count: int
    is_latest: bool
    is_best: bool


def columns() -> tuple[sa.ColumnElement[Any], ...]:
    """For a statement that selects results and joins `attribution`: what `from_row` reads."""
    pairs = zip(_of_application(), _of_nobodys(), strict=True)
    is_known = attribution.c.application_id.is_not(None)
    names = ("take_number", "take_count", "take_latest", "take_best")
    chosen = (sa.case((is_known, theirs), else_=nobodys) for theirs, nobodys in pairs)
    return tuple(column.label(name) for column, name in zip(chosen, names, strict=True))


def from_row(row: sa.RowMapping) -> Take | None:
    """Which take a row's result is; None where it is nobody's, or a preview."""
    if row["test"] or not row["take_count"]:
        return None
    own = row["id"]
    return Take(row["take_number"], row["take_count"], row["take_latest"] == own, row["take_best"] == own)


def began(table: sa.FromClause) -> sa.ColumnElement[Any]:
    """When a result's session began, as far as it is told."""
    return sa.func.coalesce(table.c.started_at, table.c.completed_at, table.c.received_at)


def _place(table: sa.FromClause) -> tuple[sa.ColumnElement[Any], ...]:
    """Of two that began in one moment the one whose delivery came first is first, in whatever order they were read."""
    return began(table), table.c.event_id, table.c.id


def _of_application() -> tuple[sa.ColumnElement[Any], ...]:
    other, others = result.alias(), attribution.alias()
    both = others.join(other, other.c.id == others.c.result_id)
    return _told(other, both, others.c.application_id == attribution.c.application_id)


def _of_nobodys() -> tuple[sa.ColumnElement[Any], ...]:
    other, others = result.alias(), attribution.alias()
    both = other.outerjoin(others, other.c.id == others.c.result_id)
    mates = sa.and_(
        attribution.c.result_id.is_(None),
        others.c.result_id.is_(None),
        other.c.candidate_index == result.c.candidate_index,
        other.c.interview_id == result.c.interview_id,
    )
    return _told(other, both, mates)


def _told(
    other: sa.FromClause, both: sa.FromClause, mates: sa.ColumnElement[bool]
) -> tuple[sa.ColumnElement[Any], ...]:
    """Number, count, and the ids of the latest and the best. One session may be told of twice, under two events."""
    theirs = sa.select(other.c.id).select_from(both).where(mates, other.c.test.is_(False))
    theirs = theirs.correlate(result, attribution)
    counted = theirs.with_only_columns(sa.func.count(other.c.session_index.distinct()))
    order = [column.desc() for column in _place(other)]
    found = (
        counted.where(sa.tuple_(*_place(other)) <= sa.tuple_(*_place(result))),
        counted,
        theirs.order_by(*order).limit(1),
        theirs.where(other.c.score.is_not(None)).order_by(other.c.score.desc(), *order).limit(1),
    )
    return tuple(one.scalar_subquery() for one in found)
