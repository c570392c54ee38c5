"""What the receiver answers each vendor, through Flask and into a real ledger."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.sources.deliveries import Delivery, settings, worked
from tests.web.houses import KEY, UNREACHABLE, House, make_house
from worker import clock, sources
from worker.events import reader
from worker.ledger import events
from worker.ledger.events import EventState
from worker.sources import SignsInside

KINDS = sorted(sources.kinds())
DELIVERIES = list(worked())
SETUPS = [one for one in DELIVERIES if "setup" in one.expected or (one.name == "ping" and one.kind != "generic")]
GIVING_UP = {
    "ashby",
    "breezy",
    "kombo",
    "merge",
    "teamtailor",
    *(name for name in KINDS if settings(name).get("gives_up_on_4xx")),
}  # what they were refused once, or may be, never comes again
SOURCE = '[sources.{kind}]\nkind = "{kind}"\norganization = "acme"\nsecret = "{secret}"\n'


def configuration() -> str:
    """A source of every kind, under its own name."""
    text = f'[bridge]\nbroker_url = "{UNREACHABLE}"\n[organizations.acme]\napi_key = "{KEY}"\n'
    text += 'base_url = "http://127.0.0.1:9/api/v1"\n'
    for kind in KINDS:
        text += SOURCE.format(kind=kind, secret=settings(kind)["secret"])
        text += 'token_header = "X-Bridge-Token"\n' if kind == "generic" else ""
    return text


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_house(tmp_path, configuration())
    yield made
    made.bridge.ledger.close()


def of(kind: str) -> Delivery:
    """One that an ATS would send for a posting, or for what it has instead."""
    return next(one for one in DELIVERIES if one.kind == kind and one.expected["authentic"] and one.expected["events"])


def post(house: House, kind: str, body: bytes, headers: dict[str, str]) -> TestResponse:
    return house.client().post(f"/webhooks/{kind}", data=body, headers=headers)


def signed(house: House, delivery: Delivery) -> tuple[bytes, dict[str, str]]:
    """Signed now: what was signed when the worked deliveries were made is too old where the time is signed."""
    kind, source, body, now = sources.named(delivery.kind), house.source(delivery.kind), delivery.body, clock.wall()
    if isinstance(kind, SignsInside):
        body = kind.signed_body(body, source, delivery_id="d-17", now=now)
    return body, kind.sign(body, source, delivery_id="d-17", now=now)


@pytest.mark.parametrize("name", KINDS)
def test_a_new_delivery_and_its_repeat_get_the_status_that_the_vendor_wants(house: House, name: str) -> None:
    body, headers = signed(house, of(name))
    first, second = (post(house, name, body, headers) for _ in range(2))
    assert {first.status_code, second.status_code} <= set(settings(name)["success_statuses"])
    assert (first.json["duplicate"], second.json["duplicate"]) == (False, True)
    assert first.json["event_id"] == second.json["event_id"]


@pytest.mark.parametrize("name", KINDS)
def test_before_a_first_delivery_a_bad_signature_costs_nothing_that_a_vendor_would_not_send_again(
    house: House, name: str
) -> None:
    delivery = of(name)
    forged = {"Content-Type": "application/json"}
    body = delivery.body.replace(b'"signature"', b'"unsigned"')
    assert post(house, name, body, forged).status_code == (503 if name in GIVING_UP else 401)
    body_signed, headers = signed(house, delivery)
    assert post(house, name, body_signed, headers).status_code < 300
    assert post(house, name, body, forged).status_code == 401


@pytest.mark.parametrize("delivery", SETUPS, ids=[f"{one.kind}-{one.name}" for one in SETUPS])
def test_what_comes_unsigned_while_a_webhook_is_made_is_answered_and_never_work(
    house: House, delivery: Delivery
) -> None:
    wanted = delivery.expected.get("setup", {})
    unsigned = {name: value for name, value in delivery.headers.items() if "ignature" not in name}
    answer = post(house, delivery.kind, delivery.body, unsigned)
    assert answer.status_code == wanted.get("status", sources.named(delivery.kind).ACCEPTED)
    assert wanted.get("headers", {}).items() <= dict(answer.headers).items()
    event_id = answer.json["event_id"]
    stored = house.write(lambda tx: events.get(tx, event_id))
    assert stored is not None
    assert (stored.state, stored.reason) == (EventState.IGNORED, "A ping: the source tried whether somebody answers.")
    assert house.write(events.verified_sources) == set()


def test_a_handshake_without_body_and_type_is_answered_too_at_any_time_and_its_secret_is_not_kept(house: House) -> None:
    body, headers = signed(house, of("smartrecruiters"))
    assert post(house, "smartrecruiters", body, headers).status_code == 202
    for value in ("hs-canary-1", "hs-canary-2"):
        answer = house.client().post("/webhooks/smartrecruiters", headers={"X-Hook-Secret": value})
        assert (answer.status_code, answer.headers["X-Hook-Secret"]) == (200, value)
    assert house.count("event") == 2
    assert "canary" not in house.dump()
    assert house.client().post("/webhooks/greenhouse", headers={"X-Hook-Secret": "hs-1"}).status_code == 415


def test_two_events_under_one_id_of_ashby_are_both_stored(house: House) -> None:
    pair = [one for one in DELIVERIES if one.name in ("jobPostingPublish", "jobPostingUpdate_related")]
    answers = [post(house, "ashby", *signed(house, one)) for one in pair]
    assert [answer.json["duplicate"] for answer in answers] == [False, False]


def test_a_second_try_of_recruitee_has_other_bytes_and_is_a_repeat(house: House) -> None:
    pair = [one for one in DELIVERIES if one.name in ("offer_published", "offer_published_retry")]
    answers = [post(house, "recruitee", *signed(house, one)) for one in pair]
    assert [answer.json["duplicate"] for answer in answers] == [False, True]


def test_a_token_of_lever_is_taken_once_whatever_id_it_shows(house: House) -> None:
    body, headers = signed(house, of("lever"))
    replayed = json.dumps({**json.loads(body), "id": "another", "data": {"opportunityId": "o"}}).encode()
    assert post(house, "lever", body, headers).json["duplicate"] is False
    assert post(house, "lever", replayed, headers).json["duplicate"] is True


def is_of_a_posting(delivery: Delivery) -> bool:
    return any(one["type"].startswith("job.") for one in delivery.expected["events"])


@pytest.mark.parametrize("name", ["ashby", "smartrecruiters", "recruitee", "breezy", "kombo"])
def test_a_posting_without_its_text_is_asked_for_and_its_event_says_so(house: House, name: str) -> None:
    delivery = next(one for one in DELIVERIES if one.kind == name and is_of_a_posting(one) and one.fetch)
    event_id = post(house, name, *signed(house, delivery)).json["event_id"]
    read = reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    stored = house.write(lambda tx: events.get(tx, event_id))
    assert (read.state, read.asks) == (EventState.READ, True)
    assert stored is not None
    assert "is being fetched." in str(stored.reason) or "the API is asked which" in str(stored.reason)
    assert house.count("request") == 0


def test_a_source_that_lacks_what_its_api_needs_says_so_and_its_event_waits(house: House) -> None:
    delivery = next(one for one in DELIVERIES if one.kind == "pinpoint" and is_of_a_posting(one) and one.fetch)
    event_id = post(house, "pinpoint", *signed(house, delivery)).json["event_id"]
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    stored = house.write(lambda tx: events.get(tx, event_id))
    assert stored is not None
    assert stored.state is EventState.UNREADABLE
    assert "set api_url" in str(stored.reason)
