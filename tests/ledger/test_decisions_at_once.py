"""What the second of two who decide at once is told."""

import threading
from collections.abc import Callable

from tests.ledger.deciding import LINK, a_held, after_quarantine, an_unknown, refusal
from tests.ledger.stage import ADA, BEN, Stage, an_interview, created, meanwhile, wait_until_blocked
from worker.domain.request import State
from worker.ledger import audit, interviews
from worker.ledger.settling import Settled
from worker.operators import Refusal, Why


def test_who_decides_second_is_told_what_the_first_did(bridge: Stage) -> None:
    request, held = an_unknown(bridge)
    after_quarantine(bridge, held)
    bridge.retry(request, not_there=True, who=ADA)

    refused = refusal(lambda: bridge.adopt(request, LINK, who=BEN))

    assert refused.why is Why.TOO_LATE
    assert "is waiting" in str(refused)
    assert "Nothing has changed." in str(refused)


def together(*decisions: Callable[[], object]) -> list[object]:
    """What each gets, when all begin at one moment."""
    barrier = threading.Barrier(len(decisions))
    found: list[object] = [None] * len(decisions)

    def decide(number: int) -> None:
        barrier.wait()
        try:
            found[number] = decisions[number]()
        except Refusal as refused:
            found[number] = refused

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(len(decisions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return found


def test_of_two_who_decide_at_once_one_decides_and_the_other_is_refused(bridge: Stage) -> None:
    for _ in range(5):
        request, held = an_unknown(bridge)
        after_quarantine(bridge, held)

        found = together(
            lambda request=request: bridge.retry(request, not_there=True, who=ADA),
            lambda request=request: bridge.cancel(request, not_there=True, who=BEN),
            lambda request=request: bridge.adopt(request, an_interview().share_link, who=BEN),
        )

        refused = [one for one in found if isinstance(one, Refusal)]
        done = [one for one in found if not isinstance(one, Refusal)]
        # Cancelling what was just put back in line is a decision of its own.
        assert len(done) == 1 or [one.state for one in done] == [State.WAITING, State.CANCELLED]
        assert all(one.why is Why.TOO_LATE for one in refused)
        assert len(bridge.ask(audit.of, request)) == len(done)
        if bridge.state_of(request) is State.WAITING:
            bridge.cancel(request)


def test_a_double_click_is_one_decision(bridge: Stage) -> None:
    request = a_held(bridge)

    found = together(lambda: bridge.retry(request), lambda: bridge.retry(request))

    assert sorted(type(one).__name__ for one in found) == ["GenerationRequest", "Refusal"]
    assert len(bridge.ask(audit.of, request)) == 1


def test_two_who_adopt_one_interview_for_two_requests_at_once_do_not_both_get_it(overlapping) -> None:
    bridge, other = overlapping(), overlapping()
    (first, _), (second, _) = an_unknown(bridge), an_unknown(bridge)
    found: list[object] = []

    def ben_adopts() -> None:
        try:
            found.append(other.adopt(second, LINK, who=BEN))
        except Refusal as refused:
            found.append(refused)

    ben = threading.Thread(target=ben_adopts)

    def ben_comes() -> None:
        ben.start()
        wait_until_blocked(other.ledger, ben)

    with meanwhile(bridge.ledger, "INSERT INTO interview", ben_comes):
        bridge.adopt(first, LINK, who=ADA)
    ben.join(20)

    assert [type(one) for one in found] == [Refusal]
    assert found[0].why is Why.TOO_LATE
    assert bridge.request(first).label in str(found[0])
    assert bridge.state_of(second) is State.UNKNOWN


def test_a_success_whose_interview_was_adopted_for_another_request_in_the_same_moment_is_settled(overlapping) -> None:
    """A person's slip: the interview stays where they put it, and the late answer fails nobody."""
    bridge, other = overlapping(), overlapping()
    (_, held), (mistaken, _) = an_unknown(bridge), an_unknown(bridge)
    late = created()
    settled: list[object] = []
    worker = threading.Thread(target=lambda: settled.append(other.settle(held, late)))

    def worker_comes() -> None:
        worker.start()
        wait_until_blocked(other.ledger, worker)

    with meanwhile(bridge.ledger, "INSERT INTO interview", worker_comes):
        bridge.adopt(mistaken, late.interview.share_link)
    worker.join(20)

    assert settled == [Settled(State.UNKNOWN)], "nobody can say what exists of the first request"
    assert bridge.ask(interviews.get, late.interview.id).request_id == mistaken
