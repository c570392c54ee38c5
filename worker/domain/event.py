"""What a source can tell us, in one vocabulary for all vendors."""

from dataclasses import dataclass
from datetime import datetime

from worker.domain.posting import JobPosting
from worker.domain.result import CandidateResult


@dataclass(frozen=True)
class PostingOpened:
    """A posting is live and public for the first time."""

    posting: JobPosting


@dataclass(frozen=True)
class PostingChanged:
    """A live posting has changed, or the vendor can't tell whether it is new."""

    posting: JobPosting


@dataclass(frozen=True)
class PostingClosed:
    """A posting is offline, closed or deleted. With a requisition alone, every posting of it closes."""

    job_id: str | None = None
    requisition_id: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True)
class CandidateReachedStage:
    """A candidate's application stands at a stage of a requisition."""

    requisition_id: str
    candidate_id: str
    stage: str
    email: str | None = None


@dataclass(frozen=True)
class InterviewFinished:
    """A candidate finished (or gave up) a TalentSprout interview."""

    result: CandidateResult


@dataclass(frozen=True)
class Ping:
    """The vendor tried whether somebody answers."""


@dataclass(frozen=True)
class Ignored:
    """Known and irrelevant, such as a draft, or not known at all; `reason` is a sentence for people."""

    reason: str


Event = PostingOpened | PostingChanged | PostingClosed | CandidateReachedStage | InterviewFinished | Ping | Ignored
