"""To which interview a result belongs, and to whose application.

In the order in which they can be trusted: its id, a name learned before, an id in its links, and then the external id that
our own link carried, which a candidate can change: a hint, never proof of whose record it is. Only a personal link's id is
signed, so that it can be told from one that was made up. Last comes the title and company of the only interview that has both;
whatever is known better, then or later, goes before it, and where more than one may be meant a person says which.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PREFIX = "spr:"
PROOF_LENGTH = 16  # characters of base64: 96 bits, and id, proof and prefix together stay within 64


class Match(StrEnum):
    """By which rule a result's interview was found, the most trusted first."""

    ID = "id"
    ALIAS = "alias"
    LINK = "link"
    SIGNED_ID = "signed id"
    EXTERNAL_ID = "external id"
    TITLE = "title and company"
    PERSON = "person"


FOUND_BY = {
    Match.ID: "TalentSprout named it by its own id",
    Match.ALIAS: "TalentSprout named it by a name that was learned before",
    Match.LINK: "a link of the result, or its own share link, names it",
    Match.SIGNED_ID: "the candidate came by a personal link",
    Match.EXTERNAL_ID: "the link that the candidate took names its request",
    Match.TITLE: "it is the only interview here of that title and company; if it is not, attach the result to another",
    Match.PERSON: "a person said so",
}


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


def alike(text: object) -> str | None:
    """What two titles, or two companies, have in common that differ in case and spaces alone; None where nothing is said."""
    folded = " ".join(text.split()).casefold() if isinstance(text, str) else ""
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()[:32] if folded else None


def title_of(title: str | None, names: Sequence[str]) -> str | None:
    """The title by which a result may be matched. A UUID says which interview it is, so that its title need not."""
    return None if any(map(UUID.fullmatch, names)) else alike(title)


def made_at(raw: Mapping[str, object]) -> datetime | None:
    """When TalentSprout says that an interview was made, by its own clock; None where it doesn't say."""
    try:
        told = datetime.fromisoformat(str(raw.get("created_at")))
    except ValueError:
        return None
    return told if told.tzinfo is not None else None


def unmatched(name: str | None, proposed: int) -> str:
    """Why a result has no interview. `name` is what it calls its interview, `proposed` how many here have its title."""
    what = "A result that does not name its interview" if name is None else f"A result for interview {name}"
    none = "which no job here has" if name is not None else "and no job here can be told from it"
    few = {
        0: "Say which job it belongs to.",
        1: "One interview here may be it, which is not certain; say whether it is.",
    }
    return f"{what}, {none}. {few.get(proposed, f'{proposed} interviews here have its title: say which it is.')}"
