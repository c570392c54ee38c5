"""Message: what a target is told of one thing that happened. Mail: a letter described, not sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Happened(StrEnum):
    """What targets can be told of; the names stand in the configuration's `events` and in what is posted."""

    INTERVIEW_CREATED = "interview.created"
    RESULT_COMPLETED = "result.completed"
    RESULT_ABANDONED = "result.abandoned"
    REQUEST_HELD = "request.held"
    REQUEST_UNKNOWN = "request.unknown"
    ORGANIZATION_PAUSED = "organization.paused"
    ORGANIZATION_RESUMED = "organization.resumed"
    SOURCE_QUIET = "source.quiet"
    POSTING_CLOSED = "posting.closed"
    BATCH_FINISHED = "batch.finished"
    DELIVERY_FAILING = "delivery.failing"
    CANDIDATE_INVITED = "candidate.invited"
    CANDIDATE_REMINDED = "candidate.reminded"


@dataclass(frozen=True)
class Message:
    """One thing that happened, as JSON-ready facts; the same for every try of a delivery.

    `id` stays over all tries, so that a target can tell a repeat. `facts` holds the objects of the API under their nouns
    (`request`, `interview`, `result`, `job`, `organization`, `source`, `batch`, `target`, `application`), as far as the
    event has them. `page` is the one address here that shows more, or None where there is no page of it.
    """

    id: str
    event: Happened
    at: datetime
    organization: str
    facts: Mapping[str, object] = field(default_factory=dict)
    page: str | None = None


@dataclass(frozen=True)
class Mail:
    """A letter: both bodies say the same. `message_id` is the same for every try, so that a repeat can be told.

    `to` is what stands on it. `left` are those of them to whom it is handed now, where some need no further try; `is_had` says
    whether one of these has it.
    """

    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    message_id: str
    left: tuple[str, ...] | None = None
    is_had: bool = False

    @property
    def recipients(self) -> tuple[str, ...]:
        """To whom it is handed now."""
        return self.to if self.left is None else self.left
