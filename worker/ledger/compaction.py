"""Making sure that deleted rows leave no bytes behind in the database's files.

SQLite zeroes what is deleted (`secure_delete`); what is left is the log beside the file, and old copies in half-empty pages.
PostgreSQL keeps dead rows until VACUUM, and its own log and backups for as long as it was told.
"""

import sqlite3
from contextlib import suppress

import sqlalchemy as sa

from worker.ledger.connection import Ledger, LedgerFault
from worker.ledger.tables import (
    application,
    attribution,
    delivery,
    delivery_try,
    event_body,
    fetch,
    result,
    result_name,
    written_note,
)

# Of an SQLite file that is rewritten here; a longer one would keep others waiting for minutes.
MOST_BYTES = 1_000_000_000
# Every table that an erasure takes rows or texts from. The names are quoted: FETCH is a word of SQL.
TABLES = (result, result_name, attribution, written_note, event_body, application, fetch, delivery, delivery_try)
VACUUM = sa.text("VACUUM " + ", ".join(f'"{table.name}"' for table in TABLES))
LOG_STAYS = "A process still reads an older state of the file, so its log (-wal) is emptied when the bridge stops."
LARGE = "The file is large: give VACUUM at a quiet moment to rewrite its half-empty pages (sqlite3 FILE VACUUM)."
ON_POSTGRES = (
    "PostgreSQL's log, replicas and backups keep what was deleted for as long as they were told to, sealed as it was."
)


def forget_deleted(ledger: Ledger) -> str | None:
    """Do what can be done now. Returns a sentence about what is left, or None."""
    return _sqlite(ledger) if ledger.is_sqlite else _postgresql(ledger)


def empty_log(ledger: Ledger) -> None:
    """The cheap part, for what goes by itself: SQLite's log."""
    if ledger.is_sqlite:
        raw = ledger.engine.raw_connection()
        with suppress(sqlite3.OperationalError):  # somebody reads an older state: it is emptied another time
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()


def catch_up(ledger: Ledger) -> None:
    """Move what SQLite's log has into the file, as far as nobody reads an older state, while others write on."""
    if ledger.is_sqlite:
        raw = ledger.engine.raw_connection()
        with suppress(sqlite3.OperationalError):  # the disk is full or busy: whoever writes next sees to it
            raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        raw.close()


def _sqlite(ledger: Ledger) -> str | None:
    raw = ledger.engine.raw_connection()
    try:
        cursor = raw.cursor()
        size = cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()").fetchone()[
            0
        ]
        if size <= MOST_BYTES:
            cursor.execute("VACUUM")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError:
        return LOG_STAYS
    finally:
        raw.close()
    return LOG_STAYS if busy else LARGE if size > MOST_BYTES else None


def _postgresql(ledger: Ledger) -> str | None:
    try:
        with ledger.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
            conn.execute(VACUUM)
    except LedgerFault:
        return f"VACUUM could not be run. {ON_POSTGRES}"
    return ON_POSTGRES
