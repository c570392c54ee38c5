"""The schema: brought up to date by Alembic, by one process at a time.

`upgrade` holds a lock for its whole transaction (SQLite's write lock, PostgreSQL's advisory lock), so of several that start
at once one migrates and the others find nothing left to do. Who only asks whether all is up to date does not load Alembic: it
costs 7 MB, and a command a sixth of a second.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from worker.ledger.connection import Ledger, Tx
from worker.ledger.process_tables import process

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")
ADVISORY_LOCK = 7305803001
VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))  # Alembic's own
NOBODY = "nobody"  # the boot id of no process


def upgrade(ledger: Ledger) -> tuple[str | None, str]:
    """Bring the schema up to date. Returns the revisions before and after."""
    from alembic import command

    def unit(tx: Tx) -> tuple[str | None, str]:
        if not tx.is_sqlite:
            tx.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        before = _revision(tx)
        settings = _config()
        settings.attributes["connection"] = tx.conn
        command.upgrade(settings, "head")
        return before, head()

    return ledger.write(unit)


@cache
def head() -> str:
    """The revision that this code needs: migrations stand in one line, and their files begin with their numbers."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(ledger: Ledger) -> bool:
    """Whether the database has the schema that this code needs. Raises where it can't be reached."""
    return ledger.read(_revision) == head()


def is_writable(ledger: Ledger) -> bool:
    """True where the database takes changes now; changes nothing. Raises where it is locked, or may only be read."""
    ledger.write(lambda tx: tx.conn.execute(sa.delete(process).where(process.c.boot_id == NOBODY)))
    return True


def _revision(tx: Tx) -> str | None:
    if not sa.inspect(tx.conn).has_table(VERSION.name):
        return None
    return tx.conn.execute(sa.select(VERSION.c.version_num)).scalar()


def _config() -> "Config":
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return settings
