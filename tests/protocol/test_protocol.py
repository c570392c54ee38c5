"""The attempt protocol on a real ledger: Hypothesis chooses who does what next, and who dies, and the promises hold after each step.

The steps are those of `model.py`. They are taken one at a time: what overlaps within a database is tested in tests/ledger.
A failure is printed as the shortest list of steps that leads to it.
"""

from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.ledger.databases import Ledgers, empty
from tests.ledger.stage import (
    ACME,
    DEADLINE,
    MARGIN,
    NO_ANSWER,
    ONE_SECOND,
    QUARANTINE,
    RULES,
    UNREACHABLE,
    WINDOW,
    Stage,
)
from tests.protocol.outside import ANSWERS, CLOSED_FOR, At, Process, Wire, as_journaled, seen_as
from worker.domain.outcome import Attempt, Created, Outcome
from worker.domain.request import GenerationRequest, State, Tier
from worker.ledger import attempts, budgets, interviews, listing, organizations, settling
from worker.ledger.connection import Ledger, Tx
from worker.ledger.listing import Filters
from worker.operators import Refusal
from worker.policy import pacing
from worker.sending.guard import Guard, uptime
from worker.talentsprout.client import Abandoned
from worker.upkeep.sweep import POLICY_RETRIES

LIMIT = 3
PROCESSES = 3
MOST_REQUESTS = 3
GUARDED = WINDOW + WINDOW / pacing.CATCH_UP
NOTHING_EXISTS = frozenset({State.WAITING, State.HELD, State.CANCELLED})
AT_REST = frozenset(State) - {State.WAITING, State.SENDING}

one_of_them = st.integers(min_value=0, max_value=5)  # which of those for whom a step is possible


class Person(Enum):
    """Who decides about unknowns."""

    TRUTHFUL = "looks before saying that it is not there"
    BLIND = "says so without looking"
    NOBODY = "the policy sends again by itself"


class Protocol(RuleBasedStateMachine):
    """Some requests of one organization that may send three a minute, three processes, a person."""

    def __init__(self, ledger: Ledger, folder: Path, person: Person) -> None:
        super().__init__()
        ledger.write(empty)
        self.person = person
        self.stage = Stage.on(ledger, folder, on_unknown="retry" if person is Person.NOBODY else "hold")
        self.stage.tell(budgets.prepare, ACME, Tier.AI, LIMIT, WINDOW)
        self.processes = [Process() for _ in range(PROCESSES)]
        self.wire = Wire()
        self.left_behind: list[tuple[Attempt, Outcome]] = []  # journals of the dead
        self.received: dict[str, str] = {}  # successes that were settled: interview, request
        self.sent: list[datetime] = []
        self.fences: dict[str, int] = {}
        self.blind_retries: dict[str, int] = {}
        self.closed_until: datetime | None = None
        self.alone: str | None = None  # after a 429 or a pause: the attempt that goes alone, "" before it is claimed
        self.ended: set[str] = set()

    # What there is

    @property
    def now(self) -> datetime:
        return self.stage.clock.now

    def at(self, *where: At) -> list[Process]:
        return [process for process in self.processes if process.at in where]

    def requests(self, *states: State) -> list[GenerationRequest]:
        page = self.stage.ask(listing.requests_page, Filters(organization=ACME), listing.MOST, None)
        return [one for one in page.items if one.state in (states or State)]

    def answered(self) -> list[Process]:
        return [process for process in self.at(At.WAITING) if process.held.id in self.wire.answers]

    # Requests

    @initialize()
    def one_is_filed(self) -> None:
        self.stage.file()

    @precondition(lambda self: len(self.fences) < MOST_REQUESTS)
    @rule()
    def another_is_filed(self) -> None:
        self.fences[self.stage.file()] = 0

    # Workers

    @precondition(lambda self: self.at(At.REST))
    @rule(pick=one_of_them, patient=st.booleans())
    def claim(self, pick: int, patient: bool) -> None:
        """A patient one waits for the slot and for what is due."""
        found = self.stage.try_claim()
        if patient and isinstance(found, attempts.NoSlot | attempts.NothingDue) and found.wait is not None:
            self.move_clock(found.wait)
            found = self.stage.try_claim()
        if not isinstance(found, attempts.Claimed):
            return
        held = found.attempt
        assert self.stage.ask(organizations.paused, ACME) is None, "claimed while paused"
        assert self.closed_until is None or self.now >= self.closed_until, "claimed while the budget is closed"
        assert held.n == self.fences.get(held.request_id, 0) + 1, "a fence grows by one"
        if self.alone is not None:
            assert self.alone == "", "claimed while another call goes alone"
            self.alone = held.id
        self.fences[held.request_id] = held.n
        process = choose(self.at(At.REST), pick)
        process.at, process.attempt, process.claimed_at = At.CLAIMED, held, self.now

    @precondition(lambda self: self.at(At.CLAIMED))
    @rule(pick=one_of_them)
    def ask_the_guard(self, pick: int) -> None:
        """The real one; only its clock is ours."""
        process = choose(self.at(At.CLAIMED), pick)
        claimed_at = uptime() - (self.now - process.claimed_at).total_seconds()
        try:
            Guard(self.stage.ledger, process.held, DEADLINE, MARGIN, claimed_at)()
        except Abandoned:
            process.know(UNREACHABLE)
            return
        process.at = At.MARKED
        self.sent.append(self.now)
        within = [moment for moment in self.sent if moment > self.now - GUARDED]
        assert len(within) <= LIMIT, f"{len(within)} calls in one window: {within}"

    @precondition(lambda self: self.at(At.CLAIMED, At.MARKED))
    @rule(pick=one_of_them)
    def lose_the_connection(self, pick: int) -> None:
        """Before the body was fully written."""
        choose(self.at(At.CLAIMED, At.MARKED), pick).know(UNREACHABLE)

    @precondition(lambda self: self.at(At.MARKED))
    @rule(pick=one_of_them)
    def send(self, pick: int) -> None:
        process = choose(self.at(At.MARKED), pick)
        process.at = At.WAITING
        self.wire.requests[process.held.id] = process.held

    @precondition(lambda self: self.answered())
    @rule(pick=one_of_them, how=st.sampled_from(["whole", "whole", "cut", "unreadable"]))
    def receive(self, pick: int, how: str) -> None:
        process = choose(self.answered(), pick)
        process.know(seen_as(self.wire.answers.pop(process.held.id), how))

    @precondition(lambda self: self.at(At.WAITING))
    @rule(pick=one_of_them)
    def time_out(self, pick: int) -> None:
        choose(self.at(At.WAITING), pick).know(NO_ANSWER)

    @precondition(lambda self: self.at(At.KNOWING))
    @rule(pick=one_of_them)
    def journal(self, pick: int) -> None:
        choose(self.at(At.KNOWING), pick).at = At.JOURNALED

    @precondition(lambda self: self.at(At.JOURNALED, At.KNOWING))
    @rule(pick=one_of_them, heard=st.sampled_from([True, True, True, False]))
    def settle(self, pick: int, heard: bool) -> None:
        """Not heard: it was committed, and the process must do it again."""
        process = choose(self.at(At.JOURNALED, At.KNOWING), pick)
        if process.outcome.evidence.status is not None:
            process.at = At.JOURNALED
        self.record(process.held, process.outcome)
        if heard:
            process.rest()

    @precondition(lambda self: self.at(*set(At) - {At.REST}))
    @rule(pick=one_of_them)
    def die(self, pick: int) -> None:
        process = choose(self.at(*set(At) - {At.REST}), pick)
        if process.at is At.JOURNALED:
            self.left_behind.append((process.held, as_journaled(process.outcome)))
        process.rest()

    @precondition(lambda self: self.left_behind)
    @rule()
    def replay_the_journals_of_the_dead(self) -> None:
        while self.left_behind:
            self.record(*self.left_behind[0])
            self.left_behind.pop(0)

    # The network and TalentSprout

    @precondition(lambda self: self.wire.requests)
    @rule(pick=one_of_them, answer=st.sampled_from([*ANSWERS, "created", "created"]))
    def serve(self, pick: int, answer: str) -> None:
        self.wire.serve(choose(list(self.wire.requests), pick), answer)

    @precondition(lambda self: self.wire.requests)
    @rule(pick=one_of_them)
    def lose_a_request(self, pick: int) -> None:
        del self.wire.requests[choose(list(self.wire.requests), pick)]

    @precondition(lambda self: self.wire.answers)
    @rule(pick=one_of_them)
    def lose_an_answer(self, pick: int) -> None:
        del self.wire.answers[choose(list(self.wire.answers), pick)]

    # Time

    @rule(seconds=st.sampled_from([1, 1, 14, 21, 31, 61]))
    def pass_some_time(self, seconds: int) -> None:
        self.move_clock(timedelta(seconds=seconds))

    @precondition(lambda self: self.at(*set(At) - {At.REST}))
    @rule(pick=one_of_them, sweep=st.booleans())
    def outlast_a_lease(self, pick: int, sweep: bool) -> None:
        held = choose(self.at(*set(At) - {At.REST}), pick).held
        self.move_clock(held.lease_until + ONE_SECOND - self.now)
        if sweep:
            self.sweep()

    @precondition(lambda self: self.requests(State.UNKNOWN))
    @rule(pick=one_of_them)
    def outlast_a_quarantine(self, pick: int) -> None:
        request = choose(self.requests(State.UNKNOWN), pick)
        self.move_clock(self.stage.newest(request.id).lease_until + QUARANTINE - self.now)

    @rule()
    def sweep(self) -> None:
        over = {one for one in self.stage.ask(attempts.expired, listing.MOST)}
        self.stage.sweep()
        self.ended |= over
        if self.alone in over:
            self.alone = ""

    @precondition(lambda self: self.stage.ask(organizations.paused, ACME))
    @rule(accepted=st.sampled_from([True, True, False]))
    def probe(self, accepted: bool) -> None:
        self.stage.tell(organizations.probed, ACME, accepted=accepted)
        if accepted:
            self.alone = ""

    # People

    @precondition(lambda self: self.person is not Person.NOBODY and self.requests(State.UNKNOWN))
    @rule(pick=one_of_them, wish=st.sampled_from(["send again", "send again", "cancel"]))
    def decide_about_an_unknown(self, pick: int, wish: str) -> None:
        """A truthful person adopts what they find, and says that it is not there only after looking."""
        request = choose(self.requests(State.UNKNOWN), pick)
        made = self.wire.executed.get(request.id, [])
        if made and self.person is Person.TRUTHFUL:
            self.stage.adopt(request.id, made[0].share_link)
            return
        over = self.stage.newest(request.id).lease_until + QUARANTINE <= self.now
        decide = self.stage.retry if wish == "send again" else self.stage.cancel
        try:
            decide(request.id, not_there=True)
        except Refusal:
            assert not over, "refused though the quarantine is over"
        else:
            assert over, "believed though the quarantine is not over"
            self.blind_retries[request.id] = self.blind_retries.get(request.id, 0) + 1

    @precondition(lambda self: self.requests(State.WAITING, State.HELD))
    @rule(pick=one_of_them)
    def cancel(self, pick: int) -> None:
        self.stage.cancel(choose(self.requests(State.WAITING, State.HELD), pick).id)

    @precondition(lambda self: self.requests(State.HELD, State.CANCELLED))
    @rule(pick=one_of_them)
    def revive(self, pick: int) -> None:
        request = choose(self.requests(State.HELD, State.CANCELLED), pick)
        try:
            self.stage.retry(request.id)
        except Refusal:
            newest = self.stage.newest(request.id)
            assert newest.lease_until + QUARANTINE > self.now, "refused though nothing can be on its way"

    # Promises

    @invariant()
    def nothing_is_made_twice(self) -> None:
        for request in self.requests():
            allowed = 1
            if self.person is Person.BLIND:
                allowed += self.blind_retries.get(request.id, 0)
            if self.person is Person.NOBODY:
                allowed += POLICY_RETRIES
            made = self.wire.executed.get(request.id, [])
            assert len(made) <= allowed, f"{request.label} was made {len(made)} times"

    @invariant()
    def nothing_that_may_be_sent_exists_or_is_on_its_way(self) -> None:
        for request in self.requests(*NOTHING_EXISTS):
            assert not self.wire.of(request.id), f"{request.label} is {request.state} and on the wire"
            past_the_guard = [one for one in self.at(At.MARKED) if one.held.request_id == request.id]
            assert not past_the_guard, f"{request.label} is {request.state} and about to be sent"
            if self.person is Person.TRUTHFUL:
                assert not self.wire.executed.get(request.id), f"{request.label} is {request.state} and exists"

    @invariant()
    def what_is_recorded_exists(self) -> None:
        for request in self.requests():
            stored = {one.id: one for one in self.stage.interviews_of(request.id)}
            existing = {one.id: one for one in self.wire.executed.get(request.id, [])}
            assert stored.keys() <= existing.keys(), f"{request.label} has an interview that was never made"
            for name, interview in stored.items():
                assert interview.share_link == existing[name].share_link
            assert (request.state is State.CREATED) == (request.interview_id in stored), request

    @invariant()
    def a_success_that_was_recorded_stays(self) -> None:
        def belongs(tx: Tx, interview_id: str) -> str | None:
            found = interviews.get(tx, interview_id)
            return None if found is None else found.request_id

        for interview_id, request_id in self.received.items():
            assert self.stage.ask(belongs, interview_id) == request_id, "a success was thrown away"

    @invariant()
    def who_is_under_way_has_a_lease(self) -> None:
        for request in self.requests(State.SENDING):
            newest = self.stage.newest(request.id)
            assert (newest.n, newest.ended_at) == (request.fence, None), f"{request.label} would be under way for ever"

    # The end: faults stop, and everything comes to rest.

    def teardown(self) -> None:
        self.everybody_finishes()
        self.settle_down()
        assert not self.requests(State.WAITING, State.SENDING), "something does not come to rest"
        for request in self.requests(State.UNKNOWN):
            self.move_clock(self.stage.newest(request.id).lease_until + QUARANTINE - self.now)
            if made := self.wire.executed.get(request.id):
                self.stage.adopt(request.id, made[0].share_link)
            else:
                self.stage.retry(request.id, not_there=True)
        self.settle_down()
        assert {one.state for one in self.requests()} <= AT_REST - {State.UNKNOWN}
        self.nothing_is_made_twice()
        self.what_is_recorded_exists()
        self.a_success_that_was_recorded_stays()
        for request in self.requests(State.CREATED):
            assert self.wire.executed[request.id], f"{request.label} is created and does not exist"

    def everybody_finishes(self) -> None:
        for process in self.processes:
            if process.at is At.CLAIMED:
                process.know(UNREACHABLE)
            if process.at is At.MARKED:
                process.at = At.WAITING
                self.wire.requests[process.held.id] = process.held
        for attempt_id in list(self.wire.requests):
            self.wire.serve(attempt_id, "created")
        for process in self.answered():
            process.know(self.wire.answers.pop(process.held.id))
        for process in self.at(At.WAITING):
            process.know(NO_ANSWER)
        for process in self.at(At.KNOWING, At.JOURNALED):
            self.record(process.held, process.outcome)
            process.rest()
        self.replay_the_journals_of_the_dead()

    def settle_down(self) -> None:
        """Leases end, pings succeed, and the server makes whatever it is asked for."""
        self.move_clock(DEADLINE + MARGIN + ONE_SECOND)
        self.sweep()
        if self.stage.ask(organizations.paused, ACME):
            self.probe(accepted=True)
        for _ in range(2 * MOST_REQUESTS + 2):
            self.claim(0, patient=True)
            for process in self.at(At.CLAIMED):
                self.ask_the_guard(0)
            self.everybody_finishes()

    # How things go on

    def move_clock(self, span: timedelta) -> None:
        """As far as physics allows: nobody is frozen between guard and first byte for longer than a quarantine."""
        self.stage.pass_time(max(span, timedelta(0)))
        self.wire.clear_before(self.now, QUARANTINE)
        for process in self.at(At.MARKED):
            if process.held.lease_until + QUARANTINE <= self.now:
                process.know(UNREACHABLE)

    def record(self, held: Attempt, outcome: Outcome) -> None:
        before = self.stage.request(held.request_id)
        settled = self.stage.tell(settling.settle, held.id, outcome, RULES)
        if isinstance(outcome, Created):
            assert settled.state is State.CREATED, "a received success was thrown away"
            self.received[outcome.interview.id] = held.request_id
        elif before.fence != held.n:
            assert self.stage.request(held.request_id) == before, "an older attempt changed what a newer one decides"
        self.learn(held, outcome)

    def learn(self, held: Attempt, outcome: Outcome) -> None:
        """What the budget must know by now."""
        self.ended.add(held.id)
        if outcome.news.closed_for is not None:
            self.closed_until, self.alone = self.now + CLOSED_FOR, ""
        elif self.alone == held.id:
            self.alone = None


def choose(these: list, pick: int):
    return these[pick % len(these)]


def play(ledgers: Ledgers, folder: Path, person: Person, *, examples: int, steps: int, repeatable: bool) -> None:
    """`repeatable`: the same games each time; else others each time, and a failure prints how to repeat it."""
    with ledgers.lent() as ledger:
        run_state_machine_as_test(
            partial(Protocol, ledger, folder, person),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                derandomize=repeatable,
                database=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("person", Person)
def test_the_promises_hold_whoever_does_what_next(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, person: Person
) -> None:
    examples = {("sqlite", Person.TRUTHFUL): 60, ("sqlite", Person.BLIND): 10, ("sqlite", Person.NOBODY): 10}
    ledgers = request.getfixturevalue(f"{kind}_ledgers")

    play(ledgers, tmp_path, person, examples=examples.get((kind, person), 5), steps=50, repeatable=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 200), ("postgres", 60)])
@pytest.mark.parametrize("person", Person)
def test_the_promises_hold_in_many_more_games(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, examples: int, person: Person
) -> None:
    ledgers = request.getfixturevalue(f"{kind}_ledgers")

    play(ledgers, tmp_path, person, examples=examples, steps=50, repeatable=False)
