"""The tables of applications: candidates for jobs, as their ATSs tell, their invitations, and whose results are whose."""

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from worker.ledger.metadata import METADATA
from worker.ledger.sealing import SealedText, newest_key
from worker.ledger.times import Instant

# One row for one application of a source, so that nobody can be invited twice. `key` is a keyed digest of
# the vendor's id of it. What is a
# person's is sealed, names and addresses kept only where the source asks for them; `…_index` is a keyed digest.
application = Table(
    "application",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("application_id", Text),
    Column("candidate_id", SealedText("application.candidate_id")),
    Column("name", SealedText("application.name")),
    Column("email", SealedText("application.email")),
    Column("job_id", Text),
    Column("requisition_id", Text),
    Column("stage", Text),
    Column("stage_id", Text),
    Column("at_stage", Boolean, nullable=False),
    Column("reached_at", Instant, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("invitation", Text, nullable=False),
    Column("interview_id", Text),
    Column("invited_at", Instant),
    Column("sent", Integer, nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("candidate_index", Text),
    Column("email_index", Text),
    Column("sealed_with", Text, default=newest_key),
    sa.UniqueConstraint("source", "key", name="application_once"),
)
Index("application_by_organization", application.c.organization, application.c.id)
Index("application_by_candidate", application.c.candidate_index)
Index("application_by_email", application.c.email_index)
Index("application_sealed", application.c.sealed_with)
_pending = application.c.invitation.in_(["waiting", "unclear", "closed"])
Index(
    "application_pending",
    application.c.source,
    application.c.job_id,
    application.c.requisition_id,
    sqlite_where=_pending,
    postgresql_where=_pending,
)
_invited = application.c.invitation == "invited"
Index(
    "application_invited",
    application.c.source,
    application.c.reminded,
    application.c.invited_at,
    sqlite_where=_invited,
    postgresql_where=_invited,
)

# Whose a result is: the application that it was found to belong to and by which rule, or the claim of one that is not believed.
attribution = Table(
    "attribution",
    METADATA,
    Column("result_id", Text, ForeignKey("result.id"), primary_key=True),
    Column("application_id", Text, ForeignKey("application.id")),
    Column("rule", Text),
    Column("claim", Text),
)
Index("attribution_by_application", attribution.c.application_id, attribution.c.result_id)
