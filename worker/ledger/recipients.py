"""Recipients of a letter: who has it and who was refused for good, so that only the others are written to again.

Of an address a keyed digest is kept, and only where a letter had several recipients and not all of them took it at once.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from worker.domain.delivery import Delivery
from worker.domain.message import Mail
from worker.ledger import blinding
from worker.ledger.connection import Tx


def left(tx: Tx, known: Mapping[str, str], mail: Mail) -> Mail:
    """The letter for those whom the configuration names and who still need a try."""
    if not known:
        return mail
    blinds = blinding.of(tx)
    still = tuple(one for one in mail.to if blinds.email(one) not in known)
    return replace(mail, left=still, is_had="" in known.values())


def merged(tx: Tx, held: Delivery, settled: Mapping[str, str]) -> Mapping[str, str]:
    """What is known of a delivery's recipients after a try; `settled` are those for whom it was the last, by address."""
    if not settled:
        return held.recipients
    blinds = blinding.of(tx)
    return {**held.recipients, **{str(blinds.email(address)): said for address, said in settled.items()}}


def packed(known: Mapping[str, str]) -> str | None:
    """As a column holds it."""
    return json.dumps(known) if known else None


def unpacked(text: str | None) -> Mapping[str, str]:
    """The same read again."""
    return {} if text is None else {str(key): str(said) for key, said in json.loads(text).items()}
