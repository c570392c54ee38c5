"""What every kind that announces postings without their text asks its vendor's API for, and what it makes of the answer."""

import json

import pytest

from tests.sources.deliveries import Delivery, source
from tests.sources.test_every_source import AUTHENTIC, KINDS, TYPES, assert_alike, each
from worker import sources
from worker.domain.asking import Asking
from worker.domain.event import PostingAnnounced, PostingClosed, PostingOpened
from worker.domain.fields import Unreadable
from worker.sources import Fetches, Polls

API_URLS = {"pinpoint": "https://northwind.pinpointhq.com"}


def fetches() -> list[Delivery]:
    return [one for one in AUTHENTIC if one.fetch and any("needs_fetch" in each for each in one.expected["events"])]


@each([one for one in fetches() if one.expected["events"][0]["type"].startswith("job.")])
def test_what_is_asked_of_the_vendors_api_is_what_it_documents(delivery: Delivery) -> None:
    kind, told = sources.named(delivery.kind), delivery.fetch
    (announced,) = kind.read(delivery.received, delivery.source)
    assert told is not None
    assert isinstance(announced, PostingAnnounced)
    configured = source(delivery.kind, "s", api_url=API_URLS.get(delivery.kind))
    if isinstance(kind, Fetches):
        call = kind.ask(announced, configured)
    else:
        assert isinstance(kind, Polls)
        call = kind.page(Asking(announced.account), configured)
    assert call.method == told["request"]["method"]
    assert call.url.partition("?")[0] == told["request"]["url"].partition("?")[0]
    assert (json.loads(call.body) if call.body else None) == told["request"]["json"]
    if told["request"]["headers"]:
        assert call.key is not None
        assert told["request"]["headers"].keys() - call.headers.keys() - {call.key.header} <= {"Accept"}


@each([one for one in fetches() if one.expected["events"][0]["type"].startswith("job.")])
def test_what_the_vendors_api_answers_becomes_the_posting(delivery: Delivery) -> None:
    kind, told, (expected,) = sources.named(delivery.kind), delivery.fetch, delivery.expected["events"]
    (announced,) = kind.read(delivery.received, delivery.source)
    assert told is not None
    assert isinstance(announced, PostingAnnounced)
    body, status = json.dumps(told["response"]["json"]).encode(), told["response"]["status"]
    if not isinstance(kind, Fetches):
        assert isinstance(kind, Polls)
        listed = kind.listed(status, body, Asking(announced.account), delivery.source)
        assert all(isinstance(event, PostingOpened | PostingClosed) for event in listed.events)
        return
    if "after_fetch" not in expected:
        with pytest.raises(Unreadable):  # a failure, also under the status 200
            list(kind.fetched(status, body, announced, delivery.source))
        return
    events = list(kind.fetched(status, body, announced, delivery.source))
    after = {"type": "job.opened", "job_id": announced.job_id} | expected.get("after_fetch", {})
    (event,) = events
    assert after["type"] in TYPES[type(event)]
    assert_alike(event, after)


@pytest.mark.parametrize("name", [name for name in KINDS if isinstance(sources.named(name), Fetches)])
@pytest.mark.parametrize(("status", "body"), [(401, b"{}"), (404, b"{}"), (500, b"<html>"), (200, b"{"), (200, b"[]")])
def test_an_answer_that_says_nothing_of_the_posting_closes_nothing(name: str, status: int, body: bytes) -> None:
    kind = sources.named(name)
    assert isinstance(kind, Fetches)
    with pytest.raises(Unreadable):
        list(kind.fetched(status, body, PostingAnnounced("7", account="9"), source(name, "s")))


@pytest.mark.parametrize("name", [name for name in KINDS if isinstance(sources.named(name), Fetches)])
def test_an_id_can_not_lead_a_call_elsewhere(name: str) -> None:
    kind = sources.named(name)
    assert isinstance(kind, Fetches)
    configured = source(name, "s", api_url="https://api.example.com")
    call = kind.ask(PostingAnnounced("../x?y#z", account="9"), configured)
    assert call.url.startswith("https://api.example.com/")
    assert not set("?#") & set(call.url)
    assert "/../" not in call.url


@pytest.mark.parametrize("name", [name for name in KINDS if isinstance(sources.named(name), Polls)])
def test_an_account_can_not_lead_a_call_elsewhere(name: str) -> None:
    kind = sources.named(name)
    assert isinstance(kind, Polls)
    configured = source(name, "s", api_url="https://api.example.com")
    call = kind.page(Asking("../x?y#z"), configured)
    assert call.url.startswith("https://api.example.com/")
    assert "#" not in call.url
    assert "/../" not in call.url


@pytest.mark.parametrize("name", [name for name in KINDS if isinstance(sources.named(name), Polls)])
@pytest.mark.parametrize(("status", "body"), [(401, b"{}"), (404, b"{}"), (500, b"<html>"), (200, b"{"), (302, b"")])
def test_a_list_that_is_none_is_not_taken_for_an_empty_one(name: str, status: int, body: bytes) -> None:
    kind = sources.named(name)
    assert isinstance(kind, Polls)
    with pytest.raises(Unreadable):
        kind.listed(status, body, Asking("9"), source(name, "s"))
