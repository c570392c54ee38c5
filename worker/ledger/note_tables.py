"""What was written into ATSs: enough to find a note again and to see whether a person has changed it; no text of it."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table, Text

from worker.ledger.metadata import METADATA
from worker.ledger.times import Instant

# `place` and `digest` are keyed digests, of the ATS's ids and of the note's words; `about` is our own id of the result or the
# application that the note is about. `remote_id` is empty while it isn't known whether the note was made.
written_note = Table(
    "written_note",
    METADATA,
    Column("target", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("marker", Text, primary_key=True),
    Column("remote_id", Text),
    Column("digest", Text, nullable=False),
    Column("is_done", sa.Boolean, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("about", Text),
)
Index("written_note_about", written_note.c.about)
