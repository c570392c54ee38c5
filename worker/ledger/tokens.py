"""API tokens: shown once, kept as a digest."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker import ids
from worker.ledger.connection import Tx
from worker.ledger.tables import token


@dataclass(frozen=True)
class ApiToken:
    """A token without its secret."""

    id: str
    name: str
    created_at: datetime
    revoked_at: datetime | None


def create(tx: Tx, name: str) -> tuple[ApiToken, str]:
    """A new token, and its secret, which nobody can show again."""
    secret = ids.new_token()
    made = ApiToken(ids.new_id(), name, tx.now(), None)
    tx.conn.execute(token.insert().values(**made.__dict__, digest=_digest(secret)))
    return made, secret


def find(tx: Tx, secret: str) -> ApiToken | None:
    """The live token that this secret opens."""
    statement = sa.select(token).where(token.c.digest == _digest(secret), token.c.revoked_at.is_(None))
    row = tx.conn.execute(statement).one_or_none()
    return None if row is None else ApiToken(row.id, row.name, row.created_at, row.revoked_at)


def get(tx: Tx, token_id: str) -> ApiToken | None:
    """By its id, revoked or not."""
    row = tx.conn.execute(sa.select(token).where(token.c.id == token_id)).one_or_none()
    return None if row is None else ApiToken(row.id, row.name, row.created_at, row.revoked_at)


def revoke(tx: Tx, token_id: str) -> bool:
    """End it; False where there is no such live token."""
    statement = sa.update(token).where(token.c.id == token_id, token.c.revoked_at.is_(None))
    return tx.conn.execute(statement.values(revoked_at=tx.now()).returning(token.c.id)).scalar_one_or_none() is not None


def all_tokens(tx: Tx) -> list[ApiToken]:
    """Newest first."""
    rows = tx.conn.execute(sa.select(token).order_by(token.c.id.desc()))
    return [ApiToken(row.id, row.name, row.created_at, row.revoked_at) for row in rows]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
