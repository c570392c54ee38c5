"""Readmitting somebody who was erased: what arrives from now on is kept again; what came before stays erased.

The tombstone stays where it is, with the moment at which it was lifted, in the ledger and beside it, so that a backup of before
still brings nobody's old data back.
"""

from datetime import datetime

from worker.assembly import Bridge
from worker.ledger import audit, blinding, tombstones
from worker.ledger.connection import Tx
from worker.policy import subjects
from worker.privacy import erasing, remembering


def readmit(bridge: Bridge, actor: str, who: str) -> int:
    """Everything by which the person was known is lifted. Returns how many names; 0 where nobody of this name is erased."""

    def unit(tx: Tx) -> tuple[set[str], datetime]:
        blinds = blinding.of(tx)
        tombstones.alone(tx)
        now = tx.now()
        lifted = tombstones.lift(tx, tombstones.digests(blinds, subjects.meant(who)), now)
        if lifted:
            audit.record(tx, actor, "readmit", erasing.pseudonym(blinds, who), {"names": len(lifted)})
        return lifted, now

    lifted, now = bridge.ledger.write(unit)
    if lifted:
        remembering.append(bridge.settings.bridge.data_dir, erasing.LIFTED, now, lifted)
    return len(lifted)
