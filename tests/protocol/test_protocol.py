"""The attempt protocol on a real ledger: Hypothesis chooses who does what next, and who dies; after each step the promises hold.

The steps are those of `model.py`. They are taken one at a time: what overlaps within a database is tested in tests/ledger.
A failure is printed as the shortest list of steps that leads to it.
"""

from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.ledger.databases import Ledgers
from tests.ledger.stage import NO_ANSWER, UNREACHABLE
from tests.protocol.game import LIMIT, PROCESSES, Game, Person
from tests.protocol.outside import ANSWERS, At, Process
from worker.domain.request import State
from worker.ledger.connection import Ledger

one_of_them = st.integers(min_value=0, max_value=5)  # which of those for whom a step is possible
usually = st.sampled_from([True, True, True, False])
answers = st.sampled_from([*ANSWERS, *["created"] * 4])
ways_to_read = st.sampled_from(["whole", "whole", "cut", "unreadable"])


class Protocol(RuleBasedStateMachine):
    """Some requests of one organization, three processes, a person."""

    def __init__(self, ledger: Ledger, folder: Path, person: Person, happened: Counter[str]) -> None:
        super().__init__()
        self.begin = partial(Game, ledger, folder, person, happened=happened)
        self.game: Game | None = None

    @initialize(requests=st.sampled_from([1, 1, 2, 5]))
    def something_is_filed(self, requests: int) -> None:
        """One alone has the deepest stories, many have the fullest windows."""
        self.game = self.begin(requests=requests)

    @rule(pick=one_of_them, smoothly=usually, answer=answers, how=ways_to_read, asleep=st.booleans())
    def a_process_goes_on(self, pick: int, smoothly: bool, answer: str, how: str, asleep: bool) -> None:
        process = self.game.processes[pick % PROCESSES]
        note(f"process {pick % PROCESSES}, at {process.at.name}, {'goes on' if smoothly else 'meets trouble'}")
        match process.at:
            case At.REST:
                self.game.claim(process, patient=smoothly)
            case At.CLAIMED if smoothly:
                self.game.ask_the_guard(process, asleep=asleep)
            case At.CLAIMED | At.MARKED if not smoothly:
                process.know(UNREACHABLE)
            case At.MARKED:
                self.game.send(process)
            case At.WAITING if process.held.id in self.game.wire.answers:
                self.game.receive(process, how)
            case At.WAITING if smoothly and process.held.id in self.game.wire.requests:
                self.game.wire.serve(process.held.id, answer)
            case At.WAITING:
                process.know(NO_ANSWER)
            case At.KNOWING if process.outcome.evidence.status is not None:
                process.at = At.JOURNALED
            case _:
                self.game.settle(process, heard=smoothly)

    @precondition(lambda self: self.idle() and self.game.requests(State.WAITING))
    @rule(calls=st.integers(min_value=1, max_value=LIMIT), answer=answers, sent=usually)
    def calls_are_made_in_one_go(self, calls: int, answer: str, sent: bool) -> None:
        """To their end, or until the request is on the wire."""
        for process in self.idle()[:1] * calls:
            self.game.claim(process, patient=True)
            if process.at is At.CLAIMED:
                self.game.ask_the_guard(process, asleep=False)
            if process.at is At.MARKED:
                self.game.send(process)
            if process.at is not At.WAITING or not sent:
                return
            self.game.wire.serve(process.held.id, answer)
            self.game.receive(process, "whole")
            self.game.settle(process, heard=True)

    @precondition(lambda self: self.game.at(At.CLAIMED))
    @rule(pick=one_of_them, seconds=st.integers(min_value=1, max_value=15))
    def a_connection_takes_time(self, pick: int, seconds: int) -> None:
        self.game.move_clock(timedelta(seconds=seconds))
        self.game.ask_the_guard(choose(self.game.at(At.CLAIMED), pick), asleep=False)

    @precondition(lambda self: self.game.busy())
    @rule(pick=one_of_them)
    def a_process_dies(self, pick: int) -> None:
        self.game.die(choose(self.game.busy(), pick))

    @precondition(lambda self: self.game.left_behind)
    @rule()
    def the_journals_of_the_dead_are_replayed(self) -> None:
        self.game.replay_the_journals_of_the_dead()

    @precondition(lambda self: self.game.wire.requests)
    @rule(pick=one_of_them, answer=answers, lost=st.booleans())
    def the_server_gets_a_request_late_or_never(self, pick: int, answer: str, lost: bool) -> None:
        attempt_id = choose(list(self.game.wire.requests), pick)
        if lost:
            del self.game.wire.requests[attempt_id]
        else:
            self.game.wire.serve(attempt_id, answer)

    @precondition(lambda self: self.game.wire.answers)
    @rule(pick=one_of_them)
    def an_answer_is_lost(self, pick: int) -> None:
        del self.game.wire.answers[choose(list(self.game.wire.answers), pick)]

    @rule(seconds=st.sampled_from([1, 14, 31, 61]))
    def time_passes(self, seconds: int) -> None:
        self.game.move_clock(timedelta(seconds=seconds))

    @precondition(lambda self: self.game.busy())
    @rule(pick=one_of_them)
    def a_lease_ends(self, pick: int) -> None:
        self.game.outlast_the_lease_of(choose(self.game.busy(), pick))

    @precondition(lambda self: self.game.busy())
    @rule(pick=one_of_them)
    def a_process_is_away_for_long(self, pick: int) -> None:
        """Its lease ends, and a person decides what becomes of the request; then it wakes up."""
        process = choose(self.game.busy(), pick)
        self.game.outlast_the_lease_of(process)
        self.somebody_decides_about_an_unknown(pick, patient=True, cancel=False)

    @precondition(lambda self: self.game.seen.paused)
    @rule(accepted=usually)
    def a_ping_is_answered(self, accepted: bool) -> None:
        self.game.probe(accepted=accepted)

    @precondition(lambda self: self.game.requests(State.UNKNOWN))
    @rule(pick=one_of_them, patient=usually, cancel=st.booleans())
    def somebody_decides_about_an_unknown(self, pick: int, patient: bool, cancel: bool) -> None:
        unknown = self.game.requests(State.UNKNOWN)
        if unknown and self.game.person is not Person.NOBODY:
            self.game.decide_about(choose(unknown, pick), patient=patient, cancel=cancel)

    @precondition(lambda self: self.game.requests(State.WAITING, State.HELD, State.CANCELLED))
    @rule(pick=one_of_them)
    def somebody_changes_their_mind(self, pick: int) -> None:
        self.game.change_ones_mind_about(choose(self.game.requests(State.WAITING, State.HELD, State.CANCELLED), pick))

    @invariant()
    def the_promises_hold(self) -> None:
        self.game.promises_hold()

    def teardown(self) -> None:
        if self.game is not None:
            self.game.comes_to_rest()

    def idle(self) -> list[Process]:
        return self.game.at(At.REST)


def choose(these: list, pick: int):
    return these[pick % len(these)]


# What many games must have brought about, or they prove nothing.
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
    Person.BLIND: {"not there: believed", "a success came late", "a second interview"},
    Person.NOBODY: {"a lease ended", "a success came late"},
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
        ("sqlite", Person.TRUTHFUL, 60),
        ("sqlite", Person.BLIND, 20),
        ("sqlite", Person.NOBODY, 15),
        ("postgres", Person.TRUTHFUL, 8),
        ("postgres", Person.BLIND, 4),
        ("postgres", Person.NOBODY, 4),
    ],
)
def test_the_promises_hold_whoever_does_what_next(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, person: Person, games: int
) -> None:
    ledgers = request.getfixturevalue(f"{kind}_ledgers")

    play(ledgers, tmp_path, person, games=games, repeatable=True)


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
