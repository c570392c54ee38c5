"""The tables of worker processes: who lives, and who has which duty."""

from sqlalchemy import BigInteger, Column, Table, Text

from worker.ledger.metadata import METADATA
from worker.ledger.times import Instant

process = Table(
    "process",
    METADATA,
    Column("boot_id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

# Who sweeps: a lease, so that two workers are safe and none is special.
duty = Table(
    "duty",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False),
)
