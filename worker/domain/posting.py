"""JobPosting: what candidates can apply to, as its ATS words it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class JobPosting:
    """`job_id` is the posting's id, which keys the interview; `requisition_id` is the ATS's job behind it.

    `description` is HTML or plain text, exactly as the ATS sent it. `changed_at` is the sender's own time of the
    change, where it says one: of two deliveries the newer wins, however they arrive.
    """

    job_id: str
    title: str
    description: str
    requisition_id: str | None = None
    location: str | None = None
    department: str | None = None
    language: str | None = None
    company: str | None = None
    url: str | None = None
    changed_at: datetime | None = None
