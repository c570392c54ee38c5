"""Whether an organization may send at all.

A refused key pauses it until a ping succeeds; a person pauses it until a person resumes it. The two are kept apart: no ping ends
what a person began. The first ping that names an account at TalentSprout is remembered: a key of another one would make
interviews where nobody looks for them, so it pauses the organization, too, until a person says that it is meant.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from worker.ledger import announcing, budgets
from worker.ledger.connection import Tx
from worker.ledger.tables import organization

LONGEST_PROBE = timedelta(minutes=15)
NEW_KEY = {"new_key": True}  # the facts of a pause that is a question
_ITS = organization.c.name == sa.bindparam("its_name")
ROW = sa.select(organization).where(_ITS)
STEADY = (  # a call was accepted, and nothing is paused
    sa.update(organization)
    .where(_ITS, organization.c.probe_every.is_not(None), organization.c.paused_at.is_(None))
    .values(probe_every=None)
)


@dataclass(frozen=True)
class Pause:
    """Since when and why nothing is sent: `by` a person, or because a key was refused, and then when the next ping is due."""

    organization: str
    since: datetime
    facts: Mapping[str, object]
    probe_at: datetime | None
    probe_every: timedelta | None
    by: str | None = None


def prepare(tx: Tx, name: str) -> None:
    """Make the row. A pause that outlived a restart is probed at once: perhaps the key was mended meanwhile."""
    _make(tx, name)
    paused = sa.and_(organization.c.name == name, organization.c.paused_at.is_not(None))
    tx.conn.execute(sa.update(organization).where(paused).values(probe_at=tx.now()))


def notice_key(tx: Tx, name: str, fingerprint: str, first_probe: timedelta) -> bool:
    """Pause it until a ping has told whose key this is, if it is another than before. False where nothing is paused for that.

    One that is paused already is probed anyway, and the first key of all is as good as any.
    """
    row = tx.conn.execute(ROW.with_for_update(), {"its_name": name}).mappings().one()
    if row["key_digest"] == fingerprint:
        return False
    _update(tx, name, key_digest=fingerprint)
    if row["key_digest"] is None or row["paused_at"] is not None:
        return False
    now = tx.now()
    _update(tx, name, paused_at=now, pause_reason=json.dumps(NEW_KEY), probe_at=now, probe_every=first_probe)
    return True


def pause(tx: Tx, name: str, facts: Mapping[str, object], first_probe: timedelta) -> None:
    """Send nothing more. Refused again right after a ping succeeded, the probe's interval goes on doubling."""
    row = tx.conn.execute(sa.select(organization).where(organization.c.name == name).with_for_update()).mappings().one()
    if row["paused_at"] is not None:
        return
    every = first_probe if row["probe_every"] is None else min(row["probe_every"] * 2, LONGEST_PROBE)
    _update(tx, name, paused_at=tx.now(), pause_reason=json.dumps(facts), probe_at=tx.now() + every, probe_every=every)
    announcing.organization_paused(tx, name, facts, None)


def probed(tx: Tx, name: str, *, accepted: bool) -> None:
    """A ping's answer: resume with one call alone, or ask again after twice the time."""
    found = _row(tx, name)
    if found is None or found["paused_at"] is None:
        return
    if accepted:
        _trust(tx, name)
    else:
        every = min(found["probe_every"] * 2, LONGEST_PROBE)
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


def hold(tx: Tx, name: str, person: str) -> bool:
    """A person's pause. False, and nothing changed, where a person has paused it already."""
    _make(tx, name)
    free = sa.update(organization).where(organization.c.name == name, organization.c.held_at.is_(None))
    done = free.values(held_at=tx.now(), held_by=person).returning(organization.c.name)
    if tx.conn.execute(done).scalar_one_or_none() is None:
        return False
    announcing.organization_paused(tx, name, {}, person)
    return True


def resume(tx: Tx, name: str) -> bool:
    """A person's word ends every pause; after a refusal the first call goes alone. False where there is none."""
    row = _row(tx, name, lock=True)
    if row is None or (row["held_at"] is None and row["paused_at"] is None):
        return False
    _update(tx, name, held_at=None, held_by=None)
    if row["paused_at"] is not None:
        _trust(tx, name)
    else:
        announcing.organization_resumed(tx, name)
    return True


def trusted_again(tx: Tx, name: str) -> None:
    """A call was accepted: the next pause begins with the first interval."""
    tx.conn.execute(STEADY, {"its_name": name})


def paused(tx: Tx, name: str) -> Pause | None:
    """The pause that is in force, or None."""
    row = _row(tx, name)
    return None if row is None else _pause(row)


def all_paused(tx: Tx) -> list[Pause]:
    """Every pause that is in force, one for an organization."""
    either = sa.or_(organization.c.paused_at.is_not(None), organization.c.held_at.is_not(None))
    rows = tx.conn.execute(sa.select(organization).where(either)).mappings()
    return [pause for row in rows if (pause := _pause(row)) is not None]


def _pause(row: sa.RowMapping) -> Pause | None:
    """A person's word comes first: only theirs ends it. The pings of a refusal go on beneath."""
    since = row["held_at"] or row["paused_at"]
    if since is None:
        return None
    facts = json.loads(row["pause_reason"] or "{}")
    return Pause(row["name"], since, facts, row["probe_at"], row["probe_every"], row["held_by"])


def _trust(tx: Tx, name: str) -> None:
    """The key may be good again."""
    _update(tx, name, paused_at=None, pause_reason=None, probe_at=None)
    budgets.next_alone(tx, name)
    if paused(tx, name) is None:
        announcing.organization_resumed(tx, name)


def _make(tx: Tx, name: str) -> None:
    tx.conn.execute(tx.insert(organization).values(name=name).on_conflict_do_nothing())


def _row(tx: Tx, name: str, *, lock: bool = False) -> sa.RowMapping | None:
    return tx.conn.execute(ROW.with_for_update() if lock else ROW, {"its_name": name}).mappings().one_or_none()


def _update(tx: Tx, name: str, **changes: Any) -> None:
    tx.conn.execute(sa.update(organization).where(organization.c.name == name).values(changes))
