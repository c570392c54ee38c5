"""Keyed digests of what is sealed, so that it can be looked up and its repeats be told, and nobody can guess it from them.

Their key is made once for a ledger and lies in it sealed, so it outlives every data key. E-mail addresses are compared without
regard to case; ids are one name space, whoever gave them.
"""

import hmac
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from worker.ledger.connection import Tx
from worker.ledger.sealing import ring_of
from worker.ledger.tables import blinding
from worker.policy import subjects

_ONLY = 1


@dataclass(frozen=True, repr=False)
class Blinds:
    """The digests of one ledger, 64 hex digits each; None of nothing."""

    key: bytes

    def email(self, address: str | None) -> str | None:
        """Of an address."""
        return None if address is None else self._digest("email", subjects.address(address))

    def id(self, text: str | None) -> str | None:
        """Of a session, a candidate, an external id."""
        return None if text is None else self._digest("id", text.strip())

    def content(self, text: str) -> str:
        """Of what two deliveries must agree on."""
        return self._digest("content", text)

    def _digest(self, kind: str, text: str) -> str:
        return hmac.digest(self.key, f"{kind}\0{text}".encode(errors="surrogatepass"), "sha256").hex()


_KEPT = sa.select(blinding.c.key).where(blinding.c.id == _ONLY)


def check(tx: Tx) -> None:
    """Raises Unsealable where the ledger's data was sealed with a key that is not here."""
    tx.conn.execute(_KEPT).scalar_one_or_none()


def have_keys(tx: Tx) -> None:
    """Nothing is sealed with a key that is not this ledger's: what was, would be lost once the right one is back.

    The first key is made where there is none. Looked at again only when the keys have changed. Raises Unsealable.
    """
    ring = ring_of(tx.conn.dialect)
    known = ring.ids()
    if known and known == ring.proven:
        return
    if tx.conn.execute(_KEPT).scalar_one_or_none() is None:
        of(tx)  # which may not be committed, so it proves nothing yet
    else:
        ring.proven = known


def of(tx: Tx) -> Blinds:
    """Made at the first use, and the first data key with it. Raises Unsealable as `check` does.

    Never kept beyond a transaction, because the one that made it may not be committed.
    """
    found = tx.conn.execute(_KEPT).scalar_one_or_none()
    if found is None:
        ring_of(tx.conn.dialect).make()
        made = tx.insert(blinding).values(id=_ONLY, key=secrets.token_hex(32)).on_conflict_do_nothing()
        tx.conn.execute(made)
        found = tx.conn.execute(_KEPT).scalar_one()
    return Blinds(bytes.fromhex(found))
