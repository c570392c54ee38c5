"""What a person may decide, when, and what the second of two who decide at once is told."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.ledger.stage import (
    ADA,
    BEN,
    NO_ANSWER,
    ONE_SECOND,
    QUARANTINE,
    REJECTED,
    TEXT,
    UNAVAILABLE,
    Stage,
    an_interview,
    created,
    meanwhile,
    wait_until_blocked,
)
from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Attempt, Created
from worker.domain.request import Code, State
from worker.ledger import audit, interviews, requests
from worker.ledger.settling import Settled
from worker.operators import Refusal, Why

LINK = "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"


def an_unknown(bridge: Stage) -> tuple[str, Attempt]:
    request = bridge.file()
    held = bridge.send()
    bridge.settle(held, NO_ANSWER)
    return request, held


def after_quarantine(bridge: Stage, held: Attempt) -> None:
    bridge.clock.now = held.lease_until + QUARANTINE


def refusal(decide: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        decide()
    return refused.value


def a_held(bridge: Stage) -> str:
    request = bridge.file()
    bridge.settle(bridge.send(), REJECTED)
    return request


# Adopting


def test_an_unknown_is_adopted_by_its_link(bridge: Stage) -> None:
    request, _ = an_unknown(bridge)

    found = bridge.adopt(request, LINK + "?utm=1")

    assert (found.state, found.interview_id) == (State.CREATED, LINK.rpartition("/")[2])
    stored = bridge.ask(interviews.of_request, request)
    assert [(one.interview, one.origin) for one in stored] == [
        (Interview(LINK.rpartition("/")[2], LINK, {}), Origin.ADOPTED)
    ]


def test_an_unknown_may_be_adopted_at_once_without_waiting_for_the_quarantine(bridge: Stage) -> None:
    request = bridge.file()
    bridge.settle(bridge.send(), NO_ANSWER)

    assert bridge.adopt(request, LINK).state is State.CREATED


@pytest.mark.parametrize("link", ["", "no link", "https://example.com/interview/abcd", LINK.replace("https", "http")])
def test_what_is_no_share_link_is_refused(bridge: Stage, link: str) -> None:
    request, _ = an_unknown(bridge)

    assert refusal(lambda: bridge.adopt(request, link)).why is Why.UNUSABLE

    assert bridge.state_of(request) is State.UNKNOWN


def test_an_interview_that_another_request_has_is_not_adopted_and_its_owner_is_named(bridge: Stage) -> None:
    owner = bridge.file(title="Night shift")
    made = created()
    bridge.settle(bridge.send(), made)
    request, _ = an_unknown(bridge)

    refused = refusal(lambda: bridge.adopt(request, made.interview.share_link))

    assert refused.why is Why.TOO_LATE
    assert bridge.request(owner).label in str(refused)
    assert "Night shift" in str(refused)
    assert bridge.state_of(request) is State.UNKNOWN
    assert bridge.interviews_of(owner) == [made.interview]


def test_a_link_that_another_requests_interview_goes_by_is_not_adopted(bridge: Stage) -> None:
    """Its share link names it by a short code, its id is a UUID: the code is its name all the same."""
    owner = bridge.file()
    link = "https://www.talentsprout.ai/interview/c8d41f07"
    bridge.settle(bridge.send(), Created(Interview(an_interview().id, link, {})))
    request, _ = an_unknown(bridge)

    refused = refusal(lambda: bridge.adopt(request, link))

    assert refused.why is Why.TOO_LATE
    assert bridge.request(owner).label in str(refused)


@pytest.mark.parametrize("state", ["waiting", "sending", "created", "held", "cancelled"])
def test_only_an_unknown_is_adopted(bridge: Stage, state: str) -> None:
    request = {
        "waiting": bridge.file,
        "sending": lambda: (bridge.file(), bridge.send())[0],
        "created": lambda: (bridge.file(), bridge.settle(bridge.send(), created()))[0],
        "held": lambda: a_held(bridge),
        "cancelled": lambda: bridge.cancel(bridge.file()).id,
    }[state]()
    before = bridge.request(request)
    assert before.state == state

    assert refusal(lambda: bridge.adopt(request, LINK)).why is Why.TOO_LATE

    assert bridge.request(request) == before
    assert bridge.ask(interviews.get, LINK.rpartition("/")[2]) is None


# Retrying


@pytest.mark.parametrize("early", [timedelta(milliseconds=1), ONE_SECOND, QUARANTINE])
def test_not_there_is_not_believed_before_the_quarantine_is_over(bridge: Stage, early: timedelta) -> None:
    request, held = an_unknown(bridge)
    bridge.clock.now = held.lease_until + QUARANTINE - early

    for decide in (bridge.retry, bridge.cancel):
        refused = refusal(lambda decide=decide: decide(request, not_there=True))
        assert refused.why is Why.TOO_LATE
        assert f"{max(round(early.total_seconds()), 1)} s" in str(refused)

    assert bridge.state_of(request) is State.UNKNOWN


def test_not_there_is_believed_afterwards(bridge: Stage) -> None:
    request, held = an_unknown(bridge)
    after_quarantine(bridge, held)

    found = bridge.retry(request, not_there=True)

    assert (found.state, found.fence, found.because, found.due_at) == (State.WAITING, 1, None, bridge.clock.now)
    assert bridge.claim().n == 2


def test_the_quarantine_is_that_of_the_newest_attempt(bridge: Stage) -> None:
    request, held = an_unknown(bridge)
    after_quarantine(bridge, held)
    bridge.retry(request, not_there=True)
    bridge.settle(bridge.send(), NO_ANSWER)

    assert refusal(lambda: bridge.retry(request, not_there=True)).why is Why.TOO_LATE


def test_an_unknown_is_not_sent_again_or_cancelled_without_the_word_that_it_is_not_there(bridge: Stage) -> None:
    request, held = an_unknown(bridge)
    after_quarantine(bridge, held)

    for decide in (bridge.retry, bridge.cancel):
        refused = refusal(lambda decide=decide: decide(request))
        assert refused.why is Why.TOO_LATE
        assert f"{bridge.request(request).label}-1" in str(refused), "the label to look for"

    assert bridge.state_of(request) is State.UNKNOWN


def test_an_unknown_is_sent_again_as_it_was_or_not_at_all(bridge: Stage) -> None:
    request, held = an_unknown(bridge)
    after_quarantine(bridge, held)

    assert refusal(lambda: bridge.retry(request, not_there=True, text=TEXT + "!")).why is Why.UNUSABLE

    assert bridge.state_of(request) is State.UNKNOWN


def test_a_held_request_is_sent_again_with_changes(bridge: Stage) -> None:
    request = bridge.file("Too short.", options={"voice": "sage"})

    found = bridge.retry(request, text=f"<p>{TEXT}</p>", options={"duration": 10})

    assert (found.state, found.because, found.due_at) == (State.WAITING, None, bridge.clock.now)
    content = bridge.ask(requests.content, request)
    assert (content.text, dict(content.options)) == (TEXT, {"voice": "sage", "duration": 10})
    assert bridge.claim().request_id == request


def test_a_retry_forgets_what_the_old_tries_had_used_up(bridge: Stage) -> None:
    request = bridge.file()
    while bridge.state_of(request) is not State.HELD:
        bridge.clock.now = max(bridge.clock.now, bridge.request(request).due_at)
        bridge.settle(bridge.send(), UNAVAILABLE)

    found = bridge.retry(request)

    assert (found.state, found.failures, found.failing_since) == (State.WAITING, 0, None)


def test_a_held_request_stays_held_where_the_new_text_is_no_better(bridge: Stage) -> None:
    request = bridge.file("Too short.")
    before = bridge.request(request)

    refused = refusal(lambda: bridge.retry(request, text="Still short."))

    assert refused.why is Why.UNUSABLE
    assert "12 characters" in str(refused)
    assert bridge.request(request) == before
    assert bridge.ask(requests.content, request).text == "Too short."


def test_a_cancelled_request_is_revived(bridge: Stage) -> None:
    request = bridge.file()
    bridge.cancel(request)

    assert bridge.retry(request).state is State.WAITING
    assert bridge.claim().request_id == request


def test_what_was_cancelled_as_not_there_can_be_revived_at_once_and_its_late_success_still_counts(
    bridge: Stage,
) -> None:
    request, held = an_unknown(bridge)
    after_quarantine(bridge, held)
    bridge.cancel(request, not_there=True)

    assert bridge.retry(request).state is State.WAITING

    bridge.settle(held, created())
    assert bridge.state_of(request) is State.CREATED


@pytest.mark.parametrize("state", ["waiting", "sending", "created"])
def test_what_is_under_way_or_done_is_not_retried(bridge: Stage, state: str) -> None:
    request = bridge.file()
    if state != "waiting":
        held = bridge.send()
    if state == "created":
        bridge.settle(held, created())

    assert refusal(lambda: bridge.retry(request, not_there=True)).why is Why.TOO_LATE
    assert bridge.state_of(request) == state


# Cancelling


def test_what_waits_or_is_held_is_cancelled_with_the_name_of_who_did_it(bridge: Stage) -> None:
    for request in (bridge.file(), a_held(bridge)):
        found = bridge.cancel(request, who=BEN)
        assert found.state is State.CANCELLED
        assert (found.because.code, found.because.facts["actor"]) == (Code.CANCELLED_BY_PERSON, "ben")


@pytest.mark.parametrize("state", ["sending", "created", "cancelled"])
def test_what_is_under_way_or_done_is_not_cancelled(bridge: Stage, state: str) -> None:
    request = bridge.file()
    if state == "cancelled":
        bridge.cancel(request)
    else:
        held = bridge.send()
    if state == "created":
        bridge.settle(held, created())
    before = bridge.request(request)

    assert refusal(lambda: bridge.cancel(request, not_there=True)).why is Why.TOO_LATE
    assert bridge.request(request) == before


# Deciding at once


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


# What is written down


def test_every_decision_is_written_down_with_who_and_what(bridge: Stage) -> None:
    request, held = an_unknown(bridge)
    after_quarantine(bridge, held)
    bridge.retry(request, not_there=True, who=ADA)
    bridge.cancel(request, who=BEN)
    bridge.retry(request, who=ADA, options={"voice": "sage"})
    bridge.settle(bridge.send(), NO_ANSWER)
    bridge.adopt(request, LINK, who=BEN)

    written = [(entry.actor, entry.action, dict(entry.detail)) for entry in reversed(bridge.ask(audit.of, request))]
    assert written == [
        ("ada", "retry", {"not_there": True, "changed": False}),
        ("ben", "cancel", {"not_there": False}),
        ("ada", "retry", {"not_there": False, "changed": True}),
        ("ben", "adopt", {"interview": LINK.rpartition("/")[2]}),
    ]


def test_a_refused_decision_leaves_no_trace(bridge: Stage) -> None:
    request, _ = an_unknown(bridge)
    before = bridge.request(request)

    refusal(lambda: bridge.retry(request, not_there=True))
    refusal(lambda: bridge.adopt(request, "nonsense"))

    assert bridge.request(request) == before
    assert bridge.ask(audit.of, request) == []


def test_what_does_not_exist_is_not_found(bridge: Stage) -> None:
    for decide in (lambda: bridge.retry("nothing"), lambda: bridge.adopt("nothing", LINK), lambda: bridge.cancel("x")):
        assert refusal(decide).why is Why.NOT_FOUND
