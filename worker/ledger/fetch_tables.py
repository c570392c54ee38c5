"""The tables of what is asked of the ATSs' own APIs."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from worker.ledger.metadata import METADATA
from worker.ledger.times import Instant

# One row for what is to be asked, however often it is wished: the newest wish wins.
fetch = Table(
    "fetch",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("holder", Text),
    Column("fence", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("said", Text),
    Column("event_id", Text),
    Column("event_at", Instant),
    Column("alone", Boolean, nullable=False),
    Column("announced", Text, nullable=False),
    Column("since", Instant),
    Column("next", Text),
    Column("began_at", Instant),
    Column("pages", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
_waiting = fetch.c.state == "waiting"
Index("fetch_waiting", fetch.c.source, fetch.c.due_at, sqlite_where=_waiting, postgresql_where=_waiting)

# A source's API: when the next call may go, why none goes, and whether one ever succeeded.
source_api = Table(
    "source_api",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("next_at", Instant, nullable=False),
    Column("closed_until", Instant),
    Column("refused", Boolean, nullable=False),
    Column("trouble", Text),
    Column("trouble_at", Instant),
    Column("succeeded_at", Instant),
)
