"""Generation requests: filed once, moved by compare-and-set.

Every move names the states that it may start from and changes nothing elsewhere, so two workers or two people can't both
decide. `fence` only grows; an attempt that holds an older one is late.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from worker import ids
from worker.domain.request import Because, Code, Content, GenerationRequest, Kind, State
from worker.ledger.connection import Tx
from worker.ledger.tables import request, request_content
from worker.policy.identity import Identity, content_digest


@dataclass(frozen=True)
class NewRequest:
    """What is to be filed. `because` is set for one that is held from the start."""

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


def insert(tx: Tx, new: NewRequest) -> str | None:
    """File it and return its id, or None where its deduplication id is taken in this organization."""
    now = tx.now()
    values = {
        "id": ids.new_id(),
        "organization": new.organization,
        "kind": new.kind,
        "tier": new.kind.tier,
        "state": State.HELD if new.because else State.WAITING,
        "dedup_key": new.identity.key,
        "dedup_id": new.identity.shown,
        "content_digest": content_digest(new.kind, new.content.text, new.content.options),
        "label": _free_label(tx),
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
        "because": _pack(new.because),
        "created_at": now,
        "updated_at": now,
    }
    statement = tx.insert(request).values(values)
    once = statement.on_conflict_do_nothing(index_elements=["organization", "dedup_key"]).returning(request.c.id)
    filed = tx.conn.execute(once).scalar_one_or_none()
    if filed is not None:
        tx.conn.execute(request_content.insert().values(request_id=filed, **_content_values(new.content)))
    return filed


def get(tx: Tx, request_id: str, *, lock: bool = False) -> GenerationRequest | None:
    """The request; `lock` keeps others from moving it until this transaction ends."""
    statement = sa.select(request).where(request.c.id == request_id)
    row = tx.conn.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return None if row is None else from_row(row)


def by_key(tx: Tx, organization: str, dedup_key: str) -> GenerationRequest | None:
    """The request under a deduplication key, locked."""
    statement = sa.select(request).where(request.c.organization == organization, request.c.dedup_key == dedup_key)
    row = tx.conn.execute(statement.with_for_update()).mappings().one_or_none()
    return None if row is None else from_row(row)


def of_job(tx: Tx, organization: str, source: str, job_id: str) -> list[GenerationRequest]:
    """All requests of a source's posting, newest first, locked."""
    statement = (
        sa.select(request)
        .where(request.c.organization == organization, request.c.source == source, request.c.job_id == job_id)
        .order_by(request.c.id.desc())
        .with_for_update()
    )
    return [from_row(row) for row in tx.conn.execute(statement).mappings()]


def content(tx: Tx, request_id: str) -> Content:
    """What TalentSprout will be given."""
    row = tx.conn.execute(sa.select(request_content).where(request_content.c.request_id == request_id)).mappings().one()
    return Content(row["text"], json.loads(row["options"]), json.loads(row["about"]))


def content_digest_of(tx: Tx, request_id: str) -> str:
    """The digest that tells whether a repeat has the same content."""
    return str(tx.conn.execute(sa.select(request.c.content_digest).where(request.c.id == request_id)).scalar_one())


def move(tx: Tx, request_id: str, starts: Collection[State], to: State, **changes: Any) -> bool:
    """Compare-and-set: False, and nothing changed, where the request is in none of the states `starts`."""
    if "because" in changes:
        changes["because"] = _pack(changes["because"])
    statement = (
        sa.update(request)
        .where(request.c.id == request_id, request.c.state.in_(starts))
        .values(state=to, updated_at=tx.now(), **changes)
        .returning(request.c.id)
    )
    return tx.conn.execute(statement).scalar_one_or_none() is not None


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


def due(tx: Tx) -> list[tuple[str, str]]:
    """Organizations and tiers with a request that is due now."""
    statement = (
        sa.select(request.c.organization, request.c.tier)
        .where(request.c.state == State.WAITING, request.c.due_at <= tx.now())
        .distinct()
    )
    return [(row.organization, row.tier) for row in tx.conn.execute(statement)]


def next_due(tx: Tx, organization: str, tier: str, repeats_at: datetime) -> datetime | None:
    """When the earliest waiting request of a tier is due; one whose answers failed not before `repeats_at`."""
    waiting = sa.and_(request.c.organization == organization, request.c.tier == tier, request.c.state == State.WAITING)
    dues = sa.select(request.c.due_at).where(waiting).order_by(request.c.due_at).limit(1)
    first = tx.conn.execute(dues.where(request.c.failures == 0)).scalar_one_or_none()
    again = tx.conn.execute(dues.where(request.c.failures > 0)).scalar_one_or_none()
    moments = [first, None if again is None else max(again, repeats_at)]
    return min((moment for moment in moments if moment is not None), default=None)


def unknown(tx: Tx, organization: str) -> list[GenerationRequest]:
    """The unknown requests of an organization, oldest first."""
    statement = (
        sa.select(request)
        .where(request.c.state == State.UNKNOWN, request.c.organization == organization)
        .order_by(request.c.id)
    )
    return [from_row(row) for row in tx.conn.execute(statement).mappings()]


def from_row(row: sa.RowMapping) -> GenerationRequest:
    """A row of `request` as the noun."""
    return GenerationRequest(
        id=row["id"],
        organization=row["organization"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        dedup_id=row["dedup_id"],
        label=f"spr-{row['label']}",
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
        because=_unpack(row["because"]),
        interview_id=row["interview_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _free_label(tx: Tx) -> str:
    """A label that no request has. Two transactions can still draw the same one: the constraint refuses the second."""
    while True:
        label = ids.new_label()
        if tx.conn.execute(sa.select(request.c.id).where(request.c.label == label)).first() is None:
            return label


def _content_values(new: Content) -> dict[str, str]:
    return {
        "text": new.text,
        "options": json.dumps(new.options),
        "about": json.dumps(new.about),
    }


def _pack(because: Because | None) -> str | None:
    return None if because is None else json.dumps({"code": because.code, "facts": because.facts})


def _unpack(text: str | None) -> Because | None:
    if text is None:
        return None
    stored = json.loads(text)
    return Because(Code(stored["code"]), stored["facts"])
