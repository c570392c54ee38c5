"""Delivery: one thing that happened, on its way to one target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from worker.domain.message import Happened


class DeliveryState(StrEnum):
    """Where a delivery stands. `failed` and `cancelled` rest until a person sends it again."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DeliveryCode(StrEnum):
    """Why a delivery is not delivered: the closed list. `worker.policy.delays` has a sentence for each."""

    IN_LINE = "in_line"
    UNDER_WAY = "under_way"
    AFTER_ANOTHER = "after_another"
    GATHERED = "gathered"
    BACKING_OFF = "backing_off"
    DESTINATION_PAUSED = "destination_paused"
    DESTINATION_REMOVED = "destination_removed"
    DESTINATION_REFUSED = "destination_refused"
    ATTEMPTS_USED = "attempts_used"
    UNDELIVERABLE = "undeliverable"
    NO_LONGER_THERE = "no_longer_there"
    RECIPIENTS_REFUSED = "recipients_refused"


@dataclass(frozen=True)
class Trouble:
    """A stored reason: its code and the facts that its sentence needs (a status, a fault; never secrets)."""

    code: DeliveryCode
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Subjects:
    """Ids of what a delivery is about, as far as it has them: what is said of them is read when it is sent."""

    request: str | None = None
    interview: str | None = None
    result: str | None = None
    source: str | None = None
    job: str | None = None  # a posting's id in its source
    batch: str | None = None
    target: str | None = None
    application: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A delivery as the ledger holds it. `id` is the message's id over all tries; what has the same `lane` goes in its order.

    `facts` is what must be said as it was then, never a person's data. `tries` are those of its schedule, `fence` the number of
    the newest try of all. `recipients` are those of a letter who need no further try, by a keyed digest of the address: "" for
    one who has it, else the codes of a refusal for good.
    """

    id: str
    organization: str
    target: str
    event: Happened
    lane: str
    subjects: Subjects
    facts: Mapping[str, object]
    state: DeliveryState
    due_at: datetime
    tries: int
    fence: int
    lease_until: datetime | None
    because: Trouble | None
    created_at: datetime
    updated_at: datetime
    recipients: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Try:
    """One try for people: what the target answered, or why there was no answer. `excerpt` is the beginning of the answer."""

    n: int
    at: datetime
    status: int | None = None
    excerpt: str = ""
    fault: str | None = None
    took: timedelta | None = None


@dataclass(frozen=True)
class Occurrence:
    """Something that happened, to be told to every target that wants to hear of it.

    `cause` makes it one: whoever announces it again adds nothing. What has the same `lane` is delivered in its order.
    """

    event: Happened
    organization: str
    lane: str
    cause: str
    subjects: Subjects = Subjects()
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """How a try ended: a status, or a fault where there was no answer. `excerpt` shows no secret and no mail address.

    `retry_after` is what the target asked for; `said` its own words for a refusal, where its kind can read them. `recipients`
    are those of a letter for whom this was the last try, as a delivery keeps them but by the address.
    """

    status: int | None = None
    fault: str | None = None
    excerpt: str = ""
    took: timedelta = timedelta(0)
    retry_after: timedelta | None = None
    said: str | None = None
    is_final: bool = False  # no repeat would help
    recipients: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_partial: bool = False  # it failed for some recipients alone: the target is well
