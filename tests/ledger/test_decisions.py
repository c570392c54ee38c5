"""What a person may decide, when, and what is written down of it."""

from datetime import timedelta

import pytest

from tests.ledger.deciding import LINK, a_held, after_quarantine, an_unknown, refusal
from tests.ledger.stage import ADA, BEN, NO_ANSWER, ONE_SECOND, QUARANTINE, TEXT, UNAVAILABLE, Stage, created
from worker.domain.request import Code, State
from worker.ledger import audit, requests
from worker.operators import Why

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


# What is written down


def test_every_decision_is_written_down_with_who_and_what(bridge: Stage) -> None:
    request, held = an_unknown(bridge)
    filed = bridge.ask(requests.content_digest_of, request)
    after_quarantine(bridge, held)
    bridge.retry(request, not_there=True, who=ADA)
    bridge.cancel(request, who=BEN)
    bridge.retry(request, who=ADA, options={"voice": "sage"})
    changed = bridge.ask(requests.content_digest_of, request)
    bridge.settle(bridge.send(), NO_ANSWER)
    bridge.adopt(request, LINK, who=BEN)

    assert filed != changed
    written = [(entry.actor, entry.action, dict(entry.detail)) for entry in reversed(bridge.ask(audit.of, request))]
    assert written == [
        ("ada", "retry", {"not_there": True, "changed": False, "content": filed}),
        ("ben", "cancel", {"not_there": False}),
        ("ada", "retry", {"not_there": False, "changed": True, "content": changed}),
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
