"""CandidateResult: what TalentSprout says of one candidate's interview session."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Candidate:
    """The person, as far as TalentSprout tells; `external_id` is the id that our link carried."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    external_id: str | None = None


@dataclass(frozen=True)
class CandidateResult:
    """One session's end. `event` and `session_id` together identify it.

    `foreign_ids` are the forms under which the payload names the interview, most telling first: its id (a UUID or a
    short code) and the ids that stand in its dashboard and profile links. `score` is 0 to 100, or None where there is
    none. `evaluation` and `transcript` are JSON as it came; `recording_url` opens without a login and is a secret.
    """

    event: str
    session_id: str
    foreign_ids: tuple[str, ...]
    candidate: Candidate
    title: str | None = None
    company: str | None = None
    score: float | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    test: bool = False
    evaluation: object = None
    transcript: object = None
    recording_url: str | None = None
