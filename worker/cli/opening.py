"""The bridge as a command needs it: the configuration in force, and a ledger whose schema is the one of this version.

Commands work on the ledger itself and need nothing that runs. They never migrate what is there; only an SQLite file that does
not exist yet is made, so that the first command in a fresh folder works.
"""

import logging
import os
import pwd
from datetime import timedelta
from pathlib import Path

import click

from config.settings import Organization
from worker import assembly, log
from worker.assembly import Bridge
from worker.cli import settings
from worker.cli.endings import COMMAND, DATABASE, Failure
from worker.health import stored
from worker.ledger import budgets, schema, targets
from worker.operators import Person

PATIENCE = timedelta(seconds=5)  # with a locked database; somebody sits at the terminal


def bridge() -> Bridge:
    """For reading and deciding. Raises ConfigError and Failure."""
    made = assembled()
    with_schema(made)
    return made


def for_filing(organization: str | None) -> tuple[Bridge, Organization]:
    """For filing on behalf of one organization: the named one, else the only one."""
    made = assembled()
    chosen = organization_of(made, organization)
    with_schema(made)
    with_rows(made)
    return made, chosen


def assembled() -> Bridge:
    """Without a look at the database. Logs are silenced: what a person must know, commands say."""
    context = click.get_current_context()
    log.to_stderr(logging.CRITICAL)
    made = assembly.assemble(settings.of(context), PATIENCE)
    context.meta[COMMAND] = context
    context.meta[DATABASE] = stored.database_place(made.settings)
    context.call_on_close(made.ledger.close)
    return made


def organization_of(made: Bridge, name: str | None) -> Organization:
    """The configured organization; wrong usage where `name` is not one, or is missing and there are several."""
    configured = made.settings.organizations
    known = ", ".join(sorted(configured))
    if name is None and len(configured) == 1:
        return next(iter(configured.values()))
    if name is None:
        raise click.UsageError(f"There are several organizations: say --organization NAME, one of {known}.")
    if name not in configured:
        raise click.UsageError(f'There is no organization "{name}" in the configuration; expected one of {known}.')
    return configured[name]


def is_new(made: Bridge) -> bool:
    """Whether the database is an SQLite file that does not exist yet."""
    path = Path(made.ledger.url.removeprefix("sqlite:///"))
    return made.ledger.is_sqlite and (not path.exists() or path.stat().st_size == 0)


def make(made: Bridge) -> None:
    """Give a new database its tables and rows."""
    schema.upgrade(made.ledger)
    assembly.prepare(made)


def with_rows(made: Bridge) -> None:
    """What was added to the configuration has no row yet. Where everything has one, nothing is touched."""
    known = {one.organization for one in made.ledger.read(budgets.standings)}
    told = {one.name for one in made.ledger.read(targets.standings)}
    if made.settings.organizations.keys() - known or made.settings.targets.keys() - told:
        assembly.prepare(made)


def person() -> Person:
    """Who decides: the user of this terminal."""
    try:
        return Person(pwd.getpwuid(os.getuid()).pw_name)
    except KeyError:
        return Person(f"user {os.getuid()}")


def with_schema(made: Bridge) -> None:
    """Make a database that is new; one with another schema is left alone. Raises Failure."""
    if is_new(made):
        make(made)
    elif not schema.is_current(made.ledger):
        where = stored.database_place(made.settings)
        raise Failure(
            "schema", f"The database {where} has not the schema of this version. Bring it up to date: sprout db upgrade"
        )
