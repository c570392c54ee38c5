"""Every table in one view. The constraints carry the promises: what may exist once can't exist twice.

Texts and bodies lie apart from the rows that claims read, so that those stay small. `organization` comes first in every
index, because every question is asked for one. Reasons, options and evidence are JSON in text columns: written and read whole.
"""

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from worker.ledger.application_tables import application as application
from worker.ledger.application_tables import attribution as attribution
from worker.ledger.batch_tables import batch, batch_row
from worker.ledger.batch_tables import batch_mark as batch_mark
from worker.ledger.delivery_tables import delivery, delivery_try, target, target_event
from worker.ledger.fetch_tables import fetch as fetch
from worker.ledger.metadata import METADATA
from worker.ledger.note_tables import written_note as written_note
from worker.ledger.process_tables import duty as duty
from worker.ledger.process_tables import process as process
from worker.ledger.requisition_tables import requisition as requisition
from worker.ledger.result_tables import blinding, erased, result, result_name
from worker.ledger.sealing import SealedBytes, SealedText, newest_key
from worker.ledger.times import Instant, Span

__all__ = [
    "METADATA",
    "batch",
    "batch_row",
    "blinding",
    "delivery",
    "delivery_try",
    "erased",
    "result",
    "result_name",
    "target",
    "target_event",
]  # and those below

source_state = Table("source_state", METADATA, Column("source", Text, primary_key=True), Column("verified_at", Instant))

event = Table(
    "event",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("tries", Integer, nullable=False, default=0),
    Column("received_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
Index("event_unread", event.c.id, sqlite_where=event.c.state == "stored", postgresql_where=event.c.state == "stored")
Index("event_by_source", event.c.source, event.c.id)

event_body = Table(
    "event_body",
    METADATA,
    Column("event_id", Text, ForeignKey("event.id"), primary_key=True),
    Column("headers", SealedText("event_body.headers"), nullable=False),
    Column("body", SealedBytes("event_body.body"), nullable=False),
    Column("sealed_with", Text, default=newest_key),
)
Index("event_body_sealed", event_body.c.sealed_with)

# Once in: a delivery id, or the bytes of a delivery whose time is not signed, lead to one event for ever.
event_key = Table(
    "event_key",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("event_id", Text, ForeignKey("event.id"), nullable=False),
)

posting = Table(
    "posting",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("job_id", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("requisition_id", Text),
    Column("is_open", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("event_id", Text, nullable=False),
)
Index("posting_by_requisition", posting.c.source, posting.c.requisition_id)

# The one table of what is wanted. One row for a deduplication id, whoever files it.
request = Table(
    "request",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("dedup_key", Text, nullable=False),
    Column("dedup_id", Text, nullable=False),
    Column("content_digest", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("source", Text),
    Column("job_id", Text),
    Column("batch", Text, ForeignKey("batch.id")),
    Column("priority", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("unknown_retries", Integer, nullable=False),
    Column("text_limit", Integer, nullable=False),
    Column("enriched", Boolean, nullable=False),
    Column("parked", Boolean, nullable=False, server_default=sa.false()),
    Column("due_at", Instant, nullable=False),
    Column("failing_since", Instant),
    Column("because", Text),
    Column("interview_id", Text),
    Column("rule", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    sa.UniqueConstraint("organization", "dedup_key", name="request_once"),
    sa.UniqueConstraint("label", name="request_label_once"),
)
_waiting = sa.and_(request.c.state == "waiting", request.c.parked.is_(False))
Index(
    "request_waiting",
    request.c.organization,
    request.c.tier,
    request.c.priority,
    request.c.due_at,
    request.c.id,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
_unsettled = request.c.state.in_(["sending", "unknown", "held"])
Index(
    "request_unsettled",
    request.c.state,
    request.c.organization,
    request.c.id,
    sqlite_where=_unsettled,
    postgresql_where=_unsettled,
)
Index("request_by_posting", request.c.source, request.c.job_id)
Index("request_by_batch", request.c.batch, request.c.id)
_parked = request.c.parked.is_(True)
Index("request_parked", request.c.batch, request.c.id, sqlite_where=_parked, postgresql_where=_parked)

request_content = Table(
    "request_content",
    METADATA,
    Column("request_id", Text, ForeignKey("request.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("about", Text, nullable=False),
)

# Once out: one row for a fence. A ping is an attempt without a request: it spends a slot like any call.
attempt = Table(
    "attempt",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("request_id", Text, ForeignKey("request.id")),
    Column("n", Integer),
    Column("organization", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("label", Text),
    Column("boot_id", Text, nullable=False),
    Column("slot_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("ended_at", Instant),
    Column("outcome", Text),
    Column("evidence", Text),
    Column("spread", Span),
    sa.UniqueConstraint("request_id", "n", name="attempt_once"),
)
_open = attempt.c.ended_at.is_(None)
Index("attempt_stamps", attempt.c.organization, attempt.c.tier, attempt.c.sent_at)
Index(
    "attempt_open",
    attempt.c.organization,
    attempt.c.tier,
    attempt.c.lease_until,
    sqlite_where=_open,
    postgresql_where=_open,
)

budget = Table(
    "budget",
    METADATA,
    Column("organization", Text, primary_key=True),
    Column("tier", Text, primary_key=True),
    Column("configured", Integer, nullable=False),
    Column("limit_count", Integer, nullable=False),
    Column("window", Span, nullable=False),
    Column("grid_at", Instant),
    Column("closed_until", Instant),
    Column("alone", Boolean, nullable=False, default=False),
    Column("trial", Text),
    Column("foreign_used", Integer, nullable=False, default=0),
    Column("foreign_until", Instant),
    Column("fewer_until", Instant),
    Column("repeats", Integer, nullable=False, default=0),
    Column("probed_at", Instant),
)

organization = Table(
    "organization",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("paused_at", Instant),
    Column("pause_reason", Text),
    Column("probe_at", Instant),
    Column("probe_every", Span),
    Column("account", Text),
    Column("key_digest", Text),
    Column("held_at", Instant),
    Column("held_by", Text),
)

interview = Table(
    "interview",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("share_link", Text, nullable=False),
    Column("request_id", Text, ForeignKey("request.id")),
    Column("origin", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("title_key", Text),
    Column("company_key", Text),
    Column("made_at", Instant),
)
Index("interview_by_title", interview.c.organization, interview.c.title_key)
Index("interview_by_request", interview.c.request_id)
Index("interview_by_organization", interview.c.organization, interview.c.stored_at)

alias = Table(
    "alias",
    METADATA,
    Column("organization", Text, primary_key=True),
    Column("foreign_id", Text, primary_key=True),
    Column("interview_id", Text, ForeignKey("interview.id"), nullable=False),
)

token = Table(
    "token",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

audit = Table(
    "audit",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
Index("audit_by_subject", audit.c.subject, audit.c.id)
