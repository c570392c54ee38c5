"""The short way of a delivery, and that nobody can tell it from the long one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import request_started
from werkzeug.test import TestResponse

from tests.web.houses import TWO_ORGANIZATIONS, House, assembled, block_spool, make_house, sign
from web.app import create_app
from web.receiver import LARGEST_DELIVERY
from worker.sources import greenhouse

BODY = b'{"action": "job_post_created", "payload": {"id": 7}}'
PING = b'{"action": "ping", "payload": {"web_hook_id": 1}}'
LARGE = b'{"x": "' + b"y" * LARGEST_DELIVERY + b'"}'
LONG_WAY = {"REQUEST_URI": "/webhooks/c%61reers"}  # the same address in another spelling, which no sender uses


def post(house: House, way: dict[str, str], body: bytes = BODY, **headers: str) -> TestResponse:
    signed = sign(house.source("careers"), body) | headers
    return house.client().post("/webhooks/careers", data=body, headers=signed, environ_overrides=way)


def told(answer: TestResponse) -> tuple[str, list[tuple[str, str]], str]:
    """All that went back, but for ids."""
    return answer.status, list(answer.headers), re.sub(r"[0-9a-z]{20}", "ID", answer.text)


@contextmanager
def flask_seen(house: House) -> Iterator[list[object]]:
    """What Flask began to answer."""
    seen: list[object] = []

    def note(sender: object, **_: object) -> None:
        seen.append(sender)

    with request_started.connected_to(note, house.app):
        yield seen


def test_a_plain_delivery_meets_no_flask(house: House) -> None:
    with flask_seen(house) as seen:
        assert post(house, {}).status_code == 200
        assert seen == []
        assert post(house, LONG_WAY).json["duplicate"] is True
        assert len(seen) == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, {}),
        (PING, {}),
        (BODY, {"Signature": "sha256 0"}),
        (PING, {"Signature": ""}),
        (b"not json", {}),
        (b"", {}),
        (LARGE, {}),
        (BODY, {"Content-Length": str(len(LARGE))}),
        (BODY, {"Content-Type": "text/plain"}),
        (BODY, {"Content-Encoding": "gzip"}),
        (BODY, {"Accept": "text/html", "Signature": "sha256 0"}),
    ],
)
@pytest.mark.parametrize("proven", [False, True])
def test_both_ways_give_the_same_answer(tmp_path: Path, body: bytes, headers: dict[str, str], proven: bool) -> None:
    answers = []
    for way in ({}, LONG_WAY):
        folder = tmp_path / str(len(answers))
        folder.mkdir()
        house = make_house(folder, TWO_ORGANIZATIONS)
        if proven:
            house.deliver("careers", b'{"action": "first"}', **{"Greenhouse-Event-ID": "first"})
        answers.append([told(post(house, way, body, **headers)) for _ in range(2)])
        house.bridge.ledger.close()

    assert answers[0] == answers[1]


def test_both_ways_keep_the_same_of_a_delivery(tmp_path: Path) -> None:
    kept = []
    for way in ({}, LONG_WAY):
        folder = tmp_path / str(len(kept))
        folder.mkdir()
        house = make_house(folder, TWO_ORGANIZATIONS)
        post(house, way, **{"X-Whatever": "zwei \xe4", "Cookie": "canary", "X_Odd": "1"})
        with house.bridge.ledger.engine.connect() as connection:
            headers, body = connection.exec_driver_sql("SELECT headers, body FROM event_body").one()
            ring = house.bridge.ledger.keys
            kept.append((ring.open_text("event_body.headers", headers), ring.open("event_body.body", body)))
        house.bridge.ledger.close()

    assert kept[0] == kept[1]


def test_both_ways_refuse_alike_what_can_not_be_stored(house: House) -> None:
    house.deliver("careers", BODY)
    block_spool(house.bridge)
    with house.bridge.ledger.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE event_body RENAME TO elsewhere")

    short, long = (told(post(house, way, BODY + b" ", **{"Greenhouse-Event-ID": "2"})) for way in ({}, LONG_WAY))

    assert short == long
    assert short[0].startswith("503")


def test_both_ways_wait_for_the_schema(tmp_path: Path) -> None:
    bridge = assembled(tmp_path, TWO_ORGANIZATIONS)
    client = create_app(bridge).test_client()
    headers = sign(bridge.settings.sources["careers"], BODY)

    short, long = (
        told(client.post("/webhooks/careers", data=BODY, headers=headers, environ_overrides=way))
        for way in ({}, LONG_WAY)
    )

    assert short == long
    assert short[0].startswith("503")


def test_a_bug_ends_both_ways_with_an_id_and_nothing_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of source that fails stands for any bug."""
    monkeypatch.setattr(greenhouse, "is_authentic", lambda *_: 1 / 0)

    short, long = (told(post(house, way, Accept="text/html")) for way in ({}, LONG_WAY))

    assert short == long
    assert short[0].startswith("500")
    assert "ID" in short[2]
    assert house.count("event") == 0


@pytest.mark.parametrize("spelt", ["/webhooks%2Fcareers", "/webhooks//careers", "/webhooks/careers%2f"])
def test_what_the_server_tidied_up_is_no_plain_delivery(house: House, spelt: str) -> None:
    answer = post(house, {"REQUEST_URI": spelt, "PATH_INFO": "/webhooks/careers"})

    assert answer.status_code == 404
    assert house.count("event") == 0
