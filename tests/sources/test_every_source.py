"""What every kind of source promises, tried on every worked delivery."""

import inspect
from typing import Any

import pytest

from tests.sources.deliveries import NOW, Delivery, received, settings, source, worked
from worker import sources
from worker.descriptions.plain_text import readable
from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ignored,
    Ping,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Unreadable
from worker.sources import SourceKind

TYPES = {
    PostingOpened: "job.opened",
    PostingChanged: "job.updated",
    PostingClosed: "job.closed",
    CandidateReachedStage: "candidate.stage_changed",
    Ping: "ping",
    Ignored: "ignored",
}
DELIVERIES = list(worked())
AUTHENTIC = [delivery for delivery in DELIVERIES if delivery.expected["authentic"]]
KINDS = sorted(sources.kinds())
OTHER_SECRET = "whsec_YW5vdGhlciBzb3VyY2UncyBzZWNyZXQsIG5vdCBvdXJz"


def each(deliveries: list[Delivery]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("delivery", deliveries, ids=[f"{each.kind}-{each.name}" for each in deliveries])


def flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


@each(DELIVERIES)
def test_a_delivery_is_authentic_exactly_when_it_is_signed_with_the_secret(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    assert kind.is_authentic(delivery.received, delivery.source, delivery.now) is delivery.expected["authentic"]


@each(DELIVERIES)
def test_the_delivery_id_is_the_vendors_own(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    assert kind.delivery_id(delivery.received, delivery.source) == delivery.expected.get("delivery_id")


@each(AUTHENTIC)
def test_the_events_are_those_that_a_correct_reader_concludes(delivery: Delivery) -> None:
    events = list(sources.named(delivery.kind).read(delivery.received, delivery.source))
    assert len(events) == len(delivery.expected["events"])
    for event, expected in zip(events, delivery.expected["events"], strict=True):
        assert TYPES[type(event)] in [expected["type"], *expected.get("or", [])]
        if TYPES[type(event)] == expected["type"] != "ignored":
            assert_alike(event, expected)


def assert_alike(event: Event, expected: dict[str, Any]) -> None:
    facts: Any = getattr(event, "posting", event)
    for name in expected.keys() - {"type", "or", "description_contains", "text_lacks"}:
        assert getattr(facts, name) == expected[name], name
    if "description_contains" in expected:
        text = readable(facts.description)
        assert [part for part in expected["description_contains"] if part not in text] == []
        assert [part for part in expected.get("text_lacks", []) if part in text] == []


@each(AUTHENTIC)
def test_a_flipped_bit_of_the_body_is_refused_where_bodies_are_signed(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    for position in (0, len(delivery.body) // 2, len(delivery.body) - 1):
        changed = received(flipped(delivery.body, position), delivery.headers)
        assert kind.is_authentic(changed, delivery.source, delivery.now) is (delivery.kind == "generic")  # a token


@each(AUTHENTIC)
def test_a_delivery_is_refused_by_a_source_with_another_secret(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    assert not kind.is_authentic(delivery.received, source(delivery.kind, OTHER_SECRET), delivery.now)


@each(AUTHENTIC)
def test_every_secret_of_a_rotation_is_tried(delivery: Delivery) -> None:
    kind, secret = sources.named(delivery.kind), settings(delivery.kind)["secret"]
    for secrets in [(secret, OTHER_SECRET), (OTHER_SECRET, secret)]:
        assert kind.is_authentic(delivery.received, source(delivery.kind, *secrets), delivery.now)


@each(DELIVERIES)
def test_what_we_sign_for_a_source_is_authentic_and_carries_the_id(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    headers = kind.sign(delivery.body, delivery.source, delivery_id="d-17", now=delivery.now)
    signed = received(delivery.body, headers)
    assert headers["Content-Type"] == "application/json"
    assert kind.is_authentic(signed, delivery.source, delivery.now)
    assert kind.delivery_id(signed, delivery.source) == "d-17" or delivery.kind == "generic"  # there it is in the body


@each([delivery for delivery in AUTHENTIC if delivery.kind == "greenhouse"])
def test_we_sign_as_greenhouse_does_to_the_letter(delivery: Delivery) -> None:
    delivery_id = delivery.expected["delivery_id"]
    headers = sources.named("greenhouse").sign(delivery.body, delivery.source, delivery_id=delivery_id, now=NOW)
    assert headers == delivery.headers


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_answers_with_a_status_that_its_vendor_counts_as_success(name: str) -> None:
    assert sources.named(name).ACCEPTED in settings(name)["success_statuses"]


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_offers_what_the_protocol_lists(name: str) -> None:
    kind = sources.named(name)
    assert isinstance(kind.GIVES_UP_ON_4XX, bool)
    assert isinstance(kind.SIGNS_TIME, bool)
    for function in ("is_authentic", "sign", "delivery_id", "is_test_body", "read"):
        ours, wanted = inspect.signature(getattr(kind, function)), inspect.signature(getattr(SourceKind, function))
        assert len(ours.parameters) == len(wanted.parameters) - 1  # self
        assert ours.return_annotation == wanted.return_annotation


@pytest.mark.parametrize("name", KINDS)
def test_only_a_vendors_own_test_body_passes_unsigned_while_a_source_is_set_up(name: str) -> None:
    passing = {delivery.name for delivery in DELIVERIES if sources.named(name).is_test_body(delivery.received)}
    assert passing == ({"ping"} if name == "greenhouse" else set())


def test_a_ping_that_carries_something_is_no_test_body() -> None:
    bodies = [
        b'{"action":"ping","payload":{"job_post":{"id":1}}}',
        b'{"action":"ping","payload":{"id":1},"more":1}',
        b'{"action":"ping","payload":"text"}',
        b'{"action":"ping","payload":{"name":"' + b"x" * 4096 + b'"}}',
        b'{"action":"job_post_created","payload":{}}',
        b'{"action":"ping"',
        b"",
    ]
    assert [body for body in bodies if sources.named("greenhouse").is_test_body(received(body))] == []
    assert sources.named("greenhouse").is_test_body(received(b'{"action":"ping"}'))


def test_the_kinds_are_the_files_of_the_folder_without_those_that_nobody_configures() -> None:
    assert KINDS == ["generic", "greenhouse", "standard"]
    with pytest.raises(KeyError):
        sources.named("talentsprout")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_worked_deliveries(name: str) -> None:
    assert any(delivery.kind == name for delivery in AUTHENTIC)


@pytest.mark.parametrize("name", KINDS)
def test_what_no_reader_knows_is_ignored_with_a_reason_and_never_crashes(name: str) -> None:
    body = b'{"action":"moon_landed","event":"moon.landed","type":"moon.landed","data":{},"payload":{}}'
    (event,) = sources.named(name).read(received(body), source(name, OTHER_SECRET))
    assert isinstance(event, Ignored)
    assert "landed" in event.reason


@pytest.mark.parametrize("name", KINDS)
def test_an_empty_body_is_unreadable_and_has_no_id(name: str) -> None:
    kind, configured = sources.named(name), source(name, OTHER_SECRET)
    with pytest.raises(Unreadable):
        list(kind.read(received(b""), configured))
    assert kind.delivery_id(received(b""), configured) is None
    assert not kind.is_authentic(received(b""), configured, NOW)
