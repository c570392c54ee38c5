"""The tables of batches: the file, what it is known again by, its rows, and what became of each."""

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from worker.ledger.metadata import METADATA
from worker.ledger.times import Instant

# `blocks`: nothing of it is claimed. `following`: the marks on its requests do not say so yet, or not any more.
batch = Table(
    "batch",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("origin", Text),
    Column("organization", Text),
    Column("actor", Text),
    Column("columns", Text, nullable=False, server_default="[]"),
    Column("run", Integer, nullable=False, server_default="0"),
    Column("read_at", Instant),
    Column("state", Text, nullable=False, server_default="open"),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("blocks", Boolean, nullable=False, server_default=sa.false()),
    Column("following", Boolean, nullable=False, server_default=sa.false()),
    Column("told_run", Integer),  # of whose end the targets were told
    Column("read_until", Instant),  # somebody reads its file, and says so anew before
)
_blocking, _following = batch.c.blocks.is_(True), batch.c.following.is_(True)
Index("batch_blocking", batch.c.id, sqlite_where=_blocking, postgresql_where=_blocking)
Index("batch_following", batch.c.id, sqlite_where=_following, postgresql_where=_following)

# What a file is known again by, in an organization ("" where each row names its own): one batch, whoever begins it.
batch_mark = Table(
    "batch_mark",
    METADATA,
    Column("mark", Text, primary_key=True),
    Column("organization", Text, primary_key=True),
    Column("batch", Text, ForeignKey("batch.id")),
)
Index("batch_mark_by_batch", batch_mark.c.batch)

# A row of a batch's file and what became of it. Without a verdict it is still to be filed.
batch_row = Table(
    "batch_row",
    METADATA,
    Column("batch", Text, ForeignKey("batch.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("verdict", Text),
    Column("text", Text),
    Column("request_id", Text, ForeignKey("request.id")),
    Column("same_as", Integer),
    Column("cells", Text, nullable=False),
)
Index("batch_row_by_request", batch_row.c.batch, batch_row.c.request_id, batch_row.c.number)
_unfiled = batch_row.c.verdict.is_(None)
Index("batch_row_unfiled", batch_row.c.batch, batch_row.c.number, sqlite_where=_unfiled, postgresql_where=_unfiled)
