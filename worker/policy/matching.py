"""To which interview a result belongs, and to whose application.

In the order in which they can be trusted: its id, a name learned before, an id in its links, and last the external id that
our own link carried, which a candidate can change: a hint, never proof of whose record it is. Only a personal link's id is
signed, so that it can be told from one that was made up.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

PREFIX = "spr:"
PROOF_LENGTH = 16  # characters of base64: 96 bits, and id, proof and prefix together stay within 64


@dataclass(frozen=True)
class Claim:
    """The application that an external id names, and the proof that it gives; anybody may have written both."""

    application_id: str
    proof: str

    @property
    def looks_signed(self) -> bool:
        """Whether it has the shape of one of ours."""
        return len(self.proof) == PROOF_LENGTH


def personal_id(application_id: str, proof: str) -> str:
    """What a personal link carries: at most 64 of [A-Za-z0-9:_-]."""
    return f"{PREFIX}{application_id}:{proof[:PROOF_LENGTH]}"


def claim_in(external: str | None) -> Claim | None:
    """The application that an external id of ours names; None for anybody else's."""
    if external is None or not external.startswith(PREFIX):
        return None
    application_id, _, proof = external[len(PREFIX) :].partition(":")
    return Claim(application_id, proof) if application_id else None


def is_proven(claim: Claim, proofs: Sequence[str]) -> bool:
    """Whether one of `proofs`, one by each of our keys, was given. A wrong one takes as long as a right one."""
    given = claim.proof.encode("utf-8", "replace")
    # A list first, so that how long it takes does not tell which key was right.
    matches = [hmac.compare_digest(proof[:PROOF_LENGTH].encode(), given) for proof in proofs]
    return any(matches)


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
