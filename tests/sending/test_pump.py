"""The pump, against a TalentSprout that counts: everything once, nothing too early, nothing lost."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from config import settings
from tests.ledger.stage import ACME
from tests.sending.shop import SPEED, Shop, until
from worker.domain.request import Kind, State, Tier
from worker.ledger import organizations
from worker.sandbox.settings import Seconds
from worker.upkeep import sweep

Open = Callable[..., Shop]
BY_HAND = {"title": "Carer", "questions": [{"question": f"Why {what}?"} for what in ("care", "nights", "us")]}
WIRE = SPEED  # seconds of TalentSprout's time that are one second here


def file_many(shop: Shop, number: int) -> list[str]:
    return [shop.file() for _ in range(number)]


def test_forty_requests_are_all_made_once_and_never_too_many_at_a_time(open_shop: Open) -> None:
    """The server allows 20 in two seconds; we plan with a little more, because this machine has other things to do."""
    shop = open_shop(
        limit=settings.Limit(count=20, window=timedelta(seconds=2.5)), server_limit=20, generating=Seconds(0, 8)
    )
    requests = file_many(shop, 40)

    shop.pump.run(ACME)
    until(lambda: shop.states() == {State.CREATED: 40}, "40 interviews")

    arrived = shop.arrivals()
    assert [one["status"] for one in arrived] == [201] * 40
    assert len({one["label"] for one in arrived}) == 40
    assert len(set(shop.links())) == 40
    assert {shop.request(one).fence for one in requests} == {1}


def test_one_hint_is_enough_for_everything_that_waits_in_both_tiers(open_shop: Open) -> None:
    shop = open_shop()
    generated = file_many(shop, 3)
    by_hand = [shop.file("", kind=Kind.CREATE, options=BY_HAND) for _ in range(3)]

    shop.pump.run(ACME)
    until(lambda: shop.states() == {State.CREATED: 6}, "6 interviews")

    assert {shop.state_of(one) for one in (*generated, *by_hand)} == {State.CREATED}
    assert sorted(str(one["endpoint"]) for one in shop.arrivals()) == ["from-job-description"] * 3 + ["interviews"] * 3


def test_a_refused_key_stops_the_rest_and_a_mended_one_resumes_it(open_shop: Open) -> None:
    shop = open_shop(limit=settings.Limit(count=50, window=timedelta(seconds=2)))
    shop.revoke(revoked=True)
    file_many(shop, 8)

    shop.pump.run(ACME)
    until(lambda: shop.bridge.ledger.read(lambda tx: organizations.paused(tx, ACME)), "the pause")
    assert shop.pump.flights.wait(20)
    refused = len(shop.arrivals())
    assert refused < 8
    assert shop.states() == {State.WAITING: 8}, "nothing failed, nothing is lost"

    shop.revoke(revoked=False)
    until(lambda: _probed(shop), "the ping that is accepted")
    shop.pump.run(ACME)
    until(lambda: shop.states() == {State.CREATED: 8}, "8 interviews")

    posts = [one for one in shop.arrivals() if one["endpoint"] != "ping"]
    assert sorted(one["status"] for one in posts) == [201] * 8 + [401] * refused


def _probed(shop: Shop) -> bool:
    sweep.probe_paused(shop.bridge)
    return shop.bridge.ledger.read(lambda tx: organizations.paused(tx, ACME)) is None


def test_thirty_calls_fly_at_once_from_one_process(open_shop: Open) -> None:
    shop = open_shop(generating=Seconds(3 * WIRE, 3 * WIRE))
    file_many(shop, 30)

    shop.pump.run(ACME)
    until(lambda: len(shop.pump.flights.now()) == 30, "30 calls in the air")

    assert shop.states() == {State.SENDING: 30}
    until(lambda: shop.states() == {State.CREATED: 30}, "30 interviews")


def test_what_has_no_seat_is_not_claimed_and_another_process_may_have_it(open_shop: Open) -> None:
    shop = open_shop(seats=2, generating=Seconds(3 * WIRE, 3 * WIRE))
    file_many(shop, 5)

    shop.pump.run(ACME)
    until(lambda: len(shop.pump.flights.now()) == 2, "two calls in the air")
    shop.pump.run(ACME)

    assert shop.states() == {State.SENDING: 2, State.WAITING: 3}
    shop.pump.stop()


def test_one_seat_is_enough_to_send_everything_one_after_the_other(open_shop: Open) -> None:
    shop = open_shop(seats=1)
    file_many(shop, 5)

    shop.pump.run(ACME)
    until(lambda: shop.states() == {State.CREATED: 5}, "5 interviews from one seat")


def test_who_finds_every_seat_taken_comes_again(open_shop: Open) -> None:
    """A seat may be taken for a moment by a claim of another tier or organization, which finds nothing."""
    shop = open_shop(seats=1)
    request = shop.file()
    assert shop.pump.flights.take_seat()

    shop.pump.run_tier(ACME, Tier.AI)
    shop.pump.flights.leave_seat()

    until(lambda: shop.state_of(request) is State.CREATED, "the second look")


def test_after_the_stop_nothing_is_claimed_and_calls_in_flight_finish(open_shop: Open) -> None:
    shop = open_shop(seats=3, generating=Seconds(WIRE, WIRE))
    file_many(shop, 6)
    shop.pump.run(ACME)
    until(lambda: shop.states().get(State.SENDING) == 3, "three calls in the air")

    shop.pump.stop()
    shop.pump.run(ACME)

    assert shop.pump.flights.wait(20)
    shop.pump.run(ACME)
    assert shop.states() == {State.CREATED: 3, State.WAITING: 3}
    assert len(shop.arrivals()) == 3


def test_a_claim_that_is_under_way_at_the_stop_is_waited_for(shop: Shop) -> None:
    """Else the process would leave with a call that has just begun."""
    request = shop.file()
    asked, may_answer = threading.Event(), threading.Event()
    database_clock = shop.bridge.ledger.clock

    def slow(conn):
        asked.set()
        may_answer.wait(20)
        return database_clock(conn)

    shop.bridge.ledger.clock = slow
    claiming = threading.Thread(target=shop.pump.run_tier, args=(ACME, Tier.AI))
    claiming.start()
    assert asked.wait(20)

    shop.pump.stop()

    assert not shop.pump.flights.wait(0.05)
    may_answer.set()
    claiming.join(20)
    assert shop.pump.flights.wait(20)
    assert shop.state_of(request) is State.CREATED


def test_an_alarm_goes_on_when_the_next_slot_opens(open_shop: Open) -> None:
    shop = open_shop(limit=settings.Limit(count=4, window=timedelta(seconds=1)))
    file_many(shop, 3)

    shop.pump.run(ACME)

    assert shop.states().get(State.WAITING, 0) >= 1, "the others have no slot yet"
    until(lambda: shop.states() == {State.CREATED: 3}, "3 interviews")


def test_an_alarm_goes_on_when_a_backoff_is_over(shop: Shop) -> None:
    shop.sandbox.tell("faults", fault="status:503")
    request = shop.file()

    shop.pump.run(ACME)
    until(lambda: shop.state_of(request) is State.CREATED, "the second try")

    assert [one["status"] for one in shop.arrivals()] == [503, 201]
    assert shop.request(request).fence == 2


def test_an_organization_that_is_not_configured_any_more_waits(shop: Shop) -> None:
    request = shop.file()

    shop.pump.run("somebody else")

    assert shop.state_of(request) is State.WAITING


def test_calls_that_nobody_waits_for_are_noted_as_unknown_and_a_late_answer_still_counts(open_shop: Open) -> None:
    shop = open_shop(generating=Seconds(WIRE, WIRE))
    request = shop.file()
    shop.pump.run(ACME)
    until(lambda: shop.request(request).fence and shop.newest(request).sent_at, "the sending")

    shop.pump.stop()
    shop.pump.abandon()

    assert shop.state_of(request) is State.UNKNOWN
    assert shop.pump.flights.wait(20)
    assert shop.state_of(request) is State.CREATED, "this process lived long enough after all"


@pytest.mark.parametrize("tier", Tier)
def test_with_nothing_to_do_nothing_happens(shop: Shop, tier: Tier) -> None:
    shop.pump.run_tier(ACME, tier)

    assert shop.pump.flights.wait(5)
    assert shop.arrivals() == []
