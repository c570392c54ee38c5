"""The tables of results, which are people's: sealed, and found by keyed digests."""

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text

from worker.ledger.metadata import METADATA
from worker.ledger.sealing import SealedText, newest_key
from worker.ledger.times import Instant

# One result for one session's end; a repeat adds nothing. What is a person's is sealed; `…_index` is its keyed digest.
result = Table(
    "result",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("session_index", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("interview_id", Text, ForeignKey("interview.id")),
    Column("matched_by", Text),
    Column("title", Text),
    Column("company", Text),
    Column("candidate_id", SealedText("result.candidate_id")),
    Column("candidate_name", SealedText("result.candidate_name")),
    Column("candidate_email", SealedText("result.candidate_email")),
    Column("candidate_phone", SealedText("result.candidate_phone")),
    Column("external_id", SealedText("result.external_id")),
    Column("score", Float),
    Column("started_at", Instant),
    Column("completed_at", Instant),
    Column("test", Boolean, nullable=False),
    Column("evaluation", SealedText("result.evaluation")),
    Column("transcript", SealedText("result.transcript")),
    Column("recording_url", SealedText("result.recording_url")),
    Column("digest", Text, nullable=False),
    Column("contradicted", Boolean, nullable=False, default=False),
    Column("received_at", Instant, nullable=False),
    Column("session_id", SealedText("result.session_id")),
    Column("candidate_index", Text),
    Column("email_index", Text),
    Column("external_index", Text),
    Column("sealed_with", Text, default=newest_key),
    Column("title_key", Text),
    Column("company_key", Text),
    sa.UniqueConstraint("organization", "event", "session_index", name="result_once"),
)
Index("result_by_title", result.c.organization, result.c.title_key)
Index("result_by_interview", result.c.interview_id)
Index("result_by_session", result.c.session_index)
Index("result_by_candidate", result.c.candidate_index)
Index("result_by_email", result.c.email_index)
Index("result_by_external", result.c.external_index)
Index("result_sealed", result.c.sealed_with)

# The names under which an unmatched result's interview may appear later.
result_name = Table(
    "result_name",
    METADATA,
    Column("organization", Text, primary_key=True),
    Column("foreign_id", Text, primary_key=True),
    Column("result_id", Text, ForeignKey("result.id"), primary_key=True),
)

Index("result_name_by_result", result_name.c.result_id)

# The key of all keyed digests, made once.
blinding = Table(
    "blinding",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("key", SealedText("blinding.key"), nullable=False),
    Column("sealed_with", Text, nullable=False, default=newest_key),
)

# Keyed digests of erased people's addresses and ids. Whoever writes about a person looks here first. From `lifted_at` on
# the person is kept again.
erased = Table(
    "erased",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("erasure", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("searched", Boolean, nullable=False),
    Column("lifted_at", Instant),
)
