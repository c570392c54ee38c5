"""Interviews that exist at TalentSprout, and the other names they go by."""

import json
from collections.abc import Collection

import sqlalchemy as sa

from worker.domain.interview import Interview, Origin, StoredInterview
from worker.ledger import aliases, announcing, linking
from worker.ledger.connection import ForBoth, Tx
from worker.ledger.tables import alias, interview, request
from worker.policy import matching
from worker.policy.matching import Match

KEPT = ForBoth.made(lambda insert: insert(interview).on_conflict_do_nothing().returning(interview.c.id))
ASKED = sa.select(request.c.label, request.c.title).where(request.c.id == sa.bindparam("it"))


def store(tx: Tx, organization: str, made: Interview, origin: Origin, request_id: str | None) -> bool:
    """Keep it, and link the results that were waiting for it. False, and nothing changed, where its id is known already."""
    asked = tx.conn.execute(ASKED, {"it": request_id}).one_or_none()
    values = {
        "id": made.id,
        "organization": organization,
        "share_link": made.share_link,
        "request_id": request_id,
        "origin": origin,
        "raw": json.dumps(made.raw),
        "stored_at": tx.now(),
        "title_key": matching.alike(made.raw.get("title") or (asked and asked.title)),
        "company_key": matching.alike(made.raw.get("company_name")),
        "made_at": matching.made_at(made.raw) or tx.now(),
    }
    if tx.conn.execute(tx.own(KEPT), values).scalar_one_or_none() is None:
        return False
    if origin is not Origin.SURPLUS:  # a second one is for a person to look at, and no link to hand out
        announcing.interview_created(tx, organization, made.id, request_id)
    linking.link_waiting(tx, organization, made.id, made.id, Match.ID)
    for name in _link_names(made):
        aliases.learn(tx, organization, name, made.id)
        linking.link_waiting(tx, organization, name, made.id, Match.LINK)
    for name in () if request_id is None or asked is None else matching.names(request_id, asked.label):
        linking.link_waiting(tx, organization, name, made.id, Match.EXTERNAL_ID)
    return True


def get(tx: Tx, interview_id: str) -> StoredInterview | None:
    """By TalentSprout's own id."""
    row = tx.conn.execute(sa.select(interview).where(interview.c.id == interview_id)).mappings().one_or_none()
    return None if row is None else from_row(row)


def links(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    """The share links of some interviews, by id."""
    statement = sa.select(interview.c.id, interview.c.share_link).where(interview.c.id.in_(ids))
    return {row.id: row.share_link for row in tx.conn.execute(statement)}


def named(tx: Tx, organization: str, name: str) -> StoredInterview | None:
    """By its id, whosever it is, or by another name that the organization has learned for it."""
    learned = sa.select(alias.c.interview_id).where(alias.c.organization == organization, alias.c.foreign_id == name)
    known = tx.conn.execute(learned).scalar_one_or_none()
    return get(tx, name) or (None if known is None else get(tx, known))


def of_request(tx: Tx, request_id: str) -> list[StoredInterview]:
    """All interviews of a request, oldest first: one, or one and its surplus."""
    rows = tx.conn.execute(
        sa.select(interview).where(interview.c.request_id == request_id).order_by(interview.c.stored_at)
    ).mappings()
    return [from_row(row) for row in rows]


def of_job(tx: Tx, job_id: str) -> StoredInterview | None:
    """The newest interview of a posting, by its id in its source; of several sources with one such id, the newest of all."""
    statement = (
        sa.select(interview)
        .join(request, request.c.interview_id == interview.c.id)
        .where(request.c.job_id == job_id)
        .order_by(request.c.id.desc())
        .limit(1)
    )
    row = tx.conn.execute(statement).mappings().one_or_none()
    return None if row is None else from_row(row)


def from_row(row: sa.RowMapping) -> StoredInterview:
    """A row of `interview` as the noun."""
    made = Interview(row["id"], row["share_link"], json.loads(row["raw"]))
    return StoredInterview(made, row["organization"], Origin(row["origin"]), row["request_id"], row["stored_at"])


def _link_names(made: Interview) -> list[str]:
    """The share link may carry a short code where the id is a UUID; its last part is a name of the interview."""
    last = made.share_link.partition("?")[0].rstrip("/").rpartition("/")[2]
    return [last] if last not in ("", made.id) else []
