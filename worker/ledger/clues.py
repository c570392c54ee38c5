"""Clues about an unknown request, for the person who decides: none of them proves anything.

Results that may be its interview's, and what the server's own count said right after it was sent.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from worker.domain.request import GenerationRequest
from worker.ledger.connection import Tx
from worker.ledger.tables import attempt, budget, result, result_name

MOST_PROPOSED = 5


class Counted(StrEnum):
    """What the next answer's count of the budget says of a call that nobody heard of again."""

    NO = "not counted"  # the server had counted all our other calls, and not this one
    PERHAPS = "counted"  # it had counted one more, which may also be somebody else's


@dataclass(frozen=True)
class Proposal:
    """An unmatched result whose interview may be the one; `interview_id` as the result names it."""

    result_id: str
    interview_id: str
    title: str
    company: str | None
    completed_at: datetime | None
    received_at: datetime


def proposals(tx: Tx, wanted: GenerationRequest, title: str, company: str | None, sent_at: datetime) -> list[Proposal]:
    """Unmatched results of the same organization and title, and of the same company if both say one.

    A delivery does not say when its interview was made; only, nobody can have finished it before the call was sent.
    """
    statement = (
        sa.select(result, result_name.c.foreign_id)
        .join(result_name, result_name.c.result_id == result.c.id)
        .where(
            result.c.organization == wanted.organization,
            result.c.interview_id.is_(None),
            sa.func.lower(result.c.title) == title.lower(),
            sa.func.coalesce(result.c.completed_at, result.c.received_at) >= sent_at,
        )
        .order_by(result.c.id, result_name.c.foreign_id)
    )
    found: dict[str, Proposal] = {}
    for row in tx.conn.execute(statement).mappings():
        theirs = row["company"]
        if company and theirs and company.casefold() != theirs.casefold():
            continue
        proposal = Proposal(row["id"], row["foreign_id"], row["title"], theirs, row["completed_at"], row["received_at"])
        found.setdefault(row["id"], proposal)
    return list(found.values())[:MOST_PROPOSED]


def counted(tx: Tx, wanted: GenerationRequest, sent_at: datetime) -> Counted | None:
    """What the next answer of the same tier said of a call sent at `sent_at`; None where no answer within a window told."""
    row = _budget(tx, wanted)
    mine = sa.and_(attempt.c.organization == wanted.organization, attempt.c.tier == wanted.kind.tier)
    later = sa.and_(mine, attempt.c.sent_at > sent_at, attempt.c.sent_at < sent_at + row["window"])
    for other in tx.conn.execute(sa.select(attempt).where(later).order_by(attempt.c.sent_at)).mappings():
        said = json.loads(other["evidence"] or "{}")
        if "remaining" in said:
            spent = said.get("limit", row["limit_count"]) - said["remaining"]
            within = sa.and_(
                attempt.c.sent_at > other["sent_at"] - row["window"], attempt.c.sent_at <= other["sent_at"]
            )
            own = sa.select(sa.func.count()).select_from(attempt).where(mine, within, attempt.c.sent_at != sent_at)
            return {0: Counted.NO, 1: Counted.PERHAPS}.get(spent - tx.conn.execute(own).scalar_one())
    return None


def _budget(tx: Tx, wanted: GenerationRequest) -> sa.RowMapping:
    same = sa.and_(budget.c.organization == wanted.organization, budget.c.tier == wanted.kind.tier)
    return tx.conn.execute(sa.select(budget).where(same)).mappings().one()
