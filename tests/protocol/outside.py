"""What the ledger can't see: processes that may die, a network that loses and delays, a TalentSprout that runs things or not."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from tests.ledger.stage import (
    DEADLINE,
    REJECTED,
    UNAUTHORIZED,
    UNAVAILABLE,
    UNREADABLE,
    WINDOW,
    an_interview,
    limited,
)
from worker import ids
from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Attempt, BudgetNews, Created, Evidence, Outcome

CLOSED_FOR = WINDOW / 2
TRANSIT = timedelta(minutes=1)  # for which a packet may live after its connection
REFUSALS: dict[str, Outcome] = {
    "5xx": UNAVAILABLE,
    "4xx": REJECTED,
    "429": limited(CLOSED_FOR),
    "401": UNAUTHORIZED,
}
ANSWERS = ("created", *REFUSALS)


class At(Enum):
    """How far a worker is with its attempt."""

    REST = auto()
    CLAIMED = auto()  # a slot is taken, nothing was sent
    MARKED = auto()  # past the guard: the next byte is the request's first
    WAITING = auto()  # the request has left
    KNOWING = auto()  # an outcome is known, and nowhere else
    JOURNALED = auto()  # and in the journal


@dataclass(eq=False)
class Process:
    """A worker process with one attempt at a time. Its death leaves its journal, and nothing else."""

    at: At = At.REST
    boot_id: str = field(default_factory=ids.new_id)
    attempt: Attempt | None = None
    claimed_at: datetime | None = None
    marked_at: datetime | None = None
    outcome: Outcome | None = None

    @property
    def held(self) -> Attempt:
        assert self.attempt is not None
        return self.attempt

    def know(self, outcome: Outcome) -> None:
        """The call has ended. Only an answer with a status line goes into the journal."""
        self.at, self.outcome = At.KNOWING, outcome

    def rest(self) -> None:
        self.at, self.attempt, self.outcome = At.REST, None, None

    def die(self) -> str:
        """Another one takes its place. The boot id of the dead."""
        died, self.boot_id = self.boot_id, ids.new_id()
        self.rest()
        return died


@dataclass
class Wire:
    """Requests and answers on their way, by the id of their attempt, and the server at the other end."""

    requests: dict[str, Attempt] = field(default_factory=dict)
    lost_at: dict[str, datetime] = field(default_factory=dict)
    answers: dict[str, Outcome] = field(default_factory=dict)
    executed: dict[str, list[Interview]] = field(default_factory=dict)  # by request: what exists at TalentSprout

    def serve(self, attempt_id: str, answer: str) -> None:
        """The server gets a request. Only "created" runs it; there is no breach of the vendor's promises here."""
        attempt = self.requests.pop(attempt_id)
        if answer != "created":
            self.answers[attempt_id] = REFUSALS[answer]
            return
        made = an_interview()
        self.executed.setdefault(attempt.request_id or "", []).append(made)
        self.answers[attempt_id] = Created(made, Evidence(True, True, 201))

    def of(self, request_id: str) -> list[Attempt]:
        """What of a request is on its way to the server."""
        return [attempt for attempt in self.requests.values() if attempt.request_id == request_id]

    def send(self, process: Process, now: datetime) -> None:
        """Its request leaves, and is lost once its connection was reset at the deadline and its packets have died."""
        self.requests[process.held.id] = process.held
        assert process.marked_at is not None
        self.lost_at[process.held.id] = max(now, process.marked_at + DEADLINE) + TRANSIT

    def lose_what_is_too_old(self, now: datetime) -> None:
        for one in [one for one in self.requests if self.lost_at[one] <= now]:
            del self.requests[one]


def seen_as(answer: Outcome, how: str) -> Outcome:
    """What a client makes of an answer: as it is, cut after id and link, or unreadable."""
    if not isinstance(answer, Created):
        return answer
    if how == "unreadable":
        return UNREADABLE
    if how == "cut":
        bare = Interview(answer.interview.id, answer.interview.share_link, {})
        return Created(bare, answer.evidence, Origin.SALVAGED)
    return answer


def as_journaled(outcome: Outcome) -> Outcome:
    """What a line keeps of an outcome: no texts, and nothing of the budget."""
    evidence = Evidence(True, True, outcome.evidence.status)
    if isinstance(outcome, Created):
        bare = Interview(outcome.interview.id, outcome.interview.share_link, {})
        return Created(bare, evidence, outcome.origin)
    return replace(outcome, evidence=evidence, news=BudgetNews())
