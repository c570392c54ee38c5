"""The attempt protocol on a real ledger: Hypothesis chooses who does what next, and who dies; after each step the promises hold.

The steps are those of `model.py`. They are taken one at a time: what overlaps within a database is tested in tests/ledger.
A failure is printed as the shortest list of steps that leads to it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from worker.upkeep.sweep import POLICY_RETRIES

LIMIT = 3
PROCESSES = 3
MOST_REQUESTS = 4
GUARDED = WINDOW + WINDOW / pacing.CATCH_UP
NOTHING_EXISTS = frozenset({State.WAITING, State.HELD, State.CANCELLED})
EVERYTHING = Filters()

one_of_them = st.integers(min_value=0, max_value=5)  # which of those for whom a step is possible
answers = st.sampled_from([*ANSWERS, *["created"] * 4])


class Person(Enum):
    """Who decides about unknowns."""

    TRUTHFUL = "looks before saying that it is not there"
    BLIND = "says so without looking"
    NOBODY = "the policy sends again by itself"


class Protocol(RuleBasedStateMachine):
    """Some requests of one organization that may send three a minute, three processes, a person."""

    def __init__(self, ledger: Ledger, folder: Path, person: Person, happened: Counter[str]) -> None:
        super().__init__()
        ledger.write(empty)
        self.person = person
        self.happened = happened  # in all games: a run that did too little proves nothing
        self.stage = Stage.on(ledger, folder, on_unknown="retry" if person is Person.NOBODY else "hold")
        self.stage.tell(budgets.prepare, ACME, Tier.AI, LIMIT, WINDOW)
        self.looked_at = -1
        self.processes = [Process() for _ in range(PROCESSES)]
        self.wire = Wire()
        self.left_behind: list[tuple[Attempt, Outcome]] = []  # journals of the dead
        self.recorded: dict[str, str] = {}  # successes that were settled: interview, request
        self.sent: list[datetime] = []
        self.fences: Counter[str] = Counter()
        self.blind_retries: Counter[str] = Counter()
        self.closed_until: datetime | None = None
        self.alone: str | None = None  # after a 429 or a pause: the attempt that goes alone, "" before it is claimed

    # What there is

    @property
    def now(self) -> datetime:
        return self.stage.clock.now

    def at(self, *where: At) -> list[Process]:
        return [process for process in self.processes if process.at in where]

    def answered(self) -> list[Process]:
        return [process for process in self.at(At.WAITING) if process.held.id in self.wire.answers]

    def look(self) -> None:
        """Into the ledger, if something may have changed there."""
        if self.looked_at != self.stage.told:
            self.seen, self.looked_at = self.stage.ask(Seen.of), self.stage.told

    def requests(self, *states: State) -> list[GenerationRequest]:
        return [one for one in self.seen.requests if one.state in (states or State)]

    def unbelieved_until(self, request: GenerationRequest) -> datetime:
        return self.seen.newest[request.id].lease_until + QUARANTINE

    # Requests

    @initialize()
    def one_is_filed(self) -> None:
        self.stage.file()
        self.look()

    @precondition(lambda self: len(self.requests()) < MOST_REQUESTS)
    @rule()
    def another_is_filed(self) -> None:
        self.stage.file()

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
        assert not self.seen.paused, "claimed while paused"
        assert self.closed_until is None or self.now >= self.closed_until, "claimed while the budget is closed"
        assert held.n == self.fences[held.request_id] + 1, "a fence grows by one"
        if self.alone is not None:
            assert self.alone == "", "claimed while another call goes alone"
            self.alone = held.id
        self.fences[held.request_id] = held.n
        process = choose(self.at(At.REST), pick)
        process.at, process.attempt, process.claimed_at = At.CLAIMED, held, self.now

    @precondition(lambda self: self.at(At.CLAIMED))
    @rule(pick=one_of_them, paused=st.booleans())
    def ask_the_guard(self, pick: int, paused: bool = False) -> None:
        """The real one; only its clock is ours. In a machine that was paused, clocks stand still."""
        process = choose(self.at(At.CLAIMED), pick)
        self.stage.told += 1
        claimed_at = uptime() - (0 if paused else (self.now - process.claimed_at).total_seconds())
        try:
            Guard(self.stage.ledger, process.held, DEADLINE, MARGIN, claimed_at)()
        except Abandoned:
            self.happened["the guard said no"] += 1
            process.know(UNREACHABLE)
            return
        process.at, process.marked_at = At.MARKED, self.now
        request = self.stage.request(process.held.request_id)
        assert (request.state, request.fence) == (State.SENDING, process.held.n), f"marked though it is {request.state}"
        self.sent.append(self.now)
        within = [moment for moment in self.sent if moment > self.now - GUARDED]
        assert len(within) <= LIMIT, f"{len(within)} calls in one window: {within}"

    @precondition(lambda self: self.at(At.REST) and self.requests(State.WAITING))
    @rule()
    def a_call_goes_out(self) -> None:
        """The usual three steps at once."""
        before = len(self.at(At.CLAIMED))
        self.claim(0, patient=True)
        if len(self.at(At.CLAIMED)) > before:
            self.ask_the_guard(0)
        if self.at(At.MARKED):
            self.send(0)

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
        self.wire.send(process, self.now)

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
    @rule(pick=one_of_them, answer=answers)
    def serve(self, pick: int, answer: str) -> None:
        self.wire.serve(choose(list(self.wire.requests), pick), answer)

    @precondition(lambda self: self.wire.requests)
    @rule(pick=one_of_them, answer=answers, how=st.sampled_from(["whole", "whole", "cut", "unreadable"]))
    def answer_at_once(self, pick: int, answer: str, how: str) -> None:
        self.serve(pick, answer)
        if self.answered():
            self.receive(0, how)

    @precondition(lambda self: self.wire.requests)
    @rule(pick=one_of_them)
    def lose_a_request(self, pick: int) -> None:
        del self.wire.requests[choose(list(self.wire.requests), pick)]

    @precondition(lambda self: self.wire.answers)
    @rule(pick=one_of_them)
    def lose_an_answer(self, pick: int) -> None:
        del self.wire.answers[choose(list(self.wire.answers), pick)]

    # Time

    @rule(seconds=st.sampled_from([1, 14, 21, 61]))
    def pass_some_time(self, seconds: int) -> None:
        self.move_clock(timedelta(seconds=seconds))

    @precondition(lambda self: self.at(*set(At) - {At.REST}))
    @rule(pick=one_of_them)
    def outlast_a_lease(self, pick: int) -> None:
        """The sweep comes, and its worker does not know."""
        held = choose(self.at(*set(At) - {At.REST}), pick).held
        self.move_clock(held.lease_until + ONE_SECOND - self.now)
        self.sweep()

    @precondition(lambda self: any(one.lease_until < self.now for one in self.seen.open))
    @rule()
    def sweep(self) -> None:
        over = self.stage.ask(attempts.expired, listing.MOST)
        self.happened["a lease ended"] += len(over)
        self.stage.sweep()
        if self.alone in over:
            self.alone = ""

    @precondition(lambda self: self.seen.paused)
    @rule(accepted=st.sampled_from([True, True, False]))
    def probe(self, accepted: bool) -> None:
        self.stage.tell(organizations.probed, ACME, accepted=accepted)
        if accepted:
            self.alone = ""

    # People

    @precondition(lambda self: self.person is not Person.NOBODY and self.requests(State.UNKNOWN))
    @rule(pick=one_of_them, patient=st.sampled_from([True, True, False]), cancel=st.booleans())
    def decide_about_an_unknown(self, pick: int, patient: bool, cancel: bool) -> None:
        """A truthful person adopts what they find, and says that it is not there only after looking."""
        request = choose(self.requests(State.UNKNOWN), pick)
        if patient:
            self.move_clock(self.unbelieved_until(request) - self.now)
        made = self.wire.executed.get(request.id, [])
        if made and self.person is Person.TRUTHFUL:
            self.happened["adopted"] += 1
            self.stage.adopt(request.id, made[0].share_link)
            return
        over = self.unbelieved_until(request) <= self.now
        decide = self.stage.cancel if cancel else self.stage.retry
        try:
            decide(request.id, not_there=True)
        except Refusal:
            assert not over, "refused though the quarantine is over"
            self.happened["not there: too early"] += 1
        else:
            assert over, "believed though the quarantine is not over"
            self.happened["not there: believed"] += 1
            self.blind_retries[request.id] += 1

    @precondition(lambda self: self.requests(State.WAITING, State.HELD, State.CANCELLED))
    @rule(pick=one_of_them)
    def change_ones_mind(self, pick: int) -> None:
        """What waits is cancelled, what rests is put back in line."""
        request = choose(self.requests(State.WAITING, State.HELD, State.CANCELLED), pick)
        if request.state is State.WAITING:
            self.stage.cancel(request.id)
            return
        try:
            self.stage.retry(request.id)
        except Refusal:
            assert self.unbelieved_until(request) > self.now, "refused though nothing can be on its way"

    # Promises

    @invariant()
    def the_promises_hold(self) -> None:
        self.look()
        for request in self.requests():
            made = {one.id: one for one in self.wire.executed.get(request.id, [])}
            self.nothing_is_made_twice(request, len(made))
            if request.state in NOTHING_EXISTS:
                self.nothing_is_on_its_way(request)
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

    def nothing_is_made_twice(self, request: GenerationRequest, made: int) -> None:
        allowed = 1
        if self.person is Person.BLIND:
            allowed += self.blind_retries[request.id]
        if self.person is Person.NOBODY:
            allowed += POLICY_RETRIES
        assert made <= allowed, f"{request.label} was made {made} times"

    def nothing_is_on_its_way(self, request: GenerationRequest) -> None:
        assert not self.wire.of(request.id), f"{request.label} is {request.state} and on the wire"
        past_the_guard = [one for one in self.at(At.MARKED) if one.held.request_id == request.id]
        assert not past_the_guard, f"{request.label} is {request.state} and about to be sent"

    # The end: faults stop, and everything comes to rest.

    def teardown(self) -> None:
        self.everybody_finishes()
        self.settle_down()
        for request in self.requests(State.UNKNOWN):
            self.move_clock(self.unbelieved_until(request) - self.now)
            if made := self.wire.executed.get(request.id):
                self.stage.adopt(request.id, made[0].share_link)
            else:
                self.stage.retry(request.id, not_there=True)
        self.settle_down()
        assert not self.requests(State.UNKNOWN), "something stays unknown though somebody looked"
        for request in self.requests(State.CREATED):
            assert self.wire.executed[request.id], f"{request.label} is created and does not exist"

    def everybody_finishes(self) -> None:
        for process in self.at(At.CLAIMED):
            process.know(UNREACHABLE)
        while self.at(At.MARKED):
            self.send(0)
        for attempt_id in list(self.wire.requests):
            self.wire.serve(attempt_id, "created")
        while self.answered():
            self.receive(0, "whole")
        while self.at(At.WAITING):
            self.time_out(0)
        while self.at(At.KNOWING, At.JOURNALED):
            self.settle(0, heard=True)
        self.replay_the_journals_of_the_dead()

    def settle_down(self) -> None:
        """Leases end, pings succeed, and the server makes whatever it is asked for."""
        self.move_clock(DEADLINE + MARGIN + ONE_SECOND)
        self.sweep()
        self.look()
        if self.seen.paused:
            self.probe(accepted=True)
        for _ in range(2 * MOST_REQUESTS + 2):
            self.look()
            if self.requests(State.WAITING):
                self.a_call_goes_out()
                self.everybody_finishes()
        self.the_promises_hold()
        assert not self.requests(State.WAITING, State.SENDING), "something does not come to rest"

    # How things go on

    def move_clock(self, span: timedelta) -> None:
        """As far as physics allows: nobody is frozen between guard and first byte for longer than a quarantine."""
        self.stage.pass_time(max(span, timedelta(0)))
        self.wire.lose_what_is_too_old(self.now)
        for process in self.at(At.MARKED):
            if process.marked_at + QUARANTINE <= self.now:
                process.know(UNREACHABLE)

    def record(self, held: Attempt, outcome: Outcome) -> None:
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


@dataclass(frozen=True)
class Seen:
    """The ledger after a step; `newest` attempts and `owner`s of interviews by id."""

    requests: Sequence[GenerationRequest]
    newest: Mapping[str, attempts.PastAttempt]
    open: Sequence[attempts.PastAttempt]
    interviews: Sequence[Interview]
    owner: Mapping[str, str | None]
    paused: bool

    @classmethod
    def of(cls, tx: Tx) -> "Seen":
        requests = listing.requests_page(tx, EVERYTHING, listing.MOST, None).items
        stored = listing.interviews_page(tx, EVERYTHING, listing.MOST, None).items
        past = {one.id: attempts.past(tx, one.id) for one in requests if one.fence}
        return cls(
            requests,
            {request_id: found[0] for request_id, found in past.items()},
            [one for found in past.values() for one in found if one.ended_at is None],
            [one.interview for one in stored],
            {one.interview.id: one.request_id for one in stored},
            organizations.paused(tx, ACME) is not None,
        )


def choose(these: list, pick: int):
    return these[pick % len(these)]


# What the games must have brought about, or they prove nothing.
HAPPENED = {
    Person.TRUTHFUL: {
        "the guard said no",
        "a lease ended",
        "adopted",
        "not there: too early",
        "not there: believed",
        "a success came late",
        "an older attempt ended",
    },
    Person.BLIND: {"not there: believed", "a second interview"},
    Person.NOBODY: {"a lease ended"},
}


def play(ledgers: Ledgers, folder: Path, person: Person, *, games: int, repeatable: bool) -> Counter[str]:
    """What happened. `repeatable`: the same games each time; else others, and a failure says how to repeat it."""
    happened: Counter[str] = Counter()
    with ledgers.lent() as ledger:
        run_state_machine_as_test(
            partial(Protocol, ledger, folder, person, happened),
            settings=settings(
                max_examples=games,
                stateful_step_count=50,
                deadline=None,
                derandomize=repeatable,
                database=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    return happened


@pytest.mark.parametrize(
    ("kind", "person", "games"),
    [
        ("sqlite", Person.TRUTHFUL, 80),
        ("sqlite", Person.BLIND, 15),
        ("sqlite", Person.NOBODY, 15),
        ("postgres", Person.TRUTHFUL, 10),
        ("postgres", Person.BLIND, 5),
        ("postgres", Person.NOBODY, 5),
    ],
)
def test_the_promises_hold_whoever_does_what_next(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, person: Person, games: int
) -> None:
    ledgers = request.getfixturevalue(f"{kind}_ledgers")

    print(play(ledgers, tmp_path, person, games=games, repeatable=True))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("kind", "games"), [("sqlite", 200), ("postgres", 60)])
@pytest.mark.parametrize("person", Person)
def test_the_promises_hold_in_many_more_games(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, games: int, person: Person
) -> None:
    ledgers = request.getfixturevalue(f"{kind}_ledgers")

    happened = play(ledgers, tmp_path, person, games=games, repeatable=False)

    assert {what for what in HAPPENED[person] if not happened[what]} == set()
