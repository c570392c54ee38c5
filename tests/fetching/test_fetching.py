"""One set of promises for every vendor that announces a posting without its text."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config import Secret
from tests.fetching.town import A_POSTING, ANOTHER, HOUR, TEXT, Town
from tests.standins.vendor import MORNING, Cut, Status
from worker.domain.request import State
from worker.events import announcing
from worker.events.fetching import GONE
from worker.ledger import fetches, postings, source_apis
from worker.ledger.connection import Ledger, Tx
from worker.ledger.events import EventState
from worker.ledger.fetches import LEASE, FetchState, Later, What
from worker.policy import asking


def test_an_announced_posting_gets_its_text_from_the_ats(town: Town) -> None:
    event = town.announce()
    assert town.said(event) == f"The text of posting {A_POSTING.id} is being fetched."
    assert town.requests() == []
    assert town.ask_all() == 1
    (request,) = town.requests()
    assert A_POSTING.text in town.texts()[A_POSTING.id]
    assert (request.title, request.source, request.state) == ("Mechanic", "careers", State.WAITING)
    assert (town.state(event), town.said(event)) == (EventState.READ, f"Filed as {request.label}.")
    assert town.fetch().state is FetchState.DONE


def test_announced_again_it_is_asked_again_and_filed_once(ashby: Town) -> None:
    first, second = ashby.announce(), ashby.announce()
    assert ashby.said(first) == announcing.SUPERSEDED
    assert ashby.ask_all() == 1
    third = ashby.announce()
    assert ashby.ask_all() == 1
    assert len(ashby.requests()) == 1
    assert ashby.said(second).startswith("Filed as ")
    assert ashby.said(third)


def test_a_changed_text_is_the_newest_that_the_ats_has(town: Town) -> None:
    town.announce()
    town.ask_all()
    town.vendor.change(A_POSTING.id, text=TEXT.format(9), changed_at=town.clock.now)
    town.announce(town.vendor.postings[A_POSTING.id])
    town.ask_all()
    assert TEXT.format(9) in town.texts()[A_POSTING.id]


def test_what_is_announced_while_it_is_asked_for_is_asked_once_more(ashby: Town) -> None:
    ashby.announce()
    ashby.vendor.before_answer = lambda _: ashby.announce() if len(ashby.vendor.asked) == 1 else None
    assert ashby.ask_all() == 2
    assert len(ashby.requests()) == 1


def test_a_posting_that_is_no_draft_no_more_is_closed_by_the_answer(town: Town) -> None:
    town.announce()
    town.ask_all()
    town.vendor.change(A_POSTING.id, state="closed", changed_at=town.clock.now)
    event = town.announce()
    town.ask_all()
    assert [one.state for one in town.requests()] == [State.CANCELLED]
    assert town.said(event).startswith("The posting closed;")


@pytest.mark.parametrize("trouble", [Cut(), Status(502), Status(503), Status(504)])
def test_a_hiccup_is_tried_again_at_once(ashby: Town, trouble: Cut | Status) -> None:
    ashby.announce()
    ashby.vendor.then(trouble)
    assert ashby.ask_all() == 1
    assert len(ashby.requests()) == 1


def test_an_api_that_is_away_is_asked_later_and_nothing_is_lost(ashby: Town) -> None:
    event = ashby.announce()
    ashby.vendor.then(*[Status(503)] * 3, *[Status(500)] * 4)
    for _ in range(5):
        assert ashby.requests() == []
        assert ashby.ask_all() == 1
        ashby.pass_time(HOUR)
    assert "The API of careers answered 500. Next: " in ashby.said(event)
    assert ashby.ask_all() == 1
    assert len(ashby.requests()) == 1
    assert ashby.said(event).startswith("Filed as ")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("30", 30), ("Fri, 20 Nov 2026 09:00:00 GMT", 1), ("86400", 3600), ("soon", 60), ("-5", 60), ("0", 1)],
)
def test_too_many_calls_close_the_source_for_as_long_as_it_says(ashby: Town, told: str, seconds: int) -> None:
    """Between a second and an hour; no other posting of the source is asked for meanwhile."""
    ashby.vendor.put(ANOTHER)
    ashby.announce()
    ashby.announce(ANOTHER)
    ashby.vendor.then(Status(429, {"Retry-After": told}))
    closed_at = ashby.clock.now
    ashby.ask_once()
    assert isinstance(ashby.fetching.one("careers"), Later)
    ashby.clock.now = closed_at + timedelta(seconds=seconds - 0.1)
    if seconds > 1:
        assert isinstance(ashby.fetching.one("careers"), Later)
        assert len(ashby.vendor.asked) == 1
    ashby.pass_time(timedelta(seconds=2))
    assert ashby.ask_all() == 2
    assert len(ashby.requests()) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_says_what_to_do_and_is_asked_again_after_a_restart(town: Town, status: int) -> None:
    event = town.announce()
    town.vendor.then(Status(status))
    town.ask_all()
    assert f"answered {status}: it does not accept the api_key of [sources.careers]" in town.said(event)
    assert "Correct it and restart the bridge." in town.said(event)
    api = town.ledger.read(lambda tx: source_apis.get(tx, "careers"))
    assert api is not None
    assert api.refused
    assert town.vendor.key not in str(api)
    town.pass_time(timedelta(minutes=10))
    assert town.ask_all() == 0
    town.with_source()
    assert town.ask_all() == 1
    assert len(town.requests()) == 1


def test_without_a_key_nothing_is_called_and_nothing_is_lost(ashby: Town) -> None:
    ashby.with_source(api_key=None)
    event = ashby.announce()
    ashby.ask_all()
    assert ashby.vendor.asked == []
    assert "[sources.careers] has no api_key" in ashby.said(event)
    assert ashby.state(event) is EventState.READ
    ashby.with_source(api_key=Secret(ashby.vendor.key))
    ashby.ask_all()
    assert len(ashby.requests()) == 1


def test_a_posting_that_the_ats_knows_no_more_is_closed_once_that_is_sure(town: Town) -> None:
    """An API that answers for others says so three times; the first word may only come too early."""
    town.vendor.put(ANOTHER)
    town.announce(ANOTHER)
    town.announce()
    town.ask_all()
    del town.vendor.postings[A_POSTING.id]
    event = town.announce()
    for _ in range(asking.TRIES_UNTIL_GONE - 1):
        town.ask_all()
        assert [one.state for one in town.requests()] == [State.WAITING] * 2
        town.pass_time(HOUR)
    town.ask_all()
    assert {one.job_id: one.state for one in town.requests()} == {
        A_POSTING.id: State.CANCELLED,
        ANOTHER.id: State.WAITING,
    }
    assert town.said(event).startswith(GONE)


def test_a_404_of_an_api_that_never_answered_closes_nothing(town: Town) -> None:
    """Its address may be wrong, or the account. It is given up, and a replay asks again."""
    event = town.announce()
    town.vendor.then(*[Status(404)] * asking.MOST_UNREADABLE)
    for _ in range(asking.MOST_UNREADABLE):
        town.ask_all()
        town.pass_time(HOUR)
    assert town.ask_all() == 0
    assert town.ledger.read(lambda tx: postings.get(tx, "careers", A_POSTING.id)) is None
    assert town.state(event) is EventState.UNREADABLE
    assert "answered with 404" in town.said(event)
    town.replay(event)
    town.ask_all()
    assert len(town.requests()) == 1


def test_who_dies_after_the_claim_leaves_a_lease_that_ends(ashby: Town) -> None:
    ashby.announce()
    assert isinstance(ashby.ledger.write(lambda tx: fetches.claim(tx, "careers", timedelta(), "dead")), fetches.Fetch)
    assert ashby.ask_all() == 0
    ashby.pass_time(LEASE + timedelta(seconds=1))
    assert ashby.ask_all() == 1
    assert len(ashby.requests()) == 1


def test_an_answer_that_comes_after_the_lease_changes_nothing(ashby: Town) -> None:
    ashby.announce()
    older = replace(A_POSTING)

    def overtake(_: object) -> None:
        if len(ashby.vendor.asked) == 1:
            ashby.pass_time(LEASE + timedelta(seconds=1))
            ashby.vendor.change(A_POSTING.id, text=TEXT.format(9))
            ashby.ask_all()
            ashby.vendor.put(older)

    ashby.vendor.before_answer = overtake
    ashby.ask_once()
    assert TEXT.format(9) in ashby.texts()[A_POSTING.id]


def test_a_vendor_that_dates_a_change_in_the_future_can_close_its_posting_all_the_same(town: Town) -> None:
    town.vendor.change(A_POSTING.id, changed_at=datetime(2999, 1, 1, tzinfo=UTC))
    town.announce(town.vendor.postings[A_POSTING.id])
    town.ask_all()
    assert [one.state for one in town.requests()] == [State.WAITING]
    town.vendor.change(A_POSTING.id, state="closed", changed_at=town.clock.now)
    town.announce(town.vendor.postings[A_POSTING.id])
    town.ask_all()
    assert [one.state for one in town.requests()] == [State.CANCELLED]


def test_calls_are_apart(ashby: Town) -> None:
    ashby.vendor.put(ANOTHER)
    ashby.announce()
    ashby.announce(ANOTHER)
    ashby.fetching.one("careers")
    assert isinstance(ashby.fetching.one("careers"), Later)
    assert len(ashby.vendor.asked) == 1


def test_of_two_first_announcements_in_one_moment_the_second_knows_of_the_first(ledger: Ledger) -> None:
    """Else the event of the first would say for ever that its text is being fetched."""

    def wish(event_id: str) -> fetches.Wish:
        return fetches.Wish("careers", "acme", What.POSTING, "7", event_id, MORNING, alone=True)

    found: list[fetches.Fetch] = []
    second = threading.Thread(target=lambda: found.append(ledger.write(lambda tx: fetches.wish(tx, wish("second")))))

    def unit(tx: Tx) -> None:
        assert fetches.wish(tx, wish("first")).event_id == "first"
        second.start()
        second.join(0.3)  # it waits for this transaction, if it asks the database as it should

    ledger.write(unit)
    second.join()
    assert [one.event_id for one in found] == ["first"]
