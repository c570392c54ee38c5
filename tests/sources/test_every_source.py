"""What every kind of source promises, tried on every worked delivery. Run alone, it ends with a table: kinds by promises."""

import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
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
    PostingAnnounced,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Unreadable
from worker.domain.received import Received
from worker.sources import ShakesHands, SignsInside, SignsOnce, SourceKind

TYPES = {
    PostingOpened: ["job.opened"],
    PostingChanged: ["job.updated"],
    PostingAnnounced: ["job.opened", "job.updated"],
    PostingClosed: ["job.closed"],
    CandidateReachedStage: ["candidate.stage_changed"],
    Ping: ["ping"],
    Ignored: ["ignored"],
}
DELIVERIES = list(worked())
AUTHENTIC = [delivery for delivery in DELIVERIES if delivery.expected["authentic"]]
KINDS = sorted(sources.kinds())
OTHER_SECRET = "whsec_YW5vdGhlciBzb3VyY2UncyBzZWNyZXQsIG5vdCBvdXJz"
DERIVED = {"teamtailor", "pinpoint", "merge", "generic", "standard"}  # where none is expected, there is none
UNSIGNED = {"Content-Type", "Greenhouse-Event-ID", "X-Breezy-Webhook-Version"}  # headers that prove nothing
TEST_BODIES = {"greenhouse": {"ping"}, "ashby": {"ping"}, "recruitee": {"test"}}
NO_FACTS = {"type", "or", "description_contains", "text_lacks", "needs_fetch", "after_fetch"}
MOON = {
    "action": "moon.landed",
    "event": "moon.landed",
    "type": "moon.landed",
    "event_type": "moon.landed",
    "event_name": "moon.landed",
    "hook": {"event": "Moon.landed"},
    "payload": {"event_name": "moon.landed", "data": {"id": "1"}},
    "data": {"id": "1"},
}


def each(deliveries: list[Delivery]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("delivery", deliveries, ids=[f"{each.kind}-{each.name}" for each in deliveries])


def flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def covers_body(delivery: Delivery) -> bool:
    """Not so a static token, Lever's signature, and Teamtailor's old one."""
    return delivery.kind not in ("generic", "lever") and not delivery.options.get("legacy_signature")


@each(DELIVERIES)
def test_a_delivery_is_authentic_exactly_when_it_is_signed_with_the_secret(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    assert kind.is_authentic(delivery.received, delivery.source, delivery.now) is delivery.expected["authentic"]


@each([one for one in DELIVERIES if "delivery_id" in one.expected or one.kind in DERIVED])
def test_the_delivery_id_is_the_vendors_own(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    assert kind.delivery_id(delivery.received, delivery.source) == delivery.delivery_id


@each(AUTHENTIC)
def test_the_events_are_those_that_a_correct_reader_concludes(delivery: Delivery) -> None:
    events = list(sources.named(delivery.kind).read(delivery.received, delivery.source))
    assert len(events) == len(delivery.expected["events"])
    for event, expected in zip(events, delivery.expected["events"], strict=True):
        assert set(TYPES[type(event)]) & {expected["type"], *expected.get("or", [])}
        if expected["type"] in TYPES[type(event)] and expected["type"] != "ignored":
            assert_alike(event, expected)
        if expected["type"].startswith("job."):
            assert isinstance(event, PostingAnnounced) is expected.get("needs_fetch", False)


def assert_alike(event: Event, expected: Mapping[str, Any]) -> None:
    """A title counts where there is a posting: what Workable says of a candidate's job is not kept."""
    facts: Any = getattr(event, "posting", event)
    skipped = NO_FACTS | ({"title"} if isinstance(event, CandidateReachedStage) else set())
    for name in expected.keys() - skipped:
        assert getattr(facts, name) == expected[name], name
    if "description_contains" in expected:
        text = readable(facts.description)
        assert [part for part in expected["description_contains"] if part not in text] == []
        assert [part for part in expected.get("text_lacks", []) if part in text] == []


@each([one for one in AUTHENTIC if covers_body(one)])
def test_an_altered_body_is_refused_where_bodies_are_signed(delivery: Delivery) -> None:
    kind, body = sources.named(delivery.kind), delivery.body
    for altered in [
        flipped(body, 0),
        flipped(body, len(body) // 2),
        flipped(body, len(body) - 1),
        body[:-2],
        body + b"0",
    ]:
        assert not kind.is_authentic(received(altered, delivery.headers), delivery.source, delivery.now)


def forged(right: str) -> Iterator[str]:
    value = right.rstrip("=")  # the padding of base64 says nothing
    yield from (wrong for wrong in (value[::-1], value.swapcase(), "0" * len(value)) if wrong != value)
    yield from ("", " ", value[:-1], value[: len(value) // 2], value + "0", "\u00e9" + value)


def forgeries(delivery: Delivery) -> Iterator[Received]:
    """Without each thing that the signature needs, and with something else in its place."""
    kind = sources.named(delivery.kind)
    if isinstance(kind, SignsInside):
        body = json.loads(delivery.body)
        for name in ("signature", "token"):
            yield received(json.dumps({key: value for key, value in body.items() if key != name}).encode())
            yield from (received(json.dumps({**body, name: value}).encode()) for value in forged(body[name]))
        return
    signed = kind.sign(delivery.body, delivery.source, delivery_id="d-17", now=delivery.now)
    for name in signed.keys() - UNSIGNED:
        yield received(delivery.body, {key: value for key, value in signed.items() if key != name})
        yield from (received(delivery.body, signed | {name: value}) for value in forged(signed[name]))


@each(AUTHENTIC)
def test_no_forgery_passes(delivery: Delivery) -> None:
    kind, tried = sources.named(delivery.kind), list(forgeries(delivery))
    assert len(tried) > 8
    assert [one for one in tried if kind.is_authentic(one, delivery.source, delivery.now)] == []


@each(AUTHENTIC)
def test_a_delivery_is_refused_by_a_source_with_another_secret(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    assert not kind.is_authentic(
        delivery.received, source(delivery.kind, OTHER_SECRET, **delivery.options), delivery.now
    )


@each(AUTHENTIC)
def test_every_secret_of_a_rotation_is_tried(delivery: Delivery) -> None:
    kind, secret = sources.named(delivery.kind), settings(delivery.kind)["secret"]
    for secrets in [(secret, OTHER_SECRET), (OTHER_SECRET, secret)]:
        configured = source(delivery.kind, *secrets, **delivery.options)
        assert kind.is_authentic(delivery.received, configured, delivery.now)


@each(DELIVERIES)
def test_what_we_sign_for_a_source_is_authentic_and_carries_the_id(delivery: Delivery) -> None:
    kind = sources.named(delivery.kind)
    body = delivery.body
    if isinstance(kind, SignsInside):
        body = kind.signed_body(body, delivery.source, delivery_id="d-17", now=delivery.now)
    headers = kind.sign(body, delivery.source, delivery_id="d-17", now=delivery.now)
    signed = received(body, headers)
    assert headers["Content-Type"] == "application/json"
    assert kind.is_authentic(signed, delivery.source, delivery.now)
    if "d-17" in headers.values() or isinstance(kind, SignsInside):
        assert kind.delivery_id(signed, delivery.source) == "d-17"


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
    told = {each["type"] for one in AUTHENTIC if one.kind == name for each in one.expected["events"]}
    assert kind.ANNOUNCES_POSTINGS is any(type_.startswith("job.") for type_ in told)
    for function in ("is_authentic", "sign", "delivery_id", "is_test_body", "read"):
        ours, wanted = inspect.signature(getattr(kind, function)), inspect.signature(getattr(SourceKind, function))
        assert len(ours.parameters) == len(wanted.parameters) - 1  # self
        assert ours.return_annotation == wanted.return_annotation


@pytest.mark.parametrize("name", KINDS)
def test_only_a_vendors_own_test_body_passes_unsigned_while_a_source_is_set_up(name: str) -> None:
    passing = {delivery.name for delivery in DELIVERIES if sources.named(name).is_test_body(delivery.received)}
    assert passing == TEST_BODIES.get(name, set())


@each(DELIVERIES)
def test_only_a_vendors_handshake_is_shaken(delivery: Delivery) -> None:
    kind, setup = sources.named(delivery.kind), delivery.expected.get("setup", {})
    shaken = kind.handshake(delivery.received) if isinstance(kind, ShakesHands) else None
    assert (None if shaken is None else shaken.headers) == setup.get("headers")
    assert shaken is None or shaken.status == setup["status"]


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
    folder = Path(sources.__path__[0])
    assert {*KINDS, "talentsprout", "__init__"} == {path.stem for path in folder.glob("*.py")}
    with pytest.raises(KeyError):
        sources.named("talentsprout")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_worked_deliveries(name: str) -> None:
    assert any(delivery.kind == name for delivery in AUTHENTIC)


@pytest.mark.parametrize("name", KINDS)
def test_what_no_reader_knows_is_ignored_with_a_reason_and_never_crashes(name: str) -> None:
    moon = received(json.dumps(MOON).encode(), {"event-name": "moon.landed"})
    (event,) = sources.named(name).read(moon, source(name, OTHER_SECRET))
    assert isinstance(event, Ignored)
    assert "landed" in event.reason


@pytest.mark.parametrize("name", KINDS)
def test_an_empty_body_is_unreadable_and_has_no_id(name: str) -> None:
    kind, configured = sources.named(name), source(name, OTHER_SECRET)
    with pytest.raises(Unreadable):
        list(kind.read(received(b""), configured))
    assert kind.delivery_id(received(b""), configured) is None
    assert not kind.is_authentic(received(b""), configured, NOW)


@pytest.mark.parametrize("name", KINDS)
def test_no_nonce_is_read_from_what_holds_none(name: str) -> None:
    kind = sources.named(name)
    assert not isinstance(kind, SignsOnce) or kind.nonce(received(b"{")) is None
