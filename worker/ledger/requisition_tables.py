"""Requisitions: when all postings of one were closed, also those that nobody had announced by then."""

from sqlalchemy import Column, Table, Text

from worker.ledger.metadata import METADATA
from worker.ledger.times import Instant

requisition = Table(
    "requisition",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("requisition_id", Text, primary_key=True),
    Column("closed_at", Instant),
    Column("event_id", Text),
)
