"""Authentic bytes that can't be what they should be: every one ends as unreadable, as ignored, or as cleaned events."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.deliveries import received, source, worked
from worker import sources
from worker.domain.event import Event, Ignored, Ping
from worker.domain.fields import Unreadable
from worker.domain.received import Received
from worker.sources import talentsprout

Reader = Callable[[Received], Iterator[Event]]


def reader_of(kind: str) -> Reader:
    if kind == "talentsprout":
        return talentsprout.read
    configured = source(kind, "whsec_YW4gZXhhbXBsZQ==")
    return lambda delivery: sources.named(kind).read(delivery, configured)


READERS = {kind: reader_of(kind) for kind in ["greenhouse", "generic", "standard", "talentsprout"]}
WHOLE: dict[str, dict[str, object]] = {
    "greenhouse": {
        "action": "job_post_updated",
        "payload": {
            "id": 7,
            "job_id": 8,
            "title": "T",
            "location": "L",
            "content": "C",
            "live": True,
            "updated_at": "U",
        },
    },
    "generic": {
        "event": "updated",
        "id": 7,
        "title": "T",
        "description": "D",
        "status": "open",
        "url": "u",
        "company": "c",
    },
    "standard": {"type": "job.updated", "timestamp": "t", "data": {"id": 7, "title": "T", "description": "D"}},
    "talentsprout": {
        "event": "interview.completed",
        "data": {
            "session": {"id": "s", "completedAt": "c", "recordingUrl": "r"},
            "interview": {"id": "i", "title": "T", "dashboardUrl": "d"},
            "candidate": {"id": "p", "fullName": "N", "email": "e", "externalUserId": "x"},
            "scores": {"overall": 81},
            "evaluation": {"summary": {"tags": ["a"]}},
            "transcript": [{"text": "Hello."}],
        },
    },
}

UNREADABLE = {
    "empty": b"",
    "white space": b" \n",
    "no JSON": b"title=Carpenter&id=7",
    "cut": b'{"id": 7, "title": "Carp',
    "two documents": b'{"id": 7}{"id": 8}',
    "a list": b'[{"id": 7}]',
    "text": b'"id"',
    "a number": b"7",
    "null": b"null",
    "depth bomb of lists": b"[" * 100_000,
    "depth bomb of objects": b'{"a":' * 100_000,
    "closed depth bomb": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "65 levels": b'{"a":' * 65 + b"1" + b"}" * 65,
    "too many values": b'{"a":[' + b"0," * 200_000 + b"0]}",
    "NaN": b'{"id": NaN}',
    "Infinity": b'{"id": Infinity}',
    "minus Infinity": b'{"id": -Infinity}',
    "1e999": b'{"id": 1e999}',
    "minus 1e999": b'{"id": -1e999}',
    "5,000 digits": b'{"id": ' + b"7" * 5_000 + b"}",
    "latin-1": '{"id": 7, "title": "Köchin"}'.encode("latin-1"),
    "UTF-16": '{"id": 7}'.encode("utf-16"),
    "UTF-16 without a mark": '{"id": 7}'.encode("utf-16-le"),
    "UTF-32": '{"id": 7}'.encode("utf-32"),
    "surrogates in UTF-8": b'{"id": "\xed\xa0\x80"}',
    "overlong UTF-8": b'{"id": "\xc0\x80"}',
    "two marks": b'\xef\xbb\xbf\xef\xbb\xbf{"id": 7}',
    "duplicate keys": b'{"id": 7, "event": "x", "id": 8}',
    "duplicate keys inside": b'{"id": 7, "data": {"a": 1, "a": 1}}',
    "duplicate keys in other spelling": b'{"id": 7, "\\u0069d": 8}',
    "control character in text": b'{"id": "\x01"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("kind", READERS)
def test_what_is_no_sound_json_object_is_unreadable_and_says_why(kind: str, body: bytes) -> None:
    with pytest.raises(Unreadable) as fault:
        list(READERS[kind](received(body)))
    assert 10 < len(str(fault.value)) < 200
    str(fault.value).encode()


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("kind", sorted(sources.kinds()))
def test_no_body_makes_the_receivers_questions_fail(kind: str, body: bytes) -> None:
    asked, configured, delivery = sources.named(kind), source(kind, "whsec_YW4gZXhhbXBsZQ=="), received(body)
    assert asked.delivery_id(delivery, configured) is None
    assert asked.is_test_body(delivery) is False
    assert asked.is_authentic(delivery, configured, delivery.at) is False


def everywhere(value: object, poison: object) -> Iterator[object]:
    """`value` with `poison` in each of its places in turn, itself included."""
    yield poison
    if isinstance(value, dict):
        for name, child in value.items():
            yield {key: kept for key, kept in value.items() if key != name}
            yield from ({**value, name: changed} for changed in everywhere(child, poison))
    if isinstance(value, list):
        for place, child in enumerate(value):
            yield from ([*value[:place], changed, *value[place + 1 :]] for changed in everywhere(child, poison))


POISONS: list[object] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**299,
    "",
    " ",
    "x" * 100_000,
    "2026-99-99",
    [],
    {},
    [[]],
    {"id": {}},
    [None],
    [1, "2"],
]


def assert_harmless(kind: str, body: bytes) -> list[Event]:
    """Unreadable, or events that every database column and encoder takes."""
    try:
        events = list(READERS.get(kind, reader_of(kind))(received(body)))
    except Unreadable:
        return []
    assert events
    for event in events:
        shown = json.dumps(asdict(event), default=str, ensure_ascii=False, allow_nan=False)
        assert "\\u0000" not in shown
        shown.encode()
    return events


@pytest.mark.parametrize("poison", POISONS, ids=[repr(poison)[:20] for poison in POISONS])
@pytest.mark.parametrize("kind", READERS)
def test_a_wrong_value_in_any_place_is_a_path_or_is_cleaned_away(kind: str, poison: object) -> None:
    for changed in everywhere(WHOLE[kind], poison):
        assert_harmless(kind, json.dumps(changed).encode())


@pytest.mark.parametrize("canary", ["a\x00b", "a\ud800b", "\udfff", "\u202eb\u202c", "\U0001f469\u200d\U0001f680"])
@pytest.mark.parametrize("kind", READERS)
def test_what_databases_and_encoders_refuse_never_leaves_a_reader(kind: str, canary: str) -> None:
    for changed in everywhere(WHOLE[kind], canary):
        assert_harmless(kind, json.dumps(changed).encode())


@pytest.mark.parametrize("kind", READERS)
def test_a_mark_of_byte_order_is_tolerated(kind: str) -> None:
    body = json.dumps(WHOLE[kind]).encode()
    assert list(READERS[kind](received(b"\xef\xbb\xbf" + body))) == list(READERS[kind](received(body)))


@pytest.mark.parametrize("kind", READERS)
def test_a_name_of_an_event_that_nobody_knows_is_ignored_and_shown_short(kind: str) -> None:
    name = next(name for name in ("action", "event", "type") if name in WHOLE[kind])
    for unknown in ["moon_landed", "x" * 100_000, "<script>alert(1)</script>", "\u202e\u0000\ud800", "💥"]:
        (event,) = assert_harmless(kind, json.dumps({**WHOLE[kind], name: unknown}).encode())
        assert isinstance(event, Ignored)
        assert len(event.reason) < 200


@pytest.mark.parametrize(
    ("kind", "body", "path"),
    [
        ("greenhouse", {"payload": {}}, "action is missing"),
        ("greenhouse", {"action": ["ping"]}, "action is a list; expected text"),
        ("greenhouse", {"action": "job_post_updated"}, "payload is missing; expected an object"),
        ("greenhouse", {"action": "job_post_updated", "payload": []}, "payload is a list; expected an object"),
        ("greenhouse", {"action": "job_post_updated", "payload": {"job_id": 1, "live": True}}, "payload.id is missing"),
        ("greenhouse", {"action": "job_post_updated", "payload": {"id": 1, "job_id": 1}}, "payload.live is missing"),
        ("greenhouse", {"action": "job_post_deleted", "payload": {"id": 1}}, "payload.job_post is missing"),
        ("greenhouse", {"action": "job_deleted", "payload": {"job": {"id": 1.5}}}, "payload.job.id is a number"),
        ("generic", {"title": "T"}, "id is missing; expected an id"),
        ("generic", {"id": "  "}, "id is empty; expected an id"),
        ("generic", {"id": True}, "id is a boolean"),
        ("generic", {"id": 1, "title": {}}, "title is an object; expected text"),
        ("generic", {"id": 1, "status": ["open"]}, "status is a list"),
        ("generic", {"id": "x" * 256}, "id has 256 characters; expected an id of at most 255"),
        ("generic", {"jobs": {"id": 1}}, "jobs is an object; expected a list"),
        ("generic", {"jobs": [{"id": 1}, 2]}, "jobs[1] is a number; expected an object"),
        ("generic", {"jobs": [{"id": 1}, {"id": 2, "title": 3}]}, "jobs[1].title is a number"),
        ("standard", {"type": "job.published", "data": [1]}, "data is a list; expected an object"),
        ("standard", {"type": "job.published", "data": {"title": "T"}}, "data.id is missing"),
        ("talentsprout", {"data": {}}, "event is missing"),
        ("talentsprout", {"event": "interview.completed"}, "data is missing"),
        ("talentsprout", {"event": "interview.completed", "data": {"session": {}}}, "data.session.id is missing"),
    ],
)
def test_a_fault_names_its_path_and_what_was_expected(kind: str, body: object, path: str) -> None:
    with pytest.raises(Unreadable) as fault:
        list(READERS[kind](received(json.dumps(body).encode())))
    assert str(fault.value).startswith(path)


@pytest.mark.parametrize("kind", sorted(sources.kinds()))
def test_every_single_changed_byte_of_a_worked_delivery_is_harmless(kind: str) -> None:
    delivery = next(each for each in worked() if each.kind == kind and each.expected["authentic"])
    for position in range(0, len(delivery.body), max(1, len(delivery.body) // 300)):
        body = delivery.body[:position] + bytes([delivery.body[position] ^ 0x11]) + delivery.body[position + 1 :]
        assert_harmless(kind, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "data", "jobs", "job", "x"]), inner)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(data=st.data())
def test_any_json_is_harmless(kind: str, data: st.DataObject) -> None:
    body = {**WHOLE[kind], **data.draw(st.dictionaries(st.sampled_from(sorted(WHOLE[kind])), JSON))}
    assert_harmless(kind, json.dumps(body).encode())


@pytest.mark.parametrize("name", ["ping", "test", "webhook.test", "Ping"])
def test_a_try_of_the_line_is_a_ping_and_needs_no_posting(name: str) -> None:
    assert list(READERS["generic"](received(json.dumps({"event": name}).encode()))) == [Ping()]
