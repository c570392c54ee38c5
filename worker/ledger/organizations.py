"""Whether an organization may send at all: a refused key pauses it, a ping that succeeds resumes it.

The first ping that names an account at TalentSprout is remembered. A key of another one would make interviews where nobody looks
for them, so it pauses the organization, too, until a person says that it is meant.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from worker.ledger import budgets
from worker.ledger.connection import Tx
from worker.ledger.tables import organization

LONGEST_PROBE = timedelta(minutes=15)


@dataclass(frozen=True)
class Pause:
    """Since when and why nothing is sent, and when the next ping is due."""

    organization: str
    since: datetime
    facts: Mapping[str, object]
    probe_at: datetime
    probe_every: timedelta


def prepare(tx: Tx, name: str) -> None:
    """Make the row. A pause that outlived a restart is probed at once: perhaps the key was mended meanwhile."""
    tx.conn.execute(tx.insert(organization).values(name=name).on_conflict_do_nothing())
    paused = sa.and_(organization.c.name == name, organization.c.paused_at.is_not(None))
    tx.conn.execute(sa.update(organization).where(paused).values(probe_at=tx.now()))


def pause(tx: Tx, name: str, facts: Mapping[str, object], first_probe: timedelta) -> None:
    """Send nothing more. Refused again right after a ping succeeded, the probe's interval goes on doubling."""
    row = tx.conn.execute(sa.select(organization).where(organization.c.name == name).with_for_update()).mappings().one()
    if row["paused_at"] is not None:
        return
    every = first_probe if row["probe_every"] is None else min(row["probe_every"] * 2, LONGEST_PROBE)
    _update(tx, name, paused_at=tx.now(), pause_reason=json.dumps(facts), probe_at=tx.now() + every, probe_every=every)


def probed(tx: Tx, name: str, *, accepted: bool) -> None:
    """A ping's answer: resume with one call alone, or ask again after twice the time."""
    found = paused(tx, name)
    if found is None:
        return
    if accepted:
        _update(tx, name, paused_at=None, pause_reason=None, probe_at=None)
        budgets.next_alone(tx, name)
    else:
        every = min(found.probe_every * 2, LONGEST_PROBE)
        _update(tx, name, probe_at=tx.now() + every, probe_every=every)


def other_account(tx: Tx, name: str, account: str | None) -> str | None:
    """The account that is known where a ping names another one; else None, and a first one is remembered."""
    row = tx.conn.execute(sa.select(organization).where(organization.c.name == name).with_for_update()).mappings().one()
    known: str | None = row["account"]
    if account is not None and known is None:
        _update(tx, name, account=account)
    return None if account is None or known in (None, account) else known


def trust(tx: Tx, name: str, account: str) -> None:
    """From now on this is the account."""
    _update(tx, name, account=account)


def refuse_account(tx: Tx, name: str, facts: Mapping[str, object], first_probe: timedelta) -> None:
    """Pause it for this reason, whatever it was paused for before."""
    pause(tx, name, facts, first_probe)
    _update(tx, name, pause_reason=json.dumps(facts))


def trusted_again(tx: Tx, name: str) -> None:
    """A call was accepted: the next pause begins with the first interval."""
    steady = sa.and_(
        organization.c.name == name, organization.c.probe_every.is_not(None), organization.c.paused_at.is_(None)
    )
    tx.conn.execute(sa.update(organization).where(steady).values(probe_every=None))


def paused(tx: Tx, name: str) -> Pause | None:
    """The pause that is in force, or None."""
    row = tx.conn.execute(sa.select(organization).where(organization.c.name == name)).mappings().one_or_none()
    return None if row is None or row["paused_at"] is None else _pause(row)


def all_paused(tx: Tx) -> list[Pause]:
    """Every pause that is in force."""
    rows = tx.conn.execute(sa.select(organization).where(organization.c.paused_at.is_not(None))).mappings()
    return [_pause(row) for row in rows]


def _pause(row: sa.RowMapping) -> Pause:
    return Pause(
        row["name"], row["paused_at"], json.loads(row["pause_reason"] or "{}"), row["probe_at"], row["probe_every"]
    )


def _update(tx: Tx, name: str, **changes: Any) -> None:
    tx.conn.execute(sa.update(organization).where(organization.c.name == name).values(changes))
