"""What a source can tell us, in one vocabulary for all vendors."""

from dataclasses import dataclass
from datetime import datetime

from worker.domain.fields import single_line
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
class PostingAnnounced:
    """A posting is live or has changed, and the delivery does not hold its text: the vendor's API has to be asked.

    Without `job_id` the vendor says only that some postings have changed. `account` is what its API needs to know beside the id.
    """

    job_id: str | None = None
    requisition_id: str | None = None
    title: str = ""
    account: str | None = None
    changed_at: datetime | None = None

    def newest(self, moment: datetime | None) -> datetime | None:
        """When an answer's state began: never before the announcement, because the question was asked after it."""
        return max((known for known in (self.changed_at, moment) if known is not None), default=None)


@dataclass(frozen=True)
class PostingClosed:
    """A posting is offline, closed or deleted. With a requisition alone, every posting of it closes."""

    job_id: str | None = None
    requisition_id: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True)
class CandidateReachedStage:
    """A candidate's application stands at a stage. What a vendor does not say is None, and has to be asked for.

    `moved_at` is the sender's own time; of two deliveries about one application the newer counts. One that is not active was
    rejected, hired or withdrawn: whatever its stage is called, nobody is to be interviewed for it.
    """

    requisition_id: str | None
    candidate_id: str | None
    stage: str | None
    email: str | None = None
    job_id: str | None = None
    application_id: str | None = None
    stage_id: str | None = None
    name: str | None = None
    moved_at: datetime | None = None
    is_active: bool = True

    @property
    def key(self) -> str | None:
        """What names the application in its source: its own id, else the candidate's and the job's; None without either."""
        if self.application_id is not None:
            return self.application_id
        job = self.job_id or self.requisition_id
        return None if self.candidate_id is None or job is None else f"{self.candidate_id}@{job}"

    @property
    def is_whole(self) -> bool:
        """Whether it says all that an invitation needs; else the vendor's API has to be asked. Who has left needs none."""
        has_stage = self.stage is not None or self.stage_id is not None
        has_job = self.job_id is not None or self.requisition_id is not None
        return not self.is_active or (has_stage and has_job)


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

    @classmethod
    def of_no_use(cls, vendor: str, name: str) -> "Ignored":
        """An event whose `name` is about neither postings nor stages, or is not known."""
        return cls(f'The event "{single_line(name)[:80]}" of {vendor} says nothing about a posting or a stage.')


@dataclass(frozen=True)
class Illegible:
    """A posting of a list that can't be read, beside others that can; `reason` says where and why, without a full stop."""

    reason: str

    @property
    def sentence(self) -> str:
        """As its event says it."""
        return f"One of its postings can't be read: {self.reason}."


Event = (
    PostingOpened
    | PostingChanged
    | PostingAnnounced
    | PostingClosed
    | CandidateReachedStage
    | InterviewFinished
    | Ping
    | Ignored
    | Illegible
)
