"""Takes: a candidate may abandon an interview, or take it again. All are kept; this says which is which.

They are counted in the order in which they began, because an abandoned one is told of late, when its time is over. Previews are
nobody's take.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from worker.ledger.tables import attribution, result


@dataclass(frozen=True)
class Take:
    """The `number`th of `count` sessions of one application. `is_best`: none of them has a higher score."""

    number: int
    count: int
    is_best: bool

    @property
    def is_latest(self) -> bool:
        """Whether none began later."""
        return self.number == self.count


def columns() -> tuple[sa.ColumnElement[Any], ...]:
    """For a statement that selects results and joins `attribution`: what `from_row` reads."""
    other, others = result.alias(), attribution.alias()
    mates = (
        sa.select(sa.func.count())
        .select_from(others.join(other, other.c.id == others.c.result_id))
        .where(others.c.application_id == attribution.c.application_id, other.c.test.is_(False))
        .correlate(attribution, result)
    )
    number = mates.where(sa.tuple_(_began(other), other.c.id) <= sa.tuple_(_began(result), result.c.id))
    best = mates.with_only_columns(sa.func.max(other.c.score))
    return (
        number.scalar_subquery().label("take_number"),
        mates.scalar_subquery().label("take_count"),
        best.scalar_subquery().label("take_best"),
    )


def from_row(row: sa.RowMapping) -> Take | None:
    """Which take a row's result is; None where it is nobody's, or a preview."""
    if row["application_id"] is None or row["test"]:
        return None
    is_best = row["score"] is not None and row["score"] == row["take_best"]
    return Take(row["take_number"], row["take_count"], is_best)


def _began(table: sa.FromClause) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(table.c.started_at, table.c.completed_at, table.c.received_at)
