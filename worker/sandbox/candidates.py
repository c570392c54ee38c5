"""Candidates who finish, leave early, or only preview. What is told about them is in payloads.py.

Scores depend on the person and the interview's title alone, so that the same run tells the same story twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from worker.sandbox.interviews import Interview
from worker.sandbox.people import Person, person
from worker.sandbox.settings import IdForm

CURRENT_VERSION = "2026-01-30"
OLD_VERSION = "2024-01-01"


class Ending(StrEnum):
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    PREVIEW = "preview"  # a completed session of somebody from the team: `test` is true


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """How one session ends. What is None is up to the switches or the person."""

    kind: Ending = Ending.COMPLETED
    external_user_id: str | None = None
    prefilled: Mapping[str, str] = field(default_factory=dict)  # what a Smart Link says of the candidate
    score: float | None = None
    candidate: int | None = None  # which invented person; the same number again is a retake
    id_form: IdForm | None = None
    dashboard_id_form: IdForm | None = None
    api_version: str = CURRENT_VERSION

    def __post_init__(self) -> None:
        if self.api_version not in (CURRENT_VERSION, OLD_VERSION):
            raise ValueError(
                f'api_version "{self.api_version}" is unknown; expected "{CURRENT_VERSION}" or "{OLD_VERSION}"'
            )
        if self.api_version == OLD_VERSION and self.kind is not Ending.COMPLETED:
            raise ValueError(f"version {OLD_VERSION} reports completed interviews only; leave out kind or api_version")


@dataclass(frozen=True, slots=True)
class Session:
    """One candidate in one interview, ended at `ended_at`; `nth` counts the interview's sessions from 1."""

    interview: Interview
    finish: Finish
    nth: int
    ended_at: float
    speed: float

    @property
    def person(self) -> Person:
        chosen = self.finish.candidate
        return person(self.interview.number + self.nth - 2 if chosen is None else chosen)

    @property
    def id(self) -> str:
        return self._digest("session")[:24]

    @property
    def token(self) -> str:
        return self._digest("token")[:32]

    @property
    def minutes(self) -> float:
        """How long it took in TalentSprout's time."""
        return round((self.ended_at - self.interview.created_at) * self.speed / 60, 2)

    @property
    def overall(self) -> float:
        if self.finish.score is not None:
            return self.finish.score
        text = f"{self.person.email} {self.interview.document['title']}"
        return 45 + int(sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8], 16) % 51

    def _digest(self, what: str) -> str:
        return sha256(f"{what} {self.interview.id} {self.nth}".encode()).hexdigest()
