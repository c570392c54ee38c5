"""GenerationRequest: one interview that somebody wants, and the states it goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a request stands. Only `created` is final; `cancelled` rests until a person or its posting revives it."""

    WAITING = "waiting"
    SENDING = "sending"
    CREATED = "created"
    HELD = "held"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Tier(StrEnum):
    """TalentSprout's two budgets."""

    AI = "ai"
    DEFAULT = "default"


class Kind(StrEnum):
    """What is asked of TalentSprout, and so which budget it spends."""

    GENERATE = "generate"
    CREATE = "create"

    @property
    def tier(self) -> Tier:
        """Generation draws on the AI tier, everything else on the default one."""
        return Tier.AI if self is Kind.GENERATE else Tier.DEFAULT


class Code(StrEnum):
    """Why a request is not final: the closed list. `worker.policy.reasons` has a sentence for each."""

    NEXT_SLOT = "next_slot"
    IN_LINE = "in_line"
    ASKED_TO_WAIT = "asked_to_wait"
    SHARED_BUDGET = "shared_budget"
    BACKING_OFF = "backing_off"
    REFUSED = "refused"
    BATCH_PAUSED = "batch_paused"
    PAUSED = "paused"
    NO_WORKER = "no_worker"
    UNDER_WAY = "under_way"
    TEMPLATE_MISSING = "template_missing"
    TOO_SHORT = "too_short"
    REJECTED = "rejected"
    INVALID_OPTION = "invalid_option"
    MISCONFIGURED = "misconfigured"
    ATTEMPTS_USED = "attempts_used"
    NO_ANSWER = "no_answer"
    UNREADABLE_ANSWER = "unreadable_answer"
    DIED_SENDING = "died_sending"
    APPROVAL = "approval"
    CHANGED = "changed"
    POSTING_CLOSED = "posting_closed"
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"
    CANCELLED_BY_PERSON = "cancelled_by_person"


TO_APPROVE = frozenset({Code.APPROVAL, Code.CHANGED})


@dataclass(frozen=True)
class Because:
    """A stored reason: its code and the facts that its sentence needs (numbers, statuses, times; never secrets)."""

    code: Code
    facts: Mapping[str, object]


@dataclass(frozen=True)
class GenerationRequest:
    """One request as the ledger holds it, without its text.

    `fence` is the number of the newest attempt. `failures` counts answers that count against the request (429 and
    a lost connection do not). `text_limit` is how long the text may be at the next attempt, in UTF-16 units.
    `rule` is the name of the rule that decided about a source's posting.
    """

    id: str
    organization: str
    kind: Kind
    state: State
    dedup_id: str
    label: str
    title: str
    source: str | None
    job_id: str | None
    batch: str | None
    priority: int
    fence: int
    failures: int
    unknown_retries: int
    text_limit: int
    enriched: bool
    due_at: datetime
    failing_since: datetime | None
    because: Because | None
    interview_id: str | None
    created_at: datetime
    updated_at: datetime
    rule: str | None = None

    @property
    def awaits_approval(self) -> bool:
        """Whether it is held for nothing but a person's word."""
        return self.state is State.HELD and self.because is not None and self.because.code in TO_APPROVE


@dataclass(frozen=True)
class Content:
    """What TalentSprout will be given: readable text, options, and what else the posting knows for enriching.

    For `create` the text may be empty; questions or a template are among the options then.
    """

    text: str
    options: Mapping[str, object]
    about: Mapping[str, str]
