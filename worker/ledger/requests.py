"""Generation requests: filed once, moved by compare-and-set.

Every move names the states that it may start from and changes nothing elsewhere, so two workers or two people can't both
decide. `fence` only grows; an attempt that holds an older one is late.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from worker import ids
from worker.domain.request import Because, Content, GenerationRequest, Kind, State
from worker.ledger import announcing, because
from worker.ledger import request_statements as statements
from worker.ledger.connection import Tx
from worker.ledger.tables import batch, budget, request, request_content
from worker.policy.identity import Identity, content_digest

Key = tuple[str, str]  # an organization, and a deduplication key in it


@dataclass(frozen=True)
class NewRequest:
    """What is to be filed. `because` is set for one that is held from the start, `known_digest` where it was taken before."""

    organization: str
    kind: Kind
    identity: Identity
    title: str
    content: Content
    priority: int
    text_limit: int
    source: str | None = None
    job_id: str | None = None
    batch: str | None = None
    because: Because | None = None
    rule: str | None = None
    known_digest: str | None = None

    @property
    def key(self) -> Key:
        """What no other request has."""
        return self.organization, self.identity.key

    @cached_property
    def digest(self) -> str:
        """The digest that tells whether a repeat has the same content."""
        return self.known_digest or content_digest(self.kind, self.content.text, self.content.options)


@dataclass(frozen=True)
class Kept:
    """The request that has a key, the digest of its content, and whether this very call has filed it."""

    request: GenerationRequest
    digest: str
    is_new: bool


def insert_many(tx: Tx, wanted: Collection[NewRequest]) -> dict[Key, Kept]:
    """File each whose key is free, and find the request that has it, locked, where it isn't. No key may stand here twice.

    The ids that are given grow in the order of `wanted`.
    """
    now = tx.now()
    rows = {new.key: _values(new, now) for new in wanted}
    news = {
        new.key: new for new in sorted(wanted, key=lambda new: new.key)
    }  # in one order, or two chunks wait for each other
    kept: dict[Key, Kept] = {}
    while missing := [new for key, new in news.items() if key not in kept]:
        for new in missing:  # again for who is neither filed nor found: another request has the label
            rows[new.key]["label"] = ids.new_label()
        kept |= _insert_free(tx, missing, rows)
        kept |= by_keys(tx, [key for key in news if key not in kept])
    return kept


def get(tx: Tx, request_id: str, *, lock: bool = False) -> GenerationRequest | None:
    """The request; `lock` keeps others from moving it until this transaction ends."""
    row = tx.conn.execute(statements.LOCKED if lock else statements.ROW, {"it": request_id}).mappings().one_or_none()
    return None if row is None else from_row(row)


def several(tx: Tx, request_ids: Collection[str]) -> dict[str, GenerationRequest]:
    """Some requests by id."""
    rows = tx.conn.execute(sa.select(request).where(request.c.id.in_(request_ids))).mappings()
    return {row["id"]: from_row(row) for row in rows}


def by_keys(tx: Tx, keys: Collection[Key], *, lock: bool = True) -> dict[Key, Kept]:
    """The requests under deduplication keys, locked if they may be changed.

    One statement for each organization: SQLite would look for pairs through a whole index.
    """
    found: dict[Key, Kept] = {}
    for organization, of_one in groupby(sorted(keys), key=itemgetter(0)):
        asked = {"whose": organization, "keys": [key for _, key in of_one]}
        statement = statements.WITH_KEYS_LOCKED if lock else statements.WITH_KEYS
        for row in tx.conn.execute(statement, asked).mappings():
            found[organization, row["dedup_key"]] = Kept(from_row(row), row["content_digest"], is_new=False)
    return found


def content(tx: Tx, request_id: str) -> Content:
    """What TalentSprout will be given."""
    row = tx.conn.execute(statements.CONTENT, {"it": request_id}).mappings().one()
    return Content(row["text"], json.loads(row["options"]), json.loads(row["about"]))


def content_digest_of(tx: Tx, request_id: str) -> str:
    """The digest that tells whether a repeat has the same content."""
    return str(tx.conn.execute(sa.select(request.c.content_digest).where(request.c.id == request_id)).scalar_one())


def move(tx: Tx, request_id: str, starts: Collection[State], to: State, **changes: Any) -> bool:
    """Compare-and-set: False, and nothing changed, where the request is in none of the states `starts`.

    What moves leaves the place where a paused batch parks its rows: of a batch that is paused still, nothing is claimed anyway.
    """
    before = get(tx, request_id, lock=True) if to in announcing.NEEDS_A_PERSON else None
    reason = changes.get("because")
    if "because" in changes:
        changes["because"] = because.pack(reason)
    if "updated_at" not in changes:
        changes["updated_at"] = tx.now()
    done = tx.conn.execute(statements.MOVED, {"it": request_id, "starts": list(starts), "state": to, **changes})
    moved = done.scalar_one_or_none() is not None
    if moved and before is not None and before.state is not to:
        announcing.request_stands(tx, before, to, reason, changes["updated_at"])
    return moved


def rewrite(tx: Tx, wanted: GenerationRequest, title: str, new: Content, *, text_limit: int) -> None:
    """Replace the content of a request of which nothing can exist, and forget what the old text had used up."""
    values = _content_values(new)
    tx.conn.execute(sa.update(request_content).where(request_content.c.request_id == wanted.id).values(values))
    tx.conn.execute(
        sa.update(request)
        .where(request.c.id == wanted.id)
        .values(
            title=title,
            content_digest=content_digest(wanted.kind, new.text, new.options),
            failures=0,
            failing_since=None,
            text_limit=text_limit,
            enriched=False,
            updated_at=tx.now(),
        )
    )


def rekey(tx: Tx, request_id: str, identity: Identity) -> None:
    """Give it the deduplication id of another revision of the same posting."""
    tx.conn.execute(
        sa.update(request).where(request.c.id == request_id).values(dedup_key=identity.key, dedup_id=identity.shown)
    )


def claimable() -> sa.ColumnElement[bool]:
    """It waits, and its batch is not paused. Rows of a paused batch are parked, which the index of claims knows; until all
    of them are, and for those that come back from a call, the batch itself is asked."""
    blocked = sa.select(batch.c.id).where(batch.c.blocks.is_(True))
    own = sa.or_(request.c.batch.is_(None), request.c.batch.not_in(blocked))
    return sa.and_(request.c.state == State.WAITING, request.c.parked.is_(False), own)


_DUES = (
    sa.select(request.c.due_at)
    .where(request.c.organization == sa.bindparam("whose"), request.c.tier == sa.bindparam("which"), claimable())
    .order_by(request.c.due_at)
    .limit(1)
)
FIRST_DUE = _DUES.where(request.c.failures == 0)
ANY_WAITS = _DUES.order_by(None)
AGAIN_DUE = _DUES.where(request.c.failures > 0)


def due(tx: Tx) -> list[tuple[str, str]]:
    """Organizations and tiers with a request that is due now. One is looked for in each; a long line is not read."""
    mine = sa.and_(request.c.organization == budget.c.organization, request.c.tier == budget.c.tier)
    one = sa.select(request.c.id).where(mine, claimable(), request.c.due_at <= tx.now())
    statement = sa.select(budget.c.organization, budget.c.tier).where(one.exists())
    return [(row.organization, row.tier) for row in tx.conn.execute(statement)]


def next_due(tx: Tx, organization: str, tier: str, repeats_at: datetime) -> datetime | None:
    """When the earliest waiting request of a tier is due; one whose answers failed not before `repeats_at`."""
    asked = {"whose": organization, "which": tier}
    first = tx.conn.execute(FIRST_DUE, asked).scalar_one_or_none()
    again = tx.conn.execute(AGAIN_DUE, asked).scalar_one_or_none()
    moments = [first, None if again is None else max(again, repeats_at)]
    return min((moment for moment in moments if moment is not None), default=None)


def any_waits(tx: Tx, organization: str, tier: str) -> bool:
    """Whether a request of a tier waits, due or not."""
    return tx.conn.execute(ANY_WAITS, {"whose": organization, "which": tier}).first() is not None


def unknown(tx: Tx, organization: str) -> list[GenerationRequest]:
    """The unknown requests of an organization, oldest first."""
    statement = (
        sa.select(request)
        .where(request.c.state == State.UNKNOWN, request.c.organization == organization)
        .order_by(request.c.id)
    )
    return [from_row(row) for row in tx.conn.execute(statement).mappings()]


def shown_label(stored: str) -> str:
    """The label as people see it, also in TalentSprout."""
    return f"spr-{stored}"


def from_row(row: sa.RowMapping | Mapping[str, Any]) -> GenerationRequest:
    """A row of `request` as the noun."""
    return GenerationRequest(
        id=row["id"],
        organization=row["organization"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        dedup_id=row["dedup_id"],
        label=shown_label(row["label"]),
        title=row["title"],
        source=row["source"],
        job_id=row["job_id"],
        batch=row["batch"],
        priority=row["priority"],
        fence=row["fence"],
        failures=row["failures"],
        unknown_retries=row["unknown_retries"],
        text_limit=row["text_limit"],
        enriched=row["enriched"],
        due_at=row["due_at"],
        failing_since=row["failing_since"],
        because=because.unpack(row["because"]),
        interview_id=row["interview_id"],
        rule=row["rule"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _insert_free(tx: Tx, wanted: Sequence[NewRequest], rows: Mapping[Key, dict[str, Any]]) -> dict[Key, Kept]:
    filed = set(tx.conn.execute(tx.own(statements.FILED), [rows[new.key] for new in wanted]).scalars())
    fresh = [new for new in wanted if rows[new.key]["id"] in filed]
    if fresh:
        contents = [{"request_id": rows[new.key]["id"], **_content_values(new.content)} for new in fresh]
        tx.conn.execute(statements.KEPT, contents)
    kept = {new.key: Kept(from_row(rows[new.key]), new.digest, is_new=True) for new in fresh}
    for new in (one.request for one in kept.values() if one.request.state is State.HELD):
        announcing.request_stands(tx, new, State.HELD, new.because, new.created_at)
    return kept


def _values(new: NewRequest, now: datetime) -> dict[str, Any]:
    return {
        "id": ids.new_id(),
        "organization": new.organization,
        "kind": new.kind,
        "tier": new.kind.tier,
        "state": State.HELD if new.because else State.WAITING,
        "dedup_key": new.identity.key,
        "dedup_id": new.identity.shown,
        "content_digest": new.digest,
        "title": new.title,
        "source": new.source,
        "job_id": new.job_id,
        "batch": new.batch,
        "priority": new.priority,
        "fence": 0,
        "failures": 0,
        "unknown_retries": 0,
        "text_limit": new.text_limit,
        "enriched": False,
        "due_at": now,
        "failing_since": None,
        "because": because.pack(new.because),
        "interview_id": None,
        "rule": new.rule,
        "created_at": now,
        "updated_at": now,
    }


def _content_values(new: Content) -> dict[str, str]:
    return {
        "text": new.text,
        "options": json.dumps(new.options),
        "about": json.dumps(new.about),
    }
