"""The keys that people's data is sealed with: whether they are here, and whether they would survive this machine."""

from collections.abc import Iterator

from worker.assembly import Bridge
from worker.health.check import Check, State, place
from worker.ledger import blinding, resealing
from worker.ledger.keyring import Unsealable

NAME = "data keys"


def data_keys(bridge: Bridge) -> Iterator[Check]:
    """Can what is stored be opened here, and is all of it sealed?"""
    where, ring = place(bridge.settings, "bridge", "data_keys"), bridge.ledger.keys
    assert ring is not None, "an assembled bridge has keys"
    try:
        bridge.ledger.read(blinding.check)
        known = ring.ids()
    except Unsealable as fault:
        yield Check(NAME, State.FAIL, str(fault), "Nothing is received or read until it is there.", where)
        return
    if not known:
        yield Check(NAME, State.OK, "A data key is made at the first start.", place=where)
        return
    rows = bridge.ledger.read(resealing.counts)
    for name in sorted({name for _, name in rows} - {*known, resealing.CLEAR}):
        count = sum(number for (_, one), number in rows.items() if one == name)
        sentence = f"{count} rows are sealed with the data key {name}, which is not here."
        yield Check(NAME, State.FAIL, sentence, f"Add it, from a backup, at the end of {ring.where()}.", where)
    old = sum(number for (_, one), number in rows.items() if one != known[0] and one in (*known, resealing.CLEAR))
    if old:
        sentence = f"{old} rows are not sealed with the newest data key, {known[0]}, yet."
        yield Check(NAME, State.WARN, sentence, "The sweep seals them by and by; at once: sprout keys rotate", where)
    yield _kept(bridge, known[0], where)


def _kept(bridge: Bridge, newest: str, where: str) -> Check:
    """A key in a folder of this machine is lost with it, and no other machine has it."""
    settings = bridge.settings
    path = bridge.ledger.keys and bridge.ledger.keys.path
    if path is None:
        return Check(NAME, State.OK, f"People's data is sealed with the configured key {newest}.", place=where)
    sentence = f"People's data is sealed with the key {newest}, which lies in {path} alone."
    remedy = "Keep a copy of that file apart from the backups of the database, which are worth nothing without it."
    if settings.production and not bridge.ledger.is_sqlite:
        remedy = f"{remedy} Several machines need the same key: set data_keys."
        return Check(NAME, State.WARN, sentence, remedy, where)
    return Check(NAME, State.OK, sentence, remedy, where)
