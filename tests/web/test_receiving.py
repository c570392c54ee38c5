"""Deliveries: stored before they are answered, once each, and only if they are authentic."""

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY
from werkzeug.test import TestResponse

from config import Secret
from tests.web.houses import (
    HOOK_TOKEN,
    SECRET,
    TWO_ORGANIZATIONS,
    UNREACHABLE,
    House,
    block_spool,
    make_house,
    problem,
    sign,
)
from web.context import of
from web.hinting import Hinting
from web.receiver import LARGEST_COMPLETION, LARGEST_DELIVERY, Receiver
from worker import clock, ids
from worker.ledger import events, listing
from worker.ledger.events import EventState
from worker.ledger.listing import Filters
from worker.sources import greenhouse

BODY = b'{"action": "job_post_created", "payload": {"id": 7}}'
PING = b'{"action": "ping", "payload": {"web_hook_id": 1}}'
COMPLETION = b'{"event": "interview.completed", "data": {"session": {"id": "s1"}}}'
JSON = {"Content-Type": "application/json"}


def complete(
    house: House, organization: str = "acme", token: str = HOOK_TOKEN, body: bytes = COMPLETION
) -> TestResponse:
    return house.client().post(f"/webhooks/talentsprout/{organization}/{token}", data=body, headers=JSON)


def padded(size: int) -> bytes:
    return b'{"x": "' + b"y" * (size - 9) + b'"}'


def counted(source: str, answer: str) -> float:
    return REGISTRY.get_sample_value("sprout_receipts_total", {"source": source, "answer": answer}) or 0.0


def test_an_authentic_delivery_is_kept_exactly_as_it_came_and_answered_as_its_vendor_likes(house: House) -> None:
    answer = house.deliver("careers", BODY, **{"X-Whatever": "zwei \xe4"})

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["duplicate"] is False
    received = house.write(lambda tx: events.received(tx, answer.json["event_id"]))
    assert received.body == BODY
    assert received.header("x-whatever") == "zwei \xe4"
    assert received.header("signature").startswith("sha256 ")
    assert house.deliver("forms", BODY).status_code == 202


def test_what_opens_a_door_is_not_kept_with_a_delivery(house: House) -> None:
    signed = sign(house.source("forms"), BODY) | {"Authorization": "Bearer canary-1", "Cookie": "canary-2"}
    answer = house.client().post("/webhooks/forms", data=BODY, headers=signed)

    kept = house.write(lambda tx: events.received(tx, answer.json["event_id"])).headers

    assert kept["content-type"] == "application/json"
    assert not {"authorization", "cookie", "x-bridge-token"} & set(kept)
    assert SECRET not in house.dump()


def test_of_fifty_identical_deliveries_at_once_one_is_new(house: House) -> None:
    together = threading.Barrier(50)
    signed = sign(house.source("careers"), BODY)

    def send(_: int) -> TestResponse:
        client = house.client()
        together.wait()
        return client.post("/webhooks/careers", data=BODY, headers=signed)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))

    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json["duplicate"] for answer in answers) == [False] + [True] * 49
    assert len({answer.json["event_id"] for answer in answers}) == 1
    assert house.count("event") == 1


def test_a_replay_under_another_unsigned_delivery_id_is_a_repeat(house: House) -> None:
    first = house.deliver("careers", BODY)
    replay = house.deliver("careers", BODY, **{"Greenhouse-Event-ID": "another"})

    assert replay.json == {"event_id": first.json["event_id"], "duplicate": True}


def test_a_repeat_under_the_same_delivery_id_is_a_repeat_even_if_its_bytes_differ(house: House) -> None:
    first = house.deliver("careers", BODY)
    again = house.deliver("careers", BODY + b" ")

    assert again.json == {"event_id": first.json["event_id"], "duplicate": True}


def test_the_same_bytes_under_a_fresh_signed_time_are_a_delivery_of_their_own(house: House) -> None:
    body = b'{"type": "ping"}'

    def send(delivery_id: str) -> TestResponse:
        return house.client().post(
            "/webhooks/signed", data=body, headers=sign(house.source("signed"), body, delivery_id)
        )

    first, second, repeat = send("one"), send("two"), send("one")

    assert first.json["event_id"] != second.json["event_id"]
    assert repeat.json == {"event_id": first.json["event_id"], "duplicate": True}


def test_a_delivery_id_of_any_length_is_taken(house: House) -> None:
    first = house.deliver("careers", BODY, **{"Greenhouse-Event-ID": "x" * 3000})
    again = house.deliver("careers", BODY + b" ", **{"Greenhouse-Event-ID": "x" * 3000})

    assert again.json == {"event_id": first.json["event_id"], "duplicate": True}


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256",
        "sha256 ",
        "sha1 {good}",
        "sha256 {good}0",
        "sha256 {upper}",
        "sha256={good}",
        "{good}",
        "sha256 \xe4",
    ],
)
def test_a_forged_delivery_is_refused_and_nothing_of_it_is_stored(house: House, signature: str | None) -> None:
    house.deliver("careers", BODY)
    good = sign(house.source("careers"), PING)["Signature"].removeprefix("sha256 ")
    headers = dict(JSON)
    if signature is not None:
        headers["Signature"] = signature.format(good=good, upper=good.upper())
    before = counted("careers", "bad-signature")

    answer = house.client().post("/webhooks/careers", data=PING, headers=headers)

    assert answer.status_code == 401
    assert problem(answer)["type"] == "/problems/bad-signature"
    assert house.count("event") == 1
    assert counted("careers", "bad-signature") == before + 1


def test_every_reason_for_a_401_looks_the_same(house: House) -> None:
    house.deliver("careers", BODY)
    other = house.source("careers").model_copy(update={"secrets": (Secret("another-secret-that-is-long-enough"),)})
    refused = [
        house.client().post("/webhooks/careers", data=BODY, headers=headers)
        for headers in (JSON, sign(other, BODY), sign(house.source("careers"), PING))
    ]

    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.data for answer in refused}) == 1


def test_a_vendors_ping_is_welcome_while_its_source_is_set_up_and_never_work(house: House) -> None:
    answer = house.client().post("/webhooks/careers", data=PING, headers=JSON)

    assert answer.status_code == 200
    stored = house.write(lambda tx: events.get(tx, answer.json["event_id"]))
    assert stored.state is EventState.IGNORED
    assert "ping" in stored.reason.lower()
    assert house.write(lambda tx: events.unread(tx, 10)) == []


def test_a_ping_that_nobody_vouches_for_never_stands_in_the_way_of_a_delivery(house: House) -> None:
    """Neither its delivery id nor its bytes may make an authentic delivery a repeat, and it proves nothing."""
    headers = JSON | {"Greenhouse-Event-ID": "delivery-1"}
    ping = house.client().post("/webhooks/careers", data=PING, headers=headers)
    assert house.client().post("/webhooks/careers", data=PING, headers=headers).json["duplicate"] is True

    for body in (BODY, PING):
        signed = sign(house.source("careers"), body, f"delivery-{len(body)}" if body is PING else "delivery-1")
        answer = house.client().post("/webhooks/careers", data=body, headers=signed)
        assert answer.json["duplicate"] is False
        assert answer.json["event_id"] != ping.json["event_id"]


def test_once_a_source_has_proven_itself_an_unsigned_ping_is_a_forgery(house: House) -> None:
    house.deliver("careers", BODY)
    assert house.client().post("/webhooks/careers", data=PING, headers=JSON).status_code == 401


def test_a_source_being_set_up_asks_a_vendor_that_gives_up_for_good_to_come_again(house: House) -> None:
    """No kind that gives up on a 4xx is built in yet, so this one is Greenhouse with that habit."""
    impatient = SimpleNamespace(**vars(greenhouse) | {"GIVES_UP_ON_4XX": True})
    receiver = Receiver(house.bridge.settings, of(house.app).intake, Hinting(house.bridge.hints), lambda _: impatient)

    forged = receiver.deliver("careers", JSON, BODY, clock.wall())
    receiver.deliver("careers", sign(house.source("careers"), BODY), BODY, clock.wall())
    later = receiver.deliver("careers", JSON, BODY, clock.wall())

    assert (forged.status, forged.headers["Retry-After"]) == (503, "60")
    assert json.loads(forged.body)["type"] == "/problems/setting-up"
    assert later.status == 401
    assert house.count("event") == 1


@pytest.mark.parametrize(
    "body", [b"not json", b"[" * 100_000, b'{"a": NaN}', b"\xff\xfe{\x00}\x00", b'{"a":1,"a":2}', b'"\\ud800"']
)
def test_authentic_bytes_are_never_lost_whatever_they_are(house: House, body: bytes) -> None:
    answer = house.deliver("careers", body)

    assert answer.status_code == 200
    assert house.write(lambda tx: events.received(tx, answer.json["event_id"])).body == body


@pytest.mark.parametrize(
    ("size", "status"), [(LARGEST_DELIVERY, 200), (LARGEST_DELIVERY + 1, 413), (5 * LARGEST_DELIVERY, 413)]
)
def test_the_limit_of_a_delivery_is_exact(house: House, size: int, status: int) -> None:
    body = padded(size)
    assert len(body) == size

    answer = house.deliver("careers", body)

    assert answer.status_code == status
    if status == 413:
        assert problem(answer)["type"] == "/problems/too-large"
        assert house.count("event") == 0


@pytest.mark.parametrize(("size", "status"), [(LARGEST_COMPLETION, 202), (LARGEST_COMPLETION + 1, 413)])
def test_the_limit_of_a_completion_is_exact(house: House, size: int, status: int) -> None:
    assert complete(house, body=padded(size)).status_code == status


@pytest.mark.parametrize(
    ("content_type", "encoding", "status"),
    [
        ("application/json", None, 200),
        ("application/json; charset=latin-1", "identity", 200),
        ("application/vnd.greenhouse+json", None, 200),
        ("APPLICATION/JSON", None, 200),
        ("text/json", None, 415),
        ("application/x-www-form-urlencoded", None, 415),
        ("application/jsonp", None, 415),
        ("", None, 415),
        ("application/json", "gzip", 415),
        ("application/json", "identity, gzip", 415),
    ],
)
def test_only_json_without_an_encoding_is_taken(
    house: House, content_type: str, encoding: str | None, status: int
) -> None:
    headers = sign(house.source("careers"), BODY) | {"Content-Type": content_type}
    if encoding is not None:
        headers["Content-Encoding"] = encoding

    answer = house.client().post("/webhooks/careers", data=BODY, headers=headers)

    assert answer.status_code == status
    if status == 415:
        assert problem(answer)["type"] == "/problems/wrong-type"


def test_an_empty_body_is_malformed(house: House) -> None:
    answer = house.deliver("careers", b"")
    assert answer.status_code == 400
    assert problem(answer)["type"] == "/problems/malformed"


@pytest.mark.parametrize("path", ["/webhooks/careers", "/webhooks/nobody", "/webhooks/talentsprout/acme/wrong"])
def test_deliveries_are_posted_and_nothing_else(house: House, path: str) -> None:
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = house.client().open(path, method=method)

        assert answer.status_code == 405
        assert answer.headers["Allow"] == "POST"
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/nobody",
        "/webhooks/talentsprout",
        "/webhooks/careers/",
        "/webhooks//careers",
        "//webhooks/careers",
        "/webhooks/care%2Fers",
        "/webhooks/careers%2f",
        "/webhooks/Careers",
        "/webhooks/",
        "/webhooks",
        f"/webhooks/talentsprout/acme/{HOOK_TOKEN}/",
        f"/webhooks/talentsprout//acme/{HOOK_TOKEN}",
        f"/webhooks/talentsprout/acme%2f{HOOK_TOKEN}",
    ],
)
def test_an_address_that_is_nearly_right_is_not_found(house: House, path: str) -> None:
    signed = sign(house.source("careers"), BODY)

    answer = house.client().post(path, data=BODY, headers=signed)

    assert answer.status_code == 404
    assert problem(answer)["type"] == "/problems/not-found"
    assert house.count("event") == 0


def test_who_posts_a_completion_to_the_wrong_address_learns_nothing(house: House) -> None:
    refused = [
        complete(house, "nobody"),
        complete(house, "silent"),
        complete(house, "acme", "wrong"),
        complete(house, "acme", HOOK_TOKEN[:-1]),
        complete(house, "acme", HOOK_TOKEN + "x"),
        complete(house, "acme", "caf\xe9\N{SNOWMAN}"),
        complete(house, "silent", HOOK_TOKEN),
        complete(house, "acme", "wrong", b""),
        complete(house, "acme", "wrong", bytes(LARGEST_COMPLETION + 1)),
    ]

    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.data for answer in refused}) == 1
    assert len({str(answer.headers) for answer in refused}) == 1
    assert house.count("event") == 0


def test_a_completion_is_kept_under_the_organization_of_its_address(house: House) -> None:
    first, again = complete(house), complete(house)

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json == {"event_id": first.json["event_id"], "duplicate": True}
    stored = house.write(lambda tx: events.get(tx, first.json["event_id"]))
    assert (stored.source, stored.organization, stored.state) == ("talentsprout", "acme", EventState.STORED)


def test_both_tokens_of_a_rotation_are_good_and_the_same_bytes_for_two_organizations_are_two_events(
    tmp_path: Path,
) -> None:
    other = HOOK_TOKEN.replace("a-", "b-")
    text = TWO_ORGANIZATIONS.replace(f'webhook_token = "{HOOK_TOKEN}"', f'webhook_token = ["{HOOK_TOKEN}", "{other}"]')
    third = HOOK_TOKEN.replace("a-", "c-")
    house = make_house(
        tmp_path, text.replace("[organizations.silent]", f'[organizations.silent]\nwebhook_token = "{third}"')
    )

    old, new, elsewhere = complete(house), complete(house, token=other), complete(house, "silent", third)

    assert new.json == {"event_id": old.json["event_id"], "duplicate": True}
    assert elsewhere.json["duplicate"] is False
    assert complete(house, "silent", HOOK_TOKEN).status_code == 404
    page = house.write(lambda tx: listing.events_page(tx, Filters(), 10, None))
    assert {one.organization for one in page.items} == {"acme", "silent"}


def test_what_can_neither_be_stored_nor_spooled_is_not_acknowledged(house: House) -> None:
    house.deliver("careers", BODY)
    block_spool(house.bridge)
    with house.bridge.ledger.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE event_body RENAME TO elsewhere")

    refused = [house.deliver("careers", BODY + b" ", **{"Greenhouse-Event-ID": "2"}), complete(house)]

    for answer in refused:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert problem(answer)["type"] == "/problems/not-stored"
    assert house.count("event") == 1


def test_a_database_that_others_hold_for_too_long_costs_no_receipt(house: House) -> None:
    house.deliver("careers", BODY)
    with house.bridge.ledger.engine.connect() as other:
        other.exec_driver_sql("COMMIT")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        answer = house.deliver("careers", BODY + b" ", **{"Greenhouse-Event-ID": "2"})
        assert (answer.status_code, house.count("event")) == (200, 1)

    house.until(lambda: house.count("event") == 2)
    assert house.write(lambda tx: events.received(tx, answer.json["event_id"])).body == BODY + b" "


@pytest.fixture
def deaf_broker() -> Iterator[str]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_broker_that_hangs_keeps_no_sender_waiting(tmp_path: Path, deaf_broker: str) -> None:
    house = make_house(tmp_path, TWO_ORGANIZATIONS.replace(UNREACHABLE, deaf_broker))

    answers = [house.deliver("forms", b'{"id": %d}' % number) for number in range(20)]

    assert {answer.status_code for answer in answers} == {202}
    assert house.count("event") == 20


def test_receipts_are_counted_under_names_of_the_configuration_alone(house: House) -> None:
    strange = ids.new_id()
    before = counted("unknown", "not-found")

    house.client().post(f"/webhooks/{strange}", data=BODY, headers=JSON)
    complete(house, strange, strange)

    assert counted("unknown", "not-found") == before + 2
    assert not [sample for family in REGISTRY.collect() for sample in family.samples if strange in str(sample.labels)]


def test_a_signed_time_is_good_for_five_minutes(house: House) -> None:
    source, body = house.source("signed"), b'{"type": "job"}'
    receiver = Receiver(house.bridge.settings, of(house.app).intake, Hinting(house.bridge.hints))
    signed = sign(source, body)
    now = clock.wall()

    early, good = (receiver.deliver("signed", signed, body, now + timedelta(seconds=s)).status for s in (-303, 298))
    late = receiver.deliver("signed", signed, body, now + timedelta(seconds=303)).status

    assert (early, good, late) == (401, 202, 401)


def test_an_error_while_a_delivery_is_proven_is_no_proof(house: House) -> None:
    """A kind that fails stands for a bug in one: the receiver lets it out, and nothing is stored."""
    broken = SimpleNamespace(**vars(greenhouse) | {"is_authentic": lambda *_: 1 / 0})
    receiver = Receiver(house.bridge.settings, of(house.app).intake, Hinting(house.bridge.hints), lambda _: broken)

    with pytest.raises(ZeroDivisionError):
        receiver.deliver("careers", sign(house.source("careers"), BODY), BODY, clock.wall())

    house.deliver("forms", BODY)
    assert house.count("event") == 1
