"""A wrong value in any place of a vendor's delivery, or of its API's answer: unreadable, ignored, or cleaned away."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial

import pytest

from tests.sources.deliveries import Delivery, received, worked
from tests.sources.test_bad_input import WHOLE, everywhere
from worker import sources
from worker.domain.event import CandidateReachedStage, Event, PostingAnnounced
from worker.domain.fields import Unreadable
from worker.sources import Fetches, FetchesApplications

VALUES = [
    None,
    True,
    -1,
    10**299,
    "",
    "x" * 300,
    [],
    {"id": {}},
    [None],
    [1, "2"],
    "a\x00b",
    "a\ud800b",
    "\u202eb\u202c",
]
AUTHENTIC = [each for each in worked() if each.expected["authentic"] and each.kind not in WHOLE]
ONE_OF_EACH = list({(each.kind, each.expected["events"][0]["type"]): each for each in AUTHENTIC}.values())
ANNOUNCED = [each for each in AUTHENTIC if each.fetch and isinstance(sources.named(each.kind), Fetches)]
NAMED = [each for each in AUTHENTIC if each.fetch and isinstance(sources.named(each.kind), FetchesApplications)]


def assert_storable(read: Callable[[], Iterator[Event]]) -> None:
    """What databases and encoders take; or unreadable, with a sentence that is no page."""
    try:
        found = list(read())
    except Unreadable as unreadable:
        told = str(unreadable)
    else:
        told = "".join(json.dumps(asdict(event), default=str, ensure_ascii=False, allow_nan=False) for event in found)
        assert "\\u0000" not in told
        told.encode()
        return
    assert len(told) < 300
    told.encode()


def each(deliveries: list[Delivery]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("delivery", deliveries, ids=[f"{each.kind}-{each.name}" for each in deliveries])


@each(ONE_OF_EACH)
def test_a_wrong_value_in_any_place_of_a_delivery_is_harmless(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    for poison in VALUES:
        for changed in everywhere(json.loads(delivery.body), poison):
            poisoned = received(json.dumps(changed).encode(), delivery.headers)
            assert kind.is_authentic(poisoned, delivery.source, delivery.now) in (True, False)
            assert kind.is_test_body(poisoned) in (True, False)
            kind.delivery_id(poisoned, delivery.source)
            assert_storable(partial(kind.read, poisoned, delivery.source))


@each(ANNOUNCED)
def test_a_wrong_value_in_any_place_of_an_answer_is_harmless(delivery: Delivery) -> None:
    kind, told = sources.named(delivery.kind), delivery.fetch
    (announced,) = kind.read(delivery.received, delivery.source)
    if not isinstance(announced, PostingAnnounced):
        return
    assert told is not None
    assert isinstance(kind, Fetches)
    for poison in VALUES:
        for changed in everywhere(told["response"]["json"], poison):
            body = json.dumps(changed).encode()
            assert_storable(partial(kind.fetched, 200, body, announced, delivery.source))


@each(NAMED)
def test_a_wrong_value_in_any_place_of_an_answer_about_a_candidate_is_harmless(delivery: Delivery) -> None:
    kind, answer = sources.named(delivery.kind), delivery.fetch
    (told,) = kind.read(delivery.received, delivery.source)
    if not isinstance(told, CandidateReachedStage):
        return
    assert answer is not None
    assert isinstance(kind, FetchesApplications)
    for poison in VALUES:
        for changed in everywhere(answer["response"]["json"], poison):
            body = json.dumps(changed).encode()
            assert_storable(lambda body=body: iter([kind.fetched_application(200, body, told, delivery.source)]))
