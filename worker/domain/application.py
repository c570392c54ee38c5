"""Application: one candidate for one job, as its ATS tells, and how far the invitation to the interview has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Invitation(StrEnum):
    """Where the invitation of an application stands. An application is invited once; more only by a person's word."""

    NONE = "none"  # it has not reached the stage at which candidates are invited
    WAITING = "waiting"  # it is at that stage, and its job has no interview yet
    UNCLEAR = "unclear"  # several postings of its requisition are open and differ: a person chooses
    CLOSED = "closed"  # its posting closed before the link went out
    INVITED = "invited"  # the personal link went out
    WITHDRAWN = "withdrawn"  # it left the stage before the link went out


@dataclass(frozen=True)
class Application:
    """One application. `id` is ours, the other ids are the ATS's; what a vendor does not say is None.

    `stage` is the newest by the sender's own time, `reached_at`. `at_stage`: it stands where candidates are invited. `name` and
    `email` are only kept where the source asks for them. `interview_id` is the interview that its personal link leads to;
    `sent` counts how often that went out, `reminded` the reminders since.
    """

    id: str
    organization: str
    source: str
    application_id: str | None
    candidate_id: str | None
    name: str | None
    email: str | None
    job_id: str | None
    requisition_id: str | None
    stage: str | None
    stage_id: str | None
    at_stage: bool
    reached_at: datetime
    invitation: Invitation
    interview_id: str | None
    invited_at: datetime | None
    sent: int
    reminded: int
    created_at: datetime
    updated_at: datetime
