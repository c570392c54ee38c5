"""What an ATS's API answers is not what it should be: nothing is filed by it, nothing lost, and nobody is asked for ever."""

from dataclasses import replace

import pytest

from tests.fetching.town import A_POSTING, ANOTHER, HOUR, Town
from tests.standins.vendor import Raw
from worker.ledger.events import EventState
from worker.ledger.fetches import FetchState
from worker.policy import asking

POISON = {
    "not UTF-8": b'{"id": "\xff"}',
    "deep": 100_000 * b"[",
    "deep, in an object": b'{"data": ' + 100_000 * b'{"a":' + b"1" + 100_000 * b"}" + b"}",
    "HTML": b"<html>Please sign in</html>",
    "empty": b"",
    "a list": b"[1]",
    "too many digits": b'{"id": ' + 5000 * b"9" + b"}",
    "twice": b'{"id": "1", "id": "2"}',
    "nothing in it": b"{}",
}


@pytest.mark.parametrize("body", POISON.values(), ids=POISON.keys())
def test_s18_an_answer_that_is_not_what_it_should_be_files_nothing_and_loses_nothing(ashby: Town, body: bytes) -> None:
    event = ashby.announce()
    ashby.vendor.then(Raw(body))
    assert ashby.ask_all() == 1
    assert ashby.requests() == []
    assert "The answer can't be used: " in ashby.said(event)
    ashby.pass_time(HOUR)
    ashby.ask_all()
    assert len(ashby.requests()) == 1


def test_s18_an_answer_of_50_megabytes_is_not_read(ashby: Town) -> None:
    event = ashby.announce()
    ashby.vendor.then(Raw(b'{"x": "' + 50_000_000 * b"y" + b'"}'))
    ashby.ask_all()
    assert "is longer than 8,388,608 bytes" in ashby.said(event)
    ashby.pass_time(HOUR)
    ashby.ask_all()
    assert len(ashby.requests()) == 1


def test_s18_an_answer_about_another_posting_changes_neither(town: Town) -> None:
    town.vendor.put(ANOTHER)
    event = town.announce()
    real = town.vendor.get
    town.vendor.get = lambda _: real(ANOTHER.id)  # type: ignore[method-assign]  # a vendor that mixes things up
    town.vendor.postings[A_POSTING.id] = replace(ANOTHER)
    town.ask_all()
    assert town.requests() == []
    assert "about something else than the posting that was asked for" in town.said(event)


def test_s18_what_can_never_be_used_is_given_up_with_its_reason(ashby: Town) -> None:
    event = ashby.announce()
    for _ in range(asking.MOST_UNREADABLE):
        ashby.vendor.then(Raw(b"{}"))
        ashby.ask_all()
        ashby.pass_time(HOUR)
    assert (ashby.fetch().state, ashby.state(event)) == (FetchState.FAILED, EventState.UNREADABLE)
    assert ashby.said(event).startswith("The text could not be fetched: The answer can't be used: ")
    ashby.announce()
    ashby.ask_all()
    assert len(ashby.requests()) == 1


def test_a_reader_with_a_bug_loses_nothing_and_is_not_asked_for_ever(
    ashby: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def buggy(*_: object) -> None:
        raise ZeroDivisionError

    event = ashby.announce()
    with monkeypatch.context() as patched:
        patched.setattr("worker.sources.ashby.fetched", buggy)
        for _ in range(asking.MOST_UNREADABLE):
            assert ashby.ask_all() == 1
            ashby.pass_time(HOUR)
        assert ashby.ask_all() == 0
    assert (ashby.state(event), ashby.fetch().state) == (EventState.UNREADABLE, FetchState.FAILED)
    assert ashby.said(event) == "The text could not be fetched: Its reader failed: ZeroDivisionError."
    ashby.replay(event)
    ashby.ask_all()
    assert len(ashby.requests()) == 1
