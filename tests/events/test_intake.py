"""Receipts while the ledger is away, hangs and comes back: each is stored once, under the id that its sender was told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from tests.events.desks import LONG_AGO, Desk, a_receipt, sqlite_desk, until
from worker.domain.received import Received
from worker.events.intake import PATIENCE, CannotStore
from worker.ledger import events
from worker.ledger.events import EventState, Stored


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = sqlite_desk(tmp_path)
    yield made
    made.ledger.close()


def test_a_receipt_is_stored_as_soon_as_the_ledger_is_back_under_the_id_that_was_told(desk: Desk) -> None:
    with desk.away():
        told = desk.intake.store(a_receipt(1))
        assert (told.duplicate, desk.intake.spooled()) == (False, 1)
        assert desk.hinted == []
        until(lambda: REGISTRY.get_sample_value("sprout_spooled") == 1, "the gauge says so")
    desk.until_drained()

    assert desk.stored() == [(told.event_id, b"1")]
    until(lambda: REGISTRY.get_sample_value("sprout_spooled") == 0, "the gauge says so")
    stored = desk.ledger.read(lambda tx: events.get(tx, told.event_id))
    assert stored is not None
    assert (stored.state, stored.received_at) == (EventState.STORED, LONG_AGO)
    assert desk.ledger.read(lambda tx: events.received(tx, told.event_id)) == Received(
        {"x-number": "1"}, b"1", LONG_AGO
    )
    assert desk.hinted == [told.event_id]
    assert list(desk.spool.iterdir()) == []


def test_a_repeat_is_told_the_first_ones_id_in_the_spool_and_after_it(desk: Desk) -> None:
    with desk.away():
        first = desk.intake.store(a_receipt(1))
        assert desk.intake.store(a_receipt(1)) == Stored(first.event_id, duplicate=True)
    assert desk.intake.store(a_receipt(1)) == Stored(first.event_id, duplicate=True)
    desk.until_drained()
    assert desk.intake.store(a_receipt(1)) == Stored(first.event_id, duplicate=True)
    assert len(desk.stored()) == 1


def test_a_repeat_of_what_only_the_ledger_knows_changes_nothing_once_it_is_back(desk: Desk) -> None:
    first = desk.intake.store(a_receipt(1))
    with desk.away():
        assert desk.intake.store(a_receipt(1)).duplicate is False
    desk.until_drained()

    assert desk.stored() == [(first.event_id, b"1")]
    assert desk.hinted == []
    assert desk.intake.store(a_receipt(1)) == Stored(first.event_id, duplicate=True)


def test_all_are_stored_in_the_order_in_which_they_came(desk: Desk) -> None:
    desk.intake.store(a_receipt(0))
    with desk.away():
        for number in range(1, 300):
            desk.intake.store(a_receipt(number))
    for number in range(300, 400):
        desk.intake.store(a_receipt(number))
    desk.until_drained()
    desk.intake.store(a_receipt(400))

    assert [body for _, body in desk.stored()] == [b"%d" % number for number in range(401)]


def test_a_commit_that_was_given_up_and_comes_late_doubles_nothing(desk: Desk) -> None:
    """The lock is held: whoever waits for it goes on and commits later, beside the spool that holds the same."""
    with desk.held():
        given_up = desk.intake.store(a_receipt(1))
        behind = desk.intake.store(a_receipt(2))
        assert desk.intake.spooled() == 2
    desk.until_drained()

    assert desk.stored() == [(given_up.event_id, b"1"), (behind.event_id, b"2")]
    assert desk.hinted == [given_up.event_id, behind.event_id]


def test_while_the_ledger_hangs_nobody_waits_for_longer_than_a_sender_does(desk: Desk) -> None:
    with desk.held(), ThreadPoolExecutor(50) as pool:
        answers = [pool.submit(desk.intake.store, a_receipt(number)) for number in range(50)]
        told = {answer.result(PATIENCE.total_seconds()).event_id for answer in answers}
    desk.until_drained()
    assert {event_id for event_id, _ in desk.stored()} == told
    assert len(told) == 50


def test_a_full_spool_acknowledges_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    desk = sqlite_desk(tmp_path, largest=1000)
    with desk.away():
        kept = desk.intake.store(a_receipt(1))
        with pytest.raises(CannotStore):
            desk.intake.store(a_receipt(2, body=bytes(1000)))
        assert not desk.intake.spooled() > 1
    desk.until_drained()
    again = desk.intake.store(a_receipt(2, body=bytes(1000)))

    assert [event_id for event_id, _ in desk.stored()] == [kept.event_id, again.event_id]
    desk.ledger.close()


def test_a_vendors_test_is_never_work_also_by_way_of_the_spool(desk: Desk) -> None:
    with desk.away():
        ping = desk.intake.store(a_receipt(1, ignored="A ping."))
    desk.until_drained()
    stored = desk.ledger.read(lambda tx: events.get(tx, ping.event_id))
    assert stored is not None
    assert (stored.state, stored.reason) == (EventState.IGNORED, "A ping.")
    assert not desk.intake.has_verified("careers")


def test_who_has_verified_a_delivery_is_known_while_the_ledger_is_away(desk: Desk) -> None:
    desk.intake.store(a_receipt(1))
    with desk.away():
        desk.intake.store(a_receipt(2, source="forms"))
        assert desk.intake.has_verified("careers")
        assert desk.intake.has_verified("forms")
    desk.until_drained()
    assert desk.ledger.read(events.verified_sources) == {"careers", "forms"}


def test_what_was_spooled_under_two_names_is_one_event(desk: Desk) -> None:
    """Two processes spool the same delivery; the second to arrive finds its keys taken."""
    other = Desk(desk.folder, desk.ledger)
    with desk.away():
        told = {one.intake.store(a_receipt(1)).event_id for one in (desk, other)}
        assert len(told) == 2
    desk.until_drained()
    other.until_drained()

    ((stored, body),) = desk.stored()
    assert (body, stored in told, desk.hinted + other.hinted) == (b"1", True, [stored])


def test_the_time_of_a_clock_that_is_ahead_is_not_believed(desk: Desk) -> None:
    ahead = a_receipt(1)
    ahead = replace(ahead, received=replace(ahead.received, at=LONG_AGO.replace(year=2999)))
    with desk.away():
        told = desk.intake.store(ahead)
    desk.until_drained()
    stored = desk.ledger.read(lambda tx: events.get(tx, told.event_id))
    assert stored is not None
    assert stored.received_at <= desk.ledger.read(lambda tx: tx.now())
