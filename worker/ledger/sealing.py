"""Sealed columns: what is written is sealed, what is read is opened, and no other room notices.

A column's type finds the keys by the engine that it is used with; a ledger without keys can't touch such a column. Look-ups by
what is sealed go by a keyed digest in a column beside it (`blinding`).
"""

from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from worker.ledger.keyring import Keyring, Unsealable

_RINGS: WeakKeyDictionary[sa.Dialect, Keyring] = WeakKeyDictionary()  # a dialect belongs to one engine


def equip(engine: sa.Engine, ring: Keyring) -> None:
    """From now on this engine's sealed columns use these keys."""
    _RINGS[engine.dialect] = ring


def ring_of(dialect: sa.Dialect) -> Keyring:
    """The keys of an engine. Raises Unsealable where it has none."""
    try:
        return _RINGS[dialect]
    except KeyError:
        raise Unsealable("This ledger was opened without data keys, and people's data is sealed.") from None


def newest_key(context: Any) -> str:
    """The default of a column that says which key its row is sealed with."""
    return ring_of(context.dialect).newest()


class SealedText(sa.types.TypeDecorator[str]):
    """Text, sealed for the place that it names, `table.column`."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """To the column."""
        return None if value is None else ring_of(dialect).seal_text(self.place, value)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> str | None:
        """From the column."""
        return None if value is None else ring_of(dialect).open_text(self.place, value)


class SealedBytes(sa.types.TypeDecorator[bytes]):
    """The same for bytes."""

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: bytes | None, dialect: sa.Dialect) -> bytes | None:
        """To the column."""
        return None if value is None else ring_of(dialect).seal(self.place, value)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> bytes | None:
        """From the column."""
        return None if value is None else ring_of(dialect).open(self.place, bytes(value))
