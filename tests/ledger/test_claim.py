"""The claim: who is next in line, and what it changes."""

from datetime import timedelta

import pytest

from tests.ledger.stage import ACME, BOLT, LEASE, ONE_SECOND, STEP, TEXT, UNAVAILABLE, Stage, created
from worker.domain.request import Kind, State, Tier
from worker.ledger import attempts, budgets, listing, requests
from worker.policy import pacing
from worker.policy.priority import BATCH, LIVE


def claimed_in_order(bridge: Stage, count: int) -> list[str]:
    return [bridge.claim().request_id for _ in range(count)]


def test_live_goes_before_batch_then_the_older_then_the_smaller_id(bridge: Stage) -> None:
    batch_old = bridge.file(urgency=BATCH)
    first = bridge.file(urgency=LIVE)
    second = bridge.file(urgency=LIVE)
    bridge.pass_time(ONE_SECOND)
    late = bridge.file(urgency=LIVE)
    batch_new = bridge.file(urgency=BATCH)

    line = bridge.ask(listing.line, ACME, Tier.AI, 10)

    assert first < second, "ids filed in one breath keep their order"
    assert line == [first, second, late, batch_old, batch_new]
    assert claimed_in_order(bridge, 5) == line


def test_how_many_go_first_is_what_the_claims_do(bridge: Stage) -> None:
    filed = [bridge.file(urgency=urgency) for urgency in (BATCH, LIVE, BATCH, LIVE)]

    places = {one: bridge.ask(listing.ahead, bridge.request(one)) for one in filed}

    assert claimed_in_order(bridge, 4) == sorted(filed, key=places.__getitem__)


def test_a_claim_moves_the_request_and_hands_out_what_is_sent(bridge: Stage) -> None:
    request = bridge.file(title="Night shift", options={"voice": "sage"}, about={"location": "Cork"})

    found = bridge.try_claim()

    assert isinstance(found, attempts.Claimed)
    assert found.content == bridge.ask(requests.content, request)
    assert (found.content.text, found.content.options["voice"], found.content.about["location"]) == (
        TEXT,
        "sage",
        "Cork",
    )
    now = bridge.request(request)
    assert (now.state, now.fence) == (State.SENDING, 1)
    assert (found.attempt.n, found.attempt.request_id, found.attempt.label) == (1, request, now.label)
    assert (found.attempt.slot_at, found.attempt.lease_until) == (bridge.clock.now, bridge.clock.now + LEASE)


def test_the_wait_that_a_claim_tells_is_what_the_ledger_would_say_now(bridge: Stage) -> None:
    for number in range(25):
        bridge.file()
        if number == 20:
            bridge.tell(budgets.next_alone, ACME)  # from here on a call is on trial
        found = bridge.try_claim()
        if isinstance(found, attempts.NoSlot) and found.wait is not None:
            bridge.pass_time(found.wait)
            found = bridge.try_claim()
        if isinstance(found, attempts.NoSlot):
            assert number > 20
            break
        opens = pacing.next_slot(bridge.ask(budgets.view, ACME, Tier.AI, bridge.clock.now), bridge.clock.now)
        assert found.wait == (None if opens is None else opens - bridge.clock.now)
        if number % 3:
            bridge.mark(found.attempt)
    else:
        pytest.fail("the call on trial was overtaken")


def test_a_request_that_is_under_way_is_not_claimed_again(bridge: Stage) -> None:
    bridge.file()
    bridge.claim()
    bridge.pass_time(STEP)

    assert bridge.try_claim() == attempts.NothingDue(None)


def test_what_is_not_due_yet_waits_and_says_for_how_long(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.send()
    bridge.pass_time(STEP)
    bridge.settle(held, UNAVAILABLE)  # backoff of one second

    assert bridge.try_claim() == attempts.NothingDue(ONE_SECOND)

    bridge.pass_time(ONE_SECOND)
    assert bridge.claim().request_id == request


def test_each_claim_has_a_higher_fence(bridge: Stage) -> None:
    request = bridge.file()
    fences = []
    for _ in range(3):
        held = bridge.send()
        fences.append(held.n)
        bridge.settle(held, UNAVAILABLE)
        bridge.pass_time(timedelta(seconds=30))

    assert fences == [1, 2, 3]
    assert bridge.request(request).fence == 3


@pytest.mark.parametrize("rest", ["created", "held", "cancelled", "unknown"])
def test_what_rests_is_not_claimed(bridge: Stage, rest: str) -> None:
    request = bridge.file("Too short." if rest == "held" else TEXT)
    if rest == "cancelled":
        bridge.cancel(request)
    if rest == "created":
        bridge.settle(bridge.send(), created())
    if rest == "unknown":
        bridge.lose(bridge.send())
    bridge.pass_time(timedelta(days=1))

    assert bridge.state_of(request) == rest
    assert bridge.try_claim() == attempts.NothingDue(None)


def test_organizations_and_tiers_do_not_take_each_others_slots_or_work(bridge: Stage) -> None:
    ours = bridge.file()
    theirs = bridge.file(organization=BOLT)
    made_by_hand = bridge.file(kind=Kind.CREATE, text="")

    assert bridge.try_claim(ACME, Tier.AI).request.id == ours
    assert bridge.try_claim(BOLT, Tier.AI).request.id == theirs
    assert bridge.try_claim(ACME, Tier.DEFAULT).request.id == made_by_hand
    assert bridge.try_claim(BOLT, Tier.DEFAULT) == attempts.NothingDue(None)


def test_what_is_due_is_named_by_organization_and_tier(bridge: Stage) -> None:
    bridge.file()
    bridge.file()
    bridge.file(organization=BOLT, kind=Kind.CREATE, text="")
    bridge.send()

    assert sorted(bridge.ask(requests.due)) == [(ACME, Tier.AI), (BOLT, Tier.DEFAULT)]
