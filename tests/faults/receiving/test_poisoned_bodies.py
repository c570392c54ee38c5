"""Authentic bytes that hurt: each is stored and acknowledged, parked with its reason, and stands in nobody's way."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.receiving.completions import result_of, told
from tests.sources.test_bad_input import UNREADABLE, WHOLE, everywhere
from tests.web.houses import A_TEXT, House
from web.dashboard import needs
from worker.events import reader
from worker.ledger import events, listing
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.listing import Filters

POISON = {name: body for name, body in UNREADABLE.items() if body}
DEPTH = {name: body for name, body in POISON.items() if "depth bomb" in name or "levels" in name}
NUMBERS = {
    name: body
    for name, body in POISON.items()
    if "nfinity" in name or "1e999" in name or name in ("NaN", "5,000 digits")
}
ENCODINGS = {name: body for name, body in POISON.items() if "UTF" in name or name == "latin-1"}
TWICE = {name: body for name, body in POISON.items() if "duplicate" in name}


def sent(house: House, source: str, body: bytes, delivery_id: str = "d") -> StoredEvent:
    """Deliver and read; the event afterwards. Its bytes are kept whatever they are."""
    headers = {"Greenhouse-Event-ID": delivery_id} if source == "careers" else {}
    answer = house.deliver(source, body, **headers)
    assert answer.status_code in (200, 202), answer.text
    event_id = answer.json["event_id"]
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    found = house.write(lambda tx: events.get(tx, event_id))
    assert house.write(lambda tx: events.received(tx, event_id)).body == body
    return found


def good(number: int) -> bytes:
    payload = {"id": number, "job_id": number + 1, "title": "Carer", "content": A_TEXT, "live": True, "external": True}
    return json.dumps({"action": "job_post_created", "payload": payload}).encode()


def assert_parked(house: House, bodies: dict[str, bytes]) -> None:
    """Each is unreadable and says why; what comes after each is read; the pages and the API show all of them."""
    for number, (name, body) in enumerate(bodies.items()):
        for source in ("careers", "forms"):
            parked = sent(house, source, body, f"poison-{number}")
            assert parked.state is EventState.UNREADABLE, name
            assert len(str(parked.reason)) > 10, name
        assert sent(house, "careers", good(2 * number), f"good-{number}").state is EventState.READ
    assert house.count("request") == len(bodies)
    api = house.api()
    assert len(api.get("/events?state=unreadable").json["items"]) == 2 * len(bodies)
    found = house.bridge.ledger.read(lambda tx: needs.groups(tx, house.bridge.timing, house.bridge.settings.sources))
    assert [group.count for group in found if group.state == "unreadable"] == [2 * len(bodies)]


def test_f20_a_depth_bomb_is_parked_and_the_next_delivery_is_read(house: House) -> None:
    """`[` × 100,000 and its like: stored, acknowledged, parked `unreadable`; RecursionError ends nothing."""
    assert len(DEPTH) >= 4
    assert_parked(house, DEPTH)


def test_f21_a_number_that_is_none_is_parked_and_reaches_no_column(house: House) -> None:
    """NaN, Infinity, 1e999, 5,000 digits: refused by the parser, parked with the reason."""
    assert len(NUMBERS) >= 5
    assert_parked(house, NUMBERS)


def test_f24_only_utf8_is_parsed_and_everything_is_kept(house: House) -> None:
    """latin-1, UTF-16, UTF-32, overlong: signed over bytes, stored, parked; a byte order mark is tolerated."""
    assert len(ENCODINGS) >= 6
    assert_parked(house, ENCODINGS)
    marked = b"\xef\xbb\xbf" + good(900)
    assert sent(house, "careers", marked, "marked").state is EventState.READ


def test_f24_a_charset_that_lies_changes_nothing(house: House) -> None:
    """`charset=utf-16` before UTF-8 bytes: read as the bytes are."""
    answer = house.deliver("careers", good(1), **{"Content-Type": "application/json; charset=utf-16"})
    assert answer.status_code == 200
    reader.read(house.bridge.ledger, house.bridge.settings.sources, answer.json["event_id"])
    assert house.count("request") == 1


def shown_everywhere(house: House) -> Iterator[str]:
    """Every list and page that shows what strangers wrote, and every value of it one by one."""
    api = house.api()
    for noun in ("events", "requests", "results", "interviews"):
        items = api.get(f"/{noun}").json["items"]
        yield json.dumps(items, ensure_ascii=False)
        for item in items:
            yield json.dumps(api.get(f"/{noun}/{item['id']}").json, ensure_ascii=False)


def poisoned_in_every_field(house: House, poison: str) -> None:
    """In each field of each kind of delivery in turn; all are acknowledged and at rest, and shown without it."""
    for number, changed in enumerate(everywhere(WHOLE["greenhouse"], poison)):
        assert sent(house, "careers", json.dumps(changed).encode(), f"g-{number}").state is not EventState.STORED
    for number, changed in enumerate(everywhere({**WHOLE["generic"], "delivery_id": "x"}, poison)):
        if isinstance(changed, dict) and changed.get("delivery_id") == "x":
            changed["delivery_id"] = f"x-{number}"
        assert sent(house, "forms", json.dumps(changed).encode()).state is not EventState.STORED
    for changed in everywhere(WHOLE["talentsprout"], poison):
        assert told(house, json.dumps(changed).encode()).state is not EventState.STORED
    for text in shown_everywhere(house):
        assert "\x00" not in text
        assert "\\u0000" not in text
        text.encode()


@pytest.mark.slow
def test_f22_a_nul_in_any_field_never_reaches_a_column(house: House) -> None:
    """`\\u0000` field by field, in the delivery id too: acknowledged, at rest, and gone from what is shown."""
    poisoned_in_every_field(house, "a\x00b")


@pytest.mark.slow
@pytest.mark.parametrize("poison", ["a\ud800b", "\udfff\ud800"], ids=["one", "two the wrong way round"])
def test_f23_a_lone_surrogate_in_any_field_is_replaced_once_at_the_edge(house: House, poison: str) -> None:
    """`\\ud800` field by field: parses, and would fail at encode in database, log and page; becomes U+FFFD."""
    poisoned_in_every_field(house, poison)


EVERY_OPTION = {
    "title": "T", "voice": "sage", "languages": ["en"], "duration": 15, "require_video": True, "max_attempts": 1,
    "passing_score": 70, "access_type": "public", "redirect_url": "https://example.com", "ai_personality": "calm",
    "company_name": "C", "client_name": "L", "template_id": "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8",
    "questions": [{"question": "Why?", "evaluation_criteria": "E"}],
}  # fmt: skip
WANTED = {"organization": "acme", "kind": "create", "job_description": A_TEXT, "dedup_id": "d", "options": EVERY_OPTION}
QUERIES = ("limit", "cursor", "state", "organization", "source", "batch", "{poison}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "poison", ["a\x00b", "a\ud800b", "\u202e", "x" * 300], ids=["NUL", "surrogate", "bidi", "long"]
)
def test_f23_a_poisoned_field_of_the_api_is_refused_or_cleaned(house: House, poison: str) -> None:
    """Every field of a request and of a decision, every filter, every id in an address: 4xx or cleaned, never an error."""
    api = house.api()
    for changed in everywhere(WANTED, poison):
        answer = api.raw("/requests", json.dumps(changed).encode())
        assert answer.status_code in (200, 201, 400, 409, 422), (changed, answer.text)
        answer.data.decode()
    known = api.get("/requests").json["items"][0]["id"]
    for decision in ("adopt", "retry", "cancel"):
        for body in ({"share_link": poison}, {"job_description": poison}, {"not_there": poison}, {poison: 1}):
            answer = api.raw(f"/requests/{known}/{decision}", json.dumps(body).encode())
            assert answer.status_code in (200, 409, 422), answer.text
    spelt = quote(poison.encode("utf-8", "surrogatepass"))
    for noun in ("requests", "events", "interviews", "results"):
        assert api.get(f"/{noun}/{spelt}").status_code == 404
        for query in QUERIES:
            assert api.get(f"/{noun}?{query.format(poison=spelt)}={spelt}").status_code == 422
    for page in (f"/requests/{spelt}", f"/requests?state={spelt}", f"/requests?cursor={spelt}", f"/problems/{spelt}"):
        assert house.client().get(page).status_code in (303, 404), page


def test_f25_duplicate_keys_are_refused_and_the_rest_is_parked_with_its_path(house: House) -> None:
    """Duplicate keys, lists for objects, wrong types, missing ids: parked; the reason names the path."""
    assert_parked(house, TWICE)
    faults = {
        "payload is a list": {"action": "job_post_created", "payload": []},
        "payload.id is missing": {"action": "job_post_created", "payload": {"job_id": 1, "live": True}},
        "action is a list": {"action": ["ping"], "payload": {}},
        "action is missing": {"payload": {}},
    }
    for number, (path, body) in enumerate(faults.items()):
        parked = sent(house, "careers", json.dumps(body).encode(), f"fault-{number}")
        assert parked.state is EventState.UNREADABLE
        assert path in str(parked.reason)


def test_f25_an_empty_body_is_malformed_and_nothing_is_stored(house: House) -> None:
    """An empty body proves nothing and says nothing: 400."""
    assert house.deliver("careers", b"").status_code == 400
    assert house.count("event") == 0


def test_f25_what_nobody_knows_yet_is_ignored_counted_and_can_be_replayed(house: House) -> None:
    """An unknown event type or apiVersion: stored, `ignored`, in the list; a replay reads it again."""
    unknown = sent(house, "careers", b'{"action": "moon_landed", "payload": {}}', "u")
    assert unknown.state is EventState.IGNORED
    version = json.loads(result_of("session-1")) | {"apiVersion": "2099-01-01", "something": {"new": 1}}
    assert told(house, json.dumps(version).encode()).state is EventState.READ
    api = house.api()
    assert [item["id"] for item in api.get("/events?state=ignored").json["items"]] == [unknown.id]
    assert api.post(f"/events/{unknown.id}/replay").status_code == 202
    assert house.write(lambda tx: events.get(tx, unknown.id)).state is EventState.STORED


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_f25_any_mutation_of_a_delivery_comes_to_rest(house: House, data: st.DataObject) -> None:
    """Hypothesis puts any JSON anywhere: acknowledged, and read, ignored or parked; never an error, never in the way."""
    whole = WHOLE["greenhouse"]
    payload = whole["payload"]
    assert isinstance(payload, dict)
    changed = {**payload, **data.draw(st.dictionaries(st.sampled_from(sorted(payload)), JSON_VALUES, max_size=3))}
    body = json.dumps({**whole, "payload": changed}).encode()
    assert sent(house, "careers", body, f"mutation-{hash(body)}").state is not EventState.STORED


def test_f66_an_event_that_fails_its_reader_is_parked_after_three_tries_and_others_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader with a bug: tried three times, parked with what failed, the next event is read; mended, it is replayed."""
    marked = good(1).replace(b"Carer", b"Fatal")
    answer = house.deliver("careers", marked, **{"Greenhouse-Event-ID": "fatal"})
    event_id = answer.json["event_id"]
    whole = reader.following.plain_text.readable

    def buggy(description: str) -> str:
        raise ZeroDivisionError(description)

    monkeypatch.setattr(reader.following.plain_text, "readable", buggy)
    states = []
    for _ in range(4):
        reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
        states.append(house.write(lambda tx: events.get(tx, event_id)).state)
    monkeypatch.setattr(reader.following.plain_text, "readable", whole)

    assert states == [EventState.STORED, EventState.STORED, EventState.UNREADABLE, EventState.UNREADABLE]
    assert "ZeroDivisionError" in str(house.write(lambda tx: events.get(tx, event_id)).reason)
    assert sent(house, "careers", good(5), "next").state is EventState.READ
    assert house.api().post(f"/events/{event_id}/replay").status_code == 202
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    page = house.write(lambda tx: listing.events_page(tx, Filters(), 10, None))
    assert {one.state for one in page.items} == {EventState.READ}
