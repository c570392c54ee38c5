"""How an attempt ends: created, not executed, refused or unknown. There is no fifth.

Only *not executed* may be repeated without thought: nothing ran, or TalentSprout documents the answer as safe.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from worker.domain.interview import Interview, Origin
from worker.domain.request import Code


class Remedy(StrEnum):
    """What can help after an attempt that was not executed."""

    TIME = "time"  # repeat with backoff
    SHORTER_TEXT = "shorter text"  # condense further, then repeat
    MORE_TEXT = "more text"  # enrich once, then a person
    ROOM = "room"  # the budget is spent: wait as asked, not a failure
    REACH = "reach"  # no connection: repeat, not a failure for a day
    PERSON = "person"  # no repetition can help


@dataclass(frozen=True)
class Evidence:
    """How far an attempt got and what came back; shown to people, never holds a body, key or link."""

    connected: bool = False
    body_done: bool = False
    status: int | None = None
    code: str | None = None  # TalentSprout's error code
    message: str | None = None  # TalentSprout's words, shortened
    param: str | None = None
    x_request_id: str | None = None
    trouble: str | None = None  # what the transport said
    likely: bool = False  # a 2xx status line was seen: the interview probably exists


@dataclass(frozen=True)
class BudgetNews:
    """What a call tells of the tier that it drew on, by its answer's headers. None where absent or unreadable.

    `spread` is our own measurement: how much later than its stamp the call may have arrived at the server.
    """

    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    closed_for: timedelta | None = None  # set by a 429
    spread: timedelta | None = None


@dataclass(frozen=True)
class Created:
    """A readable interview."""

    interview: Interview
    evidence: Evidence = field(default_factory=Evidence)
    origin: Origin = Origin.CREATED
    news: BudgetNews = field(default_factory=BudgetNews)


@dataclass(frozen=True)
class NotExecuted:
    """Proven not to have run, or documented as safe to repeat."""

    code: Code
    remedy: Remedy
    evidence: Evidence = field(default_factory=Evidence)
    news: BudgetNews = field(default_factory=BudgetNews)


@dataclass(frozen=True)
class Refused:
    """401 or 403: the key is wrong or lacks a scope."""

    evidence: Evidence = field(default_factory=Evidence)
    news: BudgetNews = field(default_factory=BudgetNews)


@dataclass(frozen=True)
class Unknown:
    """It may have run."""

    code: Code
    evidence: Evidence = field(default_factory=Evidence)
    news: BudgetNews = field(default_factory=BudgetNews)


Outcome = Created | NotExecuted | Refused | Unknown


@dataclass(frozen=True)
class Attempt:
    """One attempt that a worker holds, and the times of its lease. A ping has no request and no fence `n`."""

    id: str
    request_id: str | None
    n: int | None
    organization: str
    label: str
    slot_at: datetime
    lease_until: datetime
