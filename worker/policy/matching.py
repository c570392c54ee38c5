"""To which interview a result belongs, and to whose application.

In the order in which they can be trusted: its id, a name learned before, an id in its links, and last the external id that
our own link carried, which a candidate can change: a hint, never proof of whose record it is. Only a personal link's id is
signed, so that it can be told from one that was made up.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from config import Secret
from worker import signing

PREFIX = "spr:"
PROOF_LENGTH = 16  # characters of base64: 96 bits, and id, proof and prefix together stay within 64


@dataclass(frozen=True)
class Claim:
    """The application that an external id names. `is_proven`: one of our keys has signed it; else anybody may have written it.

    `looks_signed`: it has the shape of one of ours, whatever stands in it.
    """

    application_id: str
    is_proven: bool
    looks_signed: bool


def personal_id(application_id: str, keys: Sequence[Secret]) -> str:
    """What a personal link carries: at most 64 of [A-Za-z0-9:_-], signed with the first key."""
    return f"{PREFIX}{application_id}:{_proof(application_id, keys[0])}"


def claim_in(external: str | None, keys: Sequence[Secret]) -> Claim | None:
    """The application that an external id of ours names; None for anybody else's.

    A wrong proof takes as long as a right one.
    """
    if external is None or not external.startswith(PREFIX):
        return None
    application_id, _, proof = external[len(PREFIX) :].partition(":")
    given = proof.encode("utf-8", "replace")
    # A list first, so that how long it takes does not tell which key was right.
    matches = [hmac.compare_digest(_proof(application_id, key).encode(), given) for key in keys]
    return Claim(application_id, any(matches), len(proof) == PROOF_LENGTH) if application_id else None


def external_id(request_id: str) -> str:
    """What a link that is nobody's carries, so that its result finds the request: at most 64 of [A-Za-z0-9:_-]."""
    return PREFIX + request_id


def names(request_id: str, label: str) -> tuple[str, str]:
    """The names of a request's interview by which an unmatched result may wait for it, as `waiting_name` gives them."""
    return PREFIX + request_id, PREFIX + label.lower()


def waiting_name(external: str | None) -> str | None:
    """The name under which a result with such an external id waits, or None where the id isn't ours."""
    wanted = request_in(external)
    return None if wanted is None else PREFIX + wanted.lower()


def request_in(external: str | None) -> str | None:
    """The request that an external id of ours names, or None for anybody else's."""
    if external is None or not external.startswith(PREFIX):
        return None
    return external[len(PREFIX) :].partition(":")[0] or None


def _proof(application_id: str, key: Secret) -> str:
    return signing.base64url_digest(f"personal link of {application_id}".encode(), key)[:PROOF_LENGTH]
