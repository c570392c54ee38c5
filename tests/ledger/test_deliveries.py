"""Deliveries: taken in order and by one only, settled by whoever holds the fence."""

import threading
from collections.abc import Callable
from datetime import timedelta

from tests.ledger.dispatching import ALL, CHAT, CRM, LEASE, claim, happen, planned, settle, state_of
from tests.ledger.stage import ACME, Stage
from worker.domain.delivery import DeliveryState, Ended
from worker.domain.message import Happened
from worker.ledger import deliveries, targets
from worker.policy import redelivery

HOUR = timedelta(hours=1)


def test_in_one_lane_a_later_delivery_waits_until_the_earlier_has_ended(told: Stage) -> None:
    for cause in ("one", "two"):
        happen(told, cause)
    happen(told, "elsewhere", lane="another lane")

    first, other = claim(told)
    assert claim(told) == []
    settle(told, first, Ended(503))
    assert claim(told) == [], "the first is to be tried again and keeps its place"
    settle(told, other, Ended(204))
    told.pass_time(timedelta(seconds=6))
    (again,) = claim(told)
    assert again.id == first.id
    settle(told, again, Ended(204))

    (second,) = claim(told)
    assert second.id > first.id


def test_one_that_is_given_up_lets_the_next_of_its_lane_go(told: Stage) -> None:
    happen(told, "one")
    happen(told, "two")
    (first,) = claim(told)
    settle(told, first, Ended(302))
    assert state_of(told, first) is DeliveryState.FAILED
    told.pass_time(redelivery.BREATHER)
    assert len(claim(told)) == 1


def test_at_most_four_are_under_way_to_one_target_and_one_to_a_target_that_fails(told: Stage) -> None:
    for number in range(10):
        happen(told, f"{number}", lane=f"{number}")
    under_way = claim(told)
    assert len(under_way) == deliveries.AT_ONCE
    assert claim(told) == []
    assert len(claim(told, CHAT)) == deliveries.AT_ONCE, "each target has its own"
    for held in under_way:
        settle(told, held, Ended(500))
    told.pass_time(redelivery.BREATHER)

    (only,) = claim(told)
    assert claim(told) == []
    settle(told, only, Ended(200))
    assert len(claim(told)) == deliveries.AT_ONCE


def test_a_worker_that_wakes_up_late_cannot_undo_what_a_newer_try_did(told: Stage) -> None:
    happen(told, "one")
    (slow,) = claim(told)
    told.pass_time(LEASE + timedelta(seconds=1))
    assert told.tell(lambda tx: deliveries.release(tx, deliveries.expired(tx))) == 1
    told.pass_time(timedelta(seconds=6))
    (newer,) = claim(told)
    assert newer.id == slow.id
    assert not settle(told, slow, Ended(500)), "a newer try is under way"
    settle(told, newer, Ended(200))

    assert not settle(told, slow, Ended(500))
    assert state_of(told, slow) is DeliveryState.DELIVERED
    assert told.ask(targets.get, CRM).failures == 0
    assert [one.fault for one in told.ask(deliveries.tries, slow.id)] == [None, deliveries.DIED]


def test_processes_that_die_put_a_message_off_for_seconds_and_not_for_the_targets_schedule(told: Stage) -> None:
    happen(told, "one")
    waits = []
    while claim(told):
        told.pass_time(LEASE + timedelta(seconds=1))
        told.tell(lambda tx: deliveries.release(tx, deliveries.expired(tx)))
        due = told.ask(deliveries.next_due, [CRM])
        if due:
            waits.append((due[CRM] - told.clock.now).total_seconds())
            told.clock.now = due[CRM]
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert state_of(told, planned(told, target=CRM)[0]) is DeliveryState.FAILED
    assert told.ask(targets.get, CRM).failures == 0


def test_all_steps_of_the_schedule_are_tried_and_then_it_rests(told: Stage) -> None:
    happen(told, "one")
    began, waits = told.clock.now, []
    while held := claim(told):
        settle(told, held[0], Ended(fault="No connection."))
        due = told.ask(deliveries.next_due, [CRM])
        if due:
            waits.append(due[CRM] - told.clock.now)
            told.clock.now = due[CRM]
    assert waits == list(redelivery.SCHEDULE)
    assert timedelta(days=3) < told.clock.now - began < timedelta(days=3, hours=6)
    assert state_of(told, planned(told, target=CRM)[0]) is DeliveryState.FAILED


def test_a_target_that_fails_for_long_is_told_of_once_and_paused_in_the_end(told: Stage) -> None:
    happen(told, "one")
    claim(told, CHAT)
    while held := claim(told):
        settle(told, held[0], Ended(503))
        due = told.ask(deliveries.next_due, [CRM])
        told.clock.now = due.get(CRM, told.clock.now)

    failing = [one for one in planned(told, target=CHAT) if one.event is Happened.DELIVERY_FAILING]
    assert [one.facts["target"]["paused"] for one in failing] == [False, True]
    assert planned(told, target=CRM, event=Happened.DELIVERY_FAILING) == [], "it is not told of itself"
    standing = told.ask(targets.get, CRM)
    assert standing.paused_at is not None
    assert standing.paused_by is None


def test_a_gone_target_is_paused_and_what_waits_for_it_is_kept(told: Stage) -> None:
    happen(told, "one")
    happen(told, "two", lane="other")
    first, _second = claim(told)
    settle(told, first, Ended(410))
    assert state_of(told, first) is DeliveryState.WAITING
    assert claim(told) == []
    assert told.ask(deliveries.next_due, [CRM]) == {}

    told.tell(targets.resume, CRM)
    assert [one.id for one in claim(told)] == [first.id]


def test_what_a_target_asks_for_holds_for_everything_that_goes_there(told: Stage) -> None:
    happen(told, "one")
    happen(told, "two", lane="other")
    first, second = claim(told)
    settle(told, first, Ended(429, retry_after=HOUR))
    settle(told, second, Ended(fault="No connection."))
    assert told.ask(deliveries.next_due, [CRM])[CRM] == told.clock.now + HOUR
    told.pass_time(HOUR)
    assert len(claim(told)) == 1


def test_resending_begins_the_schedule_anew_under_the_same_id(told: Stage) -> None:
    happen(told, "one")
    (held,) = claim(told)
    assert not told.tell(deliveries.send_again, held.id), "it is on its way"
    settle(told, held, Ended(302))
    told.pass_time(redelivery.BREATHER)
    assert told.ask(deliveries.failed_since, told.clock.now - HOUR, CRM) == [held.id]
    assert told.ask(deliveries.failed_since, told.clock.now, CRM) == []
    assert told.tell(deliveries.send_again, held.id)

    (again,) = claim(told)
    assert (again.id, again.tries, again.fence) == (held.id, 1, 2)


def test_two_workers_at_once_never_take_the_same_delivery(overlapping: Callable[..., Stage]) -> None:
    stages = [overlapping(), overlapping()]
    stages[0].tell(targets.prepare, [targets.Wanted(CRM, ACME, "webhook", ALL)])
    for number in range(4):
        happen(stages[0], f"{number}", lane=f"{number % 3}")
    start, taken = threading.Barrier(2), []

    def work(stage: Stage) -> None:
        start.wait()
        taken.extend(claim(stage, most=3))

    threads = [threading.Thread(target=work, args=(stage,)) for stage in stages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.id for one in taken}) == len(taken) == 3
    assert len({one.lane for one in taken}) == 3
