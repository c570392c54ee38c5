"""The end of a lease: provably not sent goes back in line, anything else is unknown."""

import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from tests.ledger.stage import (
    ACME,
    LEASE,
    NO_ANSWER,
    ONE_SECOND,
    QUARANTINE,
    STEP,
    UNAVAILABLE,
    UNREACHABLE,
    Stage,
    created,
    meanwhile,
    wait_until_blocked,
)
from worker import operators
from worker.domain.outcome import Attempt
from worker.domain.request import Code, State
from worker.ledger import attempts, settling
from worker.ledger.connection import Ledger
from worker.upkeep import sweep


def test_a_process_that_died_before_the_first_byte_costs_a_lease_and_nothing_else(bridge: Stage) -> None:
    request = bridge.file()
    bridge.lose(bridge.claim())

    assert (bridge.state_of(request), bridge.request(request).because) == (State.WAITING, None)
    assert bridge.claim().n == 2


def test_a_process_that_died_with_the_request_on_the_wire_leaves_an_unknown(bridge: Stage) -> None:
    request = bridge.file()
    bridge.lose(bridge.send())
    bridge.pass_time(timedelta(days=1))

    assert bridge.state_of(request) is State.UNKNOWN
    assert bridge.request(request).because.code is Code.DIED_SENDING
    assert bridge.try_claim() == attempts.NothingDue(None)


def test_a_lease_that_still_runs_is_left_alone(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.send()
    bridge.clock.now = held.lease_until

    bridge.sweep()

    assert bridge.state_of(request) is State.SENDING


def test_a_second_sweep_changes_nothing(bridge: Stage) -> None:
    unsent, sent = bridge.file(), bridge.file()
    bridge.claim()
    bridge.lose(bridge.send())
    before = [bridge.request(unsent), bridge.request(sent), bridge.newest(unsent), bridge.newest(sent)]
    bridge.pass_time(ONE_SECOND)

    bridge.sweep()

    assert [bridge.request(unsent), bridge.request(sent), bridge.newest(unsent), bridge.newest(sent)] == before


def test_many_leases_end_in_one_sweep(bridge: Stage) -> None:
    requests = [bridge.file() for _ in range(30)]
    for number in range(30):
        held = bridge.claim()
        if number % 2:
            bridge.mark(held)
    bridge.lose(held)

    states = [bridge.state_of(request) for request in requests]
    assert states == [State.WAITING, State.UNKNOWN] * 15


def test_two_sweeps_that_found_the_same_attempt_do_not_end_it_twice(bridge: Stage) -> None:
    """The second one comes when the request is under way again."""
    request = bridge.file()
    held = bridge.claim()
    bridge.lose(held)
    following = bridge.send()

    assert bridge.tell(settling.end_lease, held.id) is None

    assert (bridge.state_of(request), bridge.request(request).fence) == (State.SENDING, following.n)


def test_the_end_of_a_lease_changes_nothing_of_an_attempt_that_has_its_outcome(bridge: Stage) -> None:
    """The sweep found it a moment before it was settled: what is known of it must stay known."""
    request = bridge.file()
    held = bridge.send()
    bridge.settle(held, UNAVAILABLE)
    before = bridge.newest(request)

    assert bridge.tell(settling.end_lease, held.id) is None

    assert bridge.newest(request) == before
    assert not bridge.ask(attempts.may_exist, request)


def test_a_refused_attempt_that_a_stopping_process_gives_up_stays_refused(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.claim()
    bridge.settle(held, UNREACHABLE)

    bridge.tell(settling.end_lease, held.id)

    assert bridge.newest(request).outcome == "NotExecuted"


def test_a_ping_whose_process_died_gives_its_slot_back(bridge: Stage) -> None:
    ping = bridge.tell(attempts.claim_ping, ACME, "boot", LEASE)
    assert isinstance(ping, Attempt)

    bridge.lose(ping)

    assert bridge.ask(attempts.expired, 10) == []
    assert isinstance(bridge.tell(attempts.claim_ping, ACME, "boot", LEASE), Attempt)


def test_an_answer_after_the_lease_settles_the_unknown_that_it_left(bridge: Stage) -> None:
    for outcome, state in [
        (created(), State.CREATED),
        (UNAVAILABLE, State.WAITING),
        (NO_ANSWER, State.UNKNOWN),
    ]:
        request = bridge.file()
        held = bridge.send()
        bridge.lose(held)

        assert bridge.settle(held, outcome).state is state
        assert bridge.state_of(request) is state
        bridge.pass_time(STEP)
        if state is State.WAITING:
            bridge.cancel(request)


def test_a_sweep_takes_the_oldest_leases_first_and_a_bounded_number(bridge: Stage) -> None:
    for _ in range(5):
        bridge.file()
    held = [bridge.claim() for _ in range(5)]
    bridge.clock.now = held[-1].lease_until + ONE_SECOND

    assert bridge.ask(attempts.expired, 3) == [one.id for one in held[:3]]


def test_the_policy_sends_an_unknown_again_once_and_only_after_its_quarantine(ledger: Ledger, tmp_path: Path) -> None:
    bridge = Stage.on(ledger, tmp_path, on_unknown="retry")
    request = bridge.file()
    held = bridge.send()
    bridge.lose(held)
    assert bridge.state_of(request) is State.UNKNOWN

    bridge.clock.now = held.lease_until + QUARANTINE - ONE_SECOND
    bridge.sweep()
    assert bridge.state_of(request) is State.UNKNOWN

    bridge.pass_time(ONE_SECOND)
    bridge.sweep()
    assert bridge.state_of(request) is State.WAITING

    again = bridge.send()
    bridge.settle(again, NO_ANSWER)
    bridge.clock.now = again.lease_until + QUARANTINE + ONE_SECOND
    bridge.sweep()
    assert bridge.state_of(request) is State.UNKNOWN, "one retry by policy, then a person"


def test_the_policy_sends_an_unknown_again_as_often_as_it_says(ledger: Ledger, tmp_path: Path) -> None:
    bridge = Stage.on(ledger, tmp_path, on_unknown="retry", retries=3)
    request = bridge.file()
    sent = 0
    while bridge.state_of(request) is State.WAITING:
        held = bridge.send()
        sent += 1
        bridge.settle(held, NO_ANSWER)
        bridge.clock.now = held.lease_until + QUARANTINE + ONE_SECOND
        bridge.sweep()

    assert (sent, bridge.state_of(request)) == (1 + 3, State.UNKNOWN)


def test_without_that_policy_an_unknown_is_never_sent_again_by_itself(bridge: Stage) -> None:
    request = bridge.file()
    bridge.lose(bridge.send())
    bridge.pass_time(timedelta(days=30))

    bridge.sweep()

    assert bridge.state_of(request) is State.UNKNOWN


def test_the_policy_does_not_send_again_what_became_unknown_anew_while_it_looked(overlapping) -> None:
    """A person's retry in the same moment has a quarantine of its own; whoever comes second sees what the first one did."""
    bridge, other = overlapping(on_unknown="retry"), overlapping()
    request = bridge.file()
    bridge.lose(bridge.send())
    bridge.pass_time(QUARANTINE)

    def decide_and_send() -> None:
        with suppress(operators.Refusal):
            other.retry(request, not_there=True)
            other.settle(other.send(), NO_ANSWER)

    person = threading.Thread(target=decide_and_send)

    def person_comes() -> None:
        person.start()
        wait_until_blocked(other.ledger, person)

    with meanwhile(bridge.ledger, "FROM attempt", person_comes):
        sweep.retry_unknown(bridge.bridge)
    person.join(10)

    assert (bridge.state_of(request), bridge.request(request).fence) in [(State.WAITING, 1), (State.UNKNOWN, 2)]
