"""A game: a real ledger, processes that hold attempts, a wire, a person; what each may do next, and what must hold after it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

import pytest

from tests.ledger.databases import empty
from tests.ledger.stage import (
    ACME,
    DEADLINE,
    LEASE,
    MARGIN,
    NO_ANSWER,
    ONE_SECOND,
    QUARANTINE,
    RULES,
    UNREACHABLE,
    WINDOW,
    Stage,
)
from tests.protocol.outside import CLOSED_FOR, At, Process, Wire, as_journaled, seen_as
from worker.domain.interview import Interview
from worker.domain.outcome import Attempt, Created, Outcome
from worker.domain.request import GenerationRequest, State, Tier
from worker.ledger import attempts, budgets, listing, organizations, settling
from worker.ledger.connection import Ledger, Tx
from worker.ledger.listing import Filters
from worker.operators import Refusal
from worker.policy import pacing
from worker.sending.guard import Guard, uptime
from worker.talentsprout.client import Abandoned
from worker.upkeep import deaths

LIMIT = 3  # calls in a window, so that few make it full
PROCESSES = 3
GUARDED = WINDOW + WINDOW / pacing.CATCH_UP
POLICY_RETRIES = 1  # the default
NOTHING_EXISTS = frozenset({State.WAITING, State.HELD, State.CANCELLED})
EVERYTHING = Filters()


class Person(Enum):
    """Who decides about unknowns."""

    TRUTHFUL = "looks before saying that it is not there"
    BLIND = "says so without looking"
    NOBODY = "the policy sends again by itself"


@dataclass(frozen=True)
class Seen:
    """The ledger after a step; `newest` attempts by request, `owner`s by interview."""

    requests: Sequence[GenerationRequest]
    newest: Mapping[str, attempts.PastAttempt]
    interviews: Sequence[Interview]
    owner: Mapping[str, str | None]
    paused: bool

    @classmethod
    def of(cls, tx: Tx) -> "Seen":
        requests = listing.requests_page(tx, EVERYTHING, listing.MOST, None).items
        stored = listing.interviews_page(tx, EVERYTHING, listing.MOST, None).items
        return cls(
            requests,
            {one.id: attempts.past(tx, one.id)[0] for one in requests if one.fence},
            [one.interview for one in stored],
            {one.interview.id: one.request_id for one in stored},
            organizations.paused(tx, ACME) is not None,
        )


class Game:
    """`happened` counts, over many games, what a run must have brought about to prove anything."""

    def __init__(self, ledger: Ledger, folder: Path, person: Person, requests: int, happened: Counter[str]) -> None:
        ledger.write(empty)
        self.person = person
        self.happened = happened
        self.stage = Stage.on(ledger, folder, on_unknown="retry" if person is Person.NOBODY else "hold")
        self.stage.tell(budgets.prepare, ACME, Tier.AI, LIMIT, WINDOW)
        self.processes = [Process() for _ in range(PROCESSES)]
        self.wire = Wire()
        self.left_behind: list[tuple[Attempt, Outcome]] = []  # journals of the dead
        self.dead: list[str] = []  # whom nobody has found yet
        self.recorded: dict[str, str] = {}  # successes that were settled: interview, request
        self.sent: list[datetime] = []
        self.fences: Counter[str] = Counter()
        self.blind_retries: Counter[str] = Counter()
        self.forgotten: set[str] = set()  # attempts that only their processes know of
        self.closed_until: datetime | None = None
        self.alone: str | None = None  # after a 429 or a pause: the attempt that goes alone, "" before it is claimed
        self._looked_at = -1
        for _ in range(requests):
            self.stage.file()
        self.look()

    # What there is

    @property
    def now(self) -> datetime:
        return self.stage.clock.now

    def at(self, *where: At) -> list[Process]:
        return [process for process in self.processes if process.at in where]

    def busy(self) -> list[Process]:
        return self.at(*set(At) - {At.REST})

    def able(self) -> list[Process]:
        """Those for whom there is something to do."""
        return self.processes if self.requests(State.WAITING) else self.busy()

    def answered(self) -> list[Process]:
        """Those whose answer has come, and is known to nobody else yet."""
        arrived = [process for process in self.at(At.WAITING) if process.held.id in self.wire.answers]
        return arrived + self.at(At.KNOWING, At.JOURNALED)

    def look(self) -> None:
        """Into the ledger, if something may have changed there."""
        if self._looked_at != self.stage.told:
            self.seen, self._looked_at = self.stage.ask(Seen.of), self.stage.told

    def requests(self, *states: State) -> list[GenerationRequest]:
        return [one for one in self.seen.requests if one.state in (states or State)]

    def unbelieved_until(self, request: GenerationRequest) -> datetime:
        return self.seen.newest[request.id].lease_until + QUARANTINE

    # What a process does

    def claim(self, process: Process, *, patient: bool) -> None:
        """A patient one waits for the slot and for what is due."""
        found = self.stage.try_claim(boot_id=process.boot_id)
        if patient and isinstance(found, attempts.NoSlot | attempts.NothingDue) and found.wait is not None:
            self.move_clock(found.wait)
            found = self.stage.try_claim(boot_id=process.boot_id)
        if not isinstance(found, attempts.Claimed):
            return
        held = found.attempt
        self.look()
        assert not self.seen.paused, "claimed while paused"
        assert self.closed_until is None or self.now >= self.closed_until, "claimed while the budget is closed"
        assert held.n == self.fences[held.request_id] + 1, "a fence grows by one"
        if self.alone is not None:
            assert self.alone == "", "claimed while another call goes alone"
            self.alone = held.id
        self.fences[held.request_id] = held.n
        process.at, process.attempt, process.claimed_at = At.CLAIMED, held, self.now

    def claim_and_forget(self, process: Process) -> None:
        """The database answers and loses its power before the claim is on the disk. The process knows nothing of that."""
        with self.stage.ledger.engine.connect() as conn:
            found = attempts.claim(Tx(conn, self.stage.clock), ACME, Tier.AI, process.boot_id, LEASE)
            conn.rollback()
        if isinstance(found, attempts.Claimed):
            process.at, process.attempt, process.claimed_at = At.CLAIMED, found.attempt, self.now
            self.forgotten.add(found.attempt.id)
            self.happened["a claim was forgotten"] += 1

    def ask_the_guard(self, process: Process, *, asleep: bool) -> None:
        """The real one; only its clock is ours. `asleep`: its machine was, and its clock stood still."""
        self.stage.told += 1
        age = timedelta(0) if asleep else self.now - process.claimed_at
        try:
            Guard(self.stage.ledger, process.held, DEADLINE, MARGIN, uptime() - age.total_seconds())()
        except Abandoned:
            self.happened["the guard said no"] += 1
            process.know(UNREACHABLE)
            return
        assert process.held.id not in self.forgotten, "marked though the ledger does not know the claim"
        process.at, process.marked_at = At.MARKED, self.now
        request = self.stage.request(process.held.request_id)
        assert (request.state, request.fence) == (State.SENDING, process.held.n), f"marked though it is {request.state}"
        assert self.now + DEADLINE <= process.held.lease_until, "its lease may end before it does"
        self.sent.append(self.now)
        within = [moment for moment in self.sent if moment > self.now - GUARDED]
        assert len(within) <= LIMIT, f"{len(within)} calls in one window: {within}"

    def send(self, process: Process) -> None:
        process.at = At.WAITING
        self.wire.send(process, self.now)

    def receive(self, process: Process, how: str) -> None:
        process.know(seen_as(self.wire.answers.pop(process.held.id), how))

    def settle(self, process: Process, *, heard: bool) -> None:
        """Not heard: it was committed, and the process must do it again."""
        self.record(process.held, process.outcome)
        if heard:
            process.rest()

    def die(self, process: Process) -> None:
        if process.at is At.JOURNALED:
            self.left_behind.append((process.held, as_journaled(process.outcome)))
        self.dead.append(process.die())

    def find_the_dead(self) -> None:
        """As a worker on their machine does: first what they wrote down, then what they held."""
        self.replay_the_journals_of_the_dead()
        while self.dead:
            boot_id = self.dead.pop()
            held = self.stage.ask(attempts.open_of, boot_id)
            living = [self.stage.ask(attempts.open_of, one.boot_id) for one in self.processes]
            self.happened["a death was found"] += len(held)
            assert deaths.bury(self.stage.bridge, boot_id)
            self.stage.told += 1
            if self.alone in held:
                self.alone = ""
            assert self.stage.ask(attempts.open_of, boot_id) == [], "a dead process holds something"
            now = [self.stage.ask(attempts.open_of, one.boot_id) for one in self.processes]
            assert now == living, "a lease of a process that lives was ended"

    def replay_the_journals_of_the_dead(self) -> None:
        while self.left_behind:
            self.record(*self.left_behind[0])
            self.left_behind.pop(0)
            self.happened["a journal was replayed"] += 1

    def record(self, held: Attempt, outcome: Outcome) -> None:
        if held.id in self.forgotten:
            with pytest.raises(settling.Forgotten):
                self.stage.tell(settling.settle, held.id, outcome, RULES)
            return
        before = self.stage.request(held.request_id)
        settled = self.stage.tell(settling.settle, held.id, outcome, RULES)
        if isinstance(outcome, Created):
            assert settled.state is State.CREATED, "a received success was thrown away"
            self.happened["a success came late"] += before.state is not State.SENDING
            self.happened["a second interview"] += settled.surplus is not None
            self.recorded[outcome.interview.id] = held.request_id
        elif before.fence != held.n:
            self.happened["an older attempt ended"] += 1
            after = self.stage.request(held.request_id)
            assert after == before, "an older attempt changed what a newer one decides"
        if outcome.news.closed_for is not None:
            self.closed_until, self.alone = self.now + CLOSED_FOR, ""
        elif self.alone == held.id:
            self.alone = None

    # What time does

    def move_clock(self, span: timedelta) -> None:
        """As far as physics allows: nobody is frozen between guard and first byte for longer than a quarantine."""
        self.stage.pass_time(max(span, timedelta(0)))
        self.wire.lose_what_is_too_old(self.now)
        for process in self.at(At.MARKED):
            if process.marked_at + QUARANTINE <= self.now:
                process.know(UNREACHABLE)

    def outlast(self, lease_until: datetime) -> None:
        """The sweep comes."""
        self.move_clock(lease_until + ONE_SECOND - self.now)
        self.sweep()
        self.look()

    def sweep(self) -> None:
        over = self.stage.ask(attempts.expired, listing.MOST)
        self.happened["a lease ended"] += len(over)
        self.stage.sweep()
        if self.alone in over:
            self.alone = ""

    def wait_for_the_policy(self, request: GenerationRequest) -> None:
        """The sweep comes when the quarantine is over."""
        self.move_clock(self.unbelieved_until(request) - self.now)
        self.sweep()

    def probe(self, *, accepted: bool) -> None:
        self.stage.tell(organizations.probed, ACME, accepted=accepted)
        if accepted:
            self.alone = ""

    # What a person does

    def decide_about(self, request: GenerationRequest, *, patient: bool, cancel: bool) -> None:
        """A truthful person adopts what they find, and says that it is not there only after looking."""
        if patient:
            self.move_clock(self.unbelieved_until(request) - self.now)
        made = self.wire.executed.get(request.id, [])
        if made and self.person is not Person.BLIND:
            self.happened["adopted"] += 1
            self.stage.adopt(request.id, made[0].share_link)
            return
        over = self.unbelieved_until(request) <= self.now
        decide = self.stage.cancel if cancel else self.stage.retry
        with pytest.raises(Refusal):
            decide(request.id)  # without the word that it is not there
        try:
            decide(request.id, not_there=True)
        except Refusal:
            assert not over, "refused though the quarantine is over"
            self.happened["not there: too early"] += 1
        else:
            assert over, "believed though the quarantine is not over"
            self.happened["not there: believed"] += 1
            self.blind_retries[request.id] += 1

    def change_ones_mind_about(self, request: GenerationRequest) -> None:
        """What waits is cancelled, what rests is put back in line, and what is under way goes on."""
        if request.state is State.SENDING:
            with pytest.raises(Refusal):
                self.stage.cancel(request.id)
            return
        if request.state is State.WAITING:
            self.stage.cancel(request.id)
            return
        try:
            self.stage.retry(request.id)
        except Refusal:
            assert self.unbelieved_until(request) > self.now, "refused though nothing can be on its way"

    # What must hold

    def promises_hold(self) -> None:
        self.look()
        for request in self.requests():
            made = {one.id: one for one in self.wire.executed.get(request.id, [])}
            self._nothing_is_made_twice(request, len(made))
            assert request.unknown_retries <= POLICY_RETRIES * (self.person is Person.NOBODY)
            if request.state in NOTHING_EXISTS:
                self._nothing_is_on_its_way(request)
                assert not made or self.person is not Person.TRUTHFUL, f"{request.label} is {request.state} and exists"
            if request.state is State.SENDING:
                newest = self.seen.newest[request.id]
                assert (newest.n, newest.ended_at) == (request.fence, None), f"{request.label} is under way for ever"
            stored = {one.id: one for one in self.seen.interviews if self.seen.owner[one.id] == request.id}
            assert stored.keys() <= made.keys(), f"{request.label} has an interview that was never made"
            assert all(one.share_link == made[one.id].share_link for one in stored.values())
            assert (request.state is State.CREATED) == (request.interview_id in stored), f"{request.label} has no link"
        for interview_id, request_id in self.recorded.items():
            assert self.seen.owner.get(interview_id) == request_id, "a recorded success was thrown away"

    def _nothing_is_made_twice(self, request: GenerationRequest, made: int) -> None:
        allowed = 1
        if self.person is Person.BLIND:
            allowed += self.blind_retries[request.id]
        if self.person is Person.NOBODY:
            allowed += POLICY_RETRIES
        assert made <= allowed, f"{request.label} was made {made} times"

    def _nothing_is_on_its_way(self, request: GenerationRequest) -> None:
        assert not self.wire.of(request.id), f"{request.label} is {request.state} and on the wire"
        past_the_guard = [one for one in self.at(At.MARKED) if one.held.request_id == request.id]
        assert not past_the_guard, f"{request.label} is {request.state} and about to be sent"

    # The end: faults stop, and everything comes to rest.

    def comes_to_rest(self) -> None:
        self._everybody_finishes()
        self._settles_down()
        for request in self.requests(State.UNKNOWN):
            self.move_clock(self.unbelieved_until(request) - self.now)
            if made := self.wire.executed.get(request.id):
                self.stage.adopt(request.id, made[0].share_link)
            else:
                self.stage.retry(request.id, not_there=True)
        self._settles_down()
        assert not self.requests(State.UNKNOWN), "something stays unknown though somebody looked"
        for request in self.requests(State.CREATED):
            assert self.wire.executed[request.id], f"{request.label} is created and does not exist"

    def _everybody_finishes(self) -> None:
        for process in self.at(At.CLAIMED):
            process.know(UNREACHABLE)
        for process in self.at(At.MARKED):
            self.send(process)
        for attempt_id in list(self.wire.requests):
            self.wire.serve(attempt_id, "created")
        for process in self.at(At.WAITING):
            if process.held.id in self.wire.answers:
                self.receive(process, "whole")
            else:
                process.know(NO_ANSWER)
        for process in self.busy():
            self.settle(process, heard=True)
        self.replay_the_journals_of_the_dead()

    def _settles_down(self) -> None:
        """Leases end, pings succeed, and the server makes whatever it is asked for."""
        self.move_clock(DEADLINE + MARGIN + ONE_SECOND)
        self.sweep()
        self.look()
        if self.seen.paused:
            self.probe(accepted=True)
        for _ in range(2 * len(self.requests())):
            self.look()
            if self.requests(State.WAITING):
                self.claim(self.processes[0], patient=True)
                for process in self.at(At.CLAIMED):
                    self.ask_the_guard(process, asleep=False)
                self._everybody_finishes()
        self.promises_hold()
        assert not self.requests(State.WAITING, State.SENDING), "something does not come to rest"
