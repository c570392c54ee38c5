"""What is to be asked when the clock was set, or the configuration is another one: nothing waits for long, or for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from config import Secret
from tests.fetching.test_lists import FIVE, POLL
from tests.fetching.town import TEXT, Town
from tests.ledger.databases import Ledgers
from tests.ledger.stage import Clock
from tests.standins.kinds import STANDINS
from tests.standins.vendor import Status
from worker.domain.request import State
from worker.events import fetchers
from worker.events.fetching import Done
from worker.ledger import fetch_standings, fetches, source_apis
from worker.ledger.connection import Ledger
from worker.ledger.fetches import Later, What

DAY = timedelta(days=1)


@contextmanager
def polled(kind: str, ledger: Ledger, **more: bool) -> Iterator[Town]:
    with STANDINS[kind]() as vendor:
        town = Town(ledger, vendor, **more)
        vendor.put(*FIVE[:2])
        restart(town)
        town.ask_all()
        yield town


def restart(town: Town, **changes: object) -> None:
    """The bridge starts with another configuration."""
    town.with_source(**changes)
    town.ledger.write(lambda tx: fetchers.prepare(tx, [town.source]))
    town._put_off_lists()


def test_a_clock_that_was_a_day_ahead_holds_up_no_poll_and_misses_no_change(sqlite_ledgers: Ledgers) -> None:
    with sqlite_ledgers.lent() as ledger, polled("lever", ledger) as town:
        town.pass_time(DAY)
        town.ask_all()
        town.pass_time(-DAY)
        town.vendor.change("1", text=TEXT.format(77), changed_at=town.clock.now - timedelta(minutes=1))
        town.vendor.change("2", state="closed", changed_at=town.clock.now - timedelta(minutes=1))
        assert town.ask_all() >= 1
        assert TEXT.format(77) in town.texts()["1"]
        assert {one.job_id: one.state for one in town.requests()}["2"] is State.CANCELLED
        town.pass_time(POLL / 2)
        assert town.ask_all() == 0


def test_a_clock_that_is_set_back_while_an_api_is_closed_or_asked_does_not_keep_it_so(ashby: Town) -> None:
    ashby.announce()
    ashby.vendor.then(Status(429, {"Retry-After": "60"}))
    ashby.ask_once()
    ashby.pass_time(-DAY)
    ashby.ask_all()
    assert len(ashby.requests()) == 1
    ashby.announce(FIVE[1])
    ashby.vendor.put(FIVE[1])
    ashby.pass_time(timedelta(seconds=2))
    assert isinstance(ashby.ledger.write(lambda tx: fetches.claim(tx, "careers", timedelta(), "dead")), fetches.Fetch)
    ashby.pass_time(-DAY)
    ashby.ask_all()
    assert len(ashby.requests()) == 2


def test_calls_stay_apart_while_the_clock_is_as_it_should_be(ashby: Town) -> None:
    ashby.announce()
    ashby.announce(FIVE[1])
    ashby.fetching.one("careers")
    assert isinstance(ashby.fetching.one("careers"), Later)


@pytest.mark.parametrize(
    "changes",
    [{"kind": "generic"}, {"kind": "greenhouse", "api_url": None}, {"kind": "recruitee"}, {"kind": "ashby"}],
    ids=lambda one: one["kind"],
)
def test_a_source_of_another_kind_is_not_asked_for_the_lists_of_the_one_before(
    changes: dict[str, object], sqlite_ledgers: Ledgers
) -> None:
    with sqlite_ledgers.lent() as ledger, polled("lever", ledger, counts=True) as town:
        town.pass_time(DAY)
        town.vendor.then(*[Status(500)] * 9)
        town.ask_all()
        restart(town, **changes)
        town.pass_time(DAY)
        calls = len(town.vendor.asked)
        assert town.ask_all() == (changes["kind"] == "ashby")
        assert {one.path for one in town.vendor.asked[calls:]} <= {"/v1/jobPosting.list"}
        if changes["kind"] != "ashby":
            api = town.ledger.read(lambda tx: source_apis.get(tx, "careers"))
            assert api is not None
            assert api.trouble is None
            assert town.ledger.read(lambda tx: fetch_standings.failing_lists(tx, "careers")) == []
            assert not town.ledger.write(lambda tx: fetches.hurry(tx, "careers"))


def test_a_list_that_rested_goes_on_where_it_was(sqlite_ledgers: Ledgers) -> None:
    """A configuration may be wrong for a while."""
    with sqlite_ledgers.lent() as ledger, polled("workable", ledger) as town:
        url = town.source.api_url
        since = town.fetch("", What.CHANGES).since
        restart(town, api_url=None)
        town.pass_time(DAY)
        assert town.ask_all() == 0
        town.vendor.change("1", state="closed", changed_at=town.clock.now)
        restart(town, api_url=url)
        assert town.fetch("", What.CHANGES).since == since
        town.ask_all()
        assert {one.job_id: one.state for one in town.requests()}["1"] is State.CANCELLED


def test_a_key_that_is_missing_is_said_and_no_list_rests_for_it(sqlite_ledgers: Ledgers) -> None:
    with sqlite_ledgers.lent() as ledger, polled("lever", ledger) as town:
        restart(town, api_key=None)
        town.pass_time(POLL)
        assert isinstance(town.ask_once(), Done)
        (failing,) = town.ledger.read(lambda tx: fetch_standings.failing_lists(tx, "careers"))
        assert "[sources.careers] has no api_key" in failing
        restart(town, api_key=Secret(town.vendor.key))
        town.ask_all()
        assert town.ledger.read(lambda tx: fetch_standings.failing_lists(tx, "careers")) == []


def test_texts_that_wait_for_a_source_that_is_gone_are_counted(ashby: Town) -> None:
    ashby.announce()
    assert ashby.ledger.read(lambda tx: fetch_standings.left_over(tx, ["careers"])) == {}
    assert ashby.ledger.read(lambda tx: fetch_standings.left_over(tx, ["jobs"])) == {"careers": 1}
    assert isinstance(ashby.clock, Clock)
    ashby.ask_all()
    assert ashby.ledger.read(lambda tx: fetch_standings.left_over(tx, [])) == {}
