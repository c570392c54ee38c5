"""What may be sent is bounded, whatever is sent; and no input ends a process."""

import json
import random
from pathlib import Path

import psutil
import pytest

from tests.faults.receiving.completions import result_of
from tests.faults.receiving.webs import sqlite_in, web_on
from tests.sources.test_bad_input import UNREADABLE, WHOLE
from tests.web.houses import HOOK_TOKEN, House, problem
from web.app import create_app
from web.receiver import LARGEST_COMPLETION, LARGEST_DELIVERY
from worker import signing
from worker.domain import fields
from worker.domain.fields import Unreadable
from worker.events import reader
from worker.ledger import events
from worker.ledger.events import EventState

MOST_GROWTH = 64 * 1024 * 1024  # bytes


@pytest.mark.slow
def test_s06_memory_stays_bounded_whatever_is_sent(tmp_path: Path) -> None:
    """Bombs, bodies beyond the limit, the largest that are taken, again and again: less than 64 MB of growth."""
    with web_on(tmp_path / "web", sqlite_in(tmp_path)) as web:
        program = web.start()
        hostile = [body for body in UNREADABLE.values() if body] + [
            b"x" * (LARGEST_DELIVERY + 1),
            b"y" * LARGEST_DELIVERY,
        ]
        for number in range(8):
            web.complete(result_of("warm", score=number) + b" " * (LARGEST_COMPLETION - 1000))
        before = psutil.Process(program.pid).memory_info().rss
        for turn in range(4):
            for number, body in enumerate(hostile):
                assert web.deliver("careers", body, f"{turn}-{number}").status in (200, 413)
                web.post("/webhooks/careers", body, {"Content-Type": "application/json", "Content-Encoding": "gzip"})
            assert web.complete(b" " * LARGEST_COMPLETION).status == 202
            assert web.complete(b" " * (LARGEST_COMPLETION + 1)).status == 413
        grown = psutil.Process(program.pid).memory_info().rss - before
        assert grown < MOST_GROWTH, f"{grown / 2**20:.0f} MB"


LIMITS = {
    "64 levels": (b'{"a":' * 62 + b"[1]" + b"}" * 62, True),
    "65 levels": (b'{"a":' * 63 + b"[1]" + b"}" * 63, False),
    "200,000 values": (b'{"a":[' + b"0," * 199_997 + b"0]}", True),
    "more values": (b'{"a":[' + b"0," * 199_999 + b"0]}", False),
    "a duplicate key": (b'{"a":1,"a":2}', False),
    "not UTF-8": (b'{"a":"\xe4"}', False),
    "NaN": (b'{"a":NaN}', False),
}  # fmt: skip


@pytest.mark.parametrize(("body", "taken"), LIMITS.values(), ids=LIMITS.keys())
def test_s06_the_limits_of_json_are_exact(body: bytes, taken: bool) -> None:
    """Depth 64, 200,000 values, strict UTF-8, no duplicate key, no NaN: the limit is taken, what lies beyond it is not."""
    try:
        fields.parse(body)
    except Unreadable:
        assert not taken
    else:
        assert taken


@pytest.mark.slow
def test_s06_headers_are_bounded_too(tmp_path: Path) -> None:
    """More than 16 KiB of headers: refused by the server itself."""
    with web_on(tmp_path / "web", sqlite_in(tmp_path)) as web:
        web.start()
        assert web.get("/healthz", {"X-Large": "x" * 15_000}).status == 200
        assert web.get("/healthz", {"X-Large": "x" * 17_000}).status == 431


def test_s07_deliveries_are_posted_as_json_and_no_other_site_may_send_them(house: House) -> None:
    """POST only, exact content type, no CORS header for any origin or method; the only unsafe routes without a form token."""
    origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for path in ("/webhooks/careers", f"/webhooks/talentsprout/acme/{HOOK_TOKEN}", "/api/v1/requests", "/"):
        for method in ("OPTIONS", "GET", "POST", "PUT"):
            answer = house.client().open(path, method=method, headers=origin)
            assert not [name for name in answer.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118 - Headers iterates pairs
            if path.startswith("/webhooks") and method != "POST":
                assert answer.status_code == 405
    for rule in house.app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and not rule.rule.startswith(("/webhooks/", "/api/v1/")):
            answer = house.client().post(rule.rule.replace("<", "x").replace(">", "x"))
            assert answer.status_code in (303, 403), rule.rule


def mutated(chance: random.Random) -> bytes:
    """A delivery that something happened to on the way."""
    kind = chance.choice(list(WHOLE))
    body = bytearray(json.dumps(WHOLE[kind]).encode())
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(body))
        what = chance.randrange(5)
        if what == 0:
            body[at] = chance.randrange(256)
        elif what == 1:
            del body[at : at + chance.randint(1, 20)]
        elif what == 2:
            body[at:at] = chance.randbytes(chance.randint(1, 20))
        elif what == 3:
            body[at:at] = chance.choice(
                [b"[" * 500, b'{"a":', b"\\ud800", b"\\u0000", b"1e999", b"NaN", b'"id":7,', b"\xff"]
            )
        else:
            body += body[:at]
        if not body:
            body = bytearray(b" ")
    return bytes(body)


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(1_000, marks=pytest.mark.timeout(120)),
        pytest.param(9_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
def test_s41_no_body_ends_a_reader_or_is_answered_with_a_bug(house: House, count: int) -> None:
    """Fuzzed bodies to every source: acknowledged, and at rest after one reading; no 500, nothing raised."""
    chance, client = random.Random(f"bodies-{count}"), house.client()
    for number in range(count):
        body, source = mutated(chance), chance.choice(["careers", "forms", "talentsprout"])
        if source == "talentsprout":
            answer = client.post(
                f"/webhooks/talentsprout/acme/{HOOK_TOKEN}", data=body, headers={"Content-Type": "application/json"}
            )
        else:
            answer = house.deliver(source, body, **{"Greenhouse-Event-ID": str(number)})
        assert answer.status_code in (200, 202), (number, body)
        event_id = answer.json["event_id"]
        reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
        found = house.write(lambda tx, one=event_id: events.get(tx, one))
        assert found.state is not EventState.STORED, (number, body)
        assert "its reader failed" not in str(found.reason), (number, body)


def test_s41_the_last_resort_answers_with_an_id_also_where_debugging_is_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in a view: 500 with an id, no traceback, whatever FLASK_DEBUG says; the next request is served."""
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = create_app(house.bridge)
    app.view_functions["probes.healthz"] = lambda: 1 / 0
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 500
    assert set(problem(answer)) >= {"id", "title"}
    assert "ZeroDivision" not in answer.text
    assert "Traceback" not in answer.text
    assert app.test_client().get("/readyz").status_code == 200


def test_s41_an_error_while_a_delivery_is_proven_accepts_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail closed: whatever raises in the proof, nothing is stored and nobody is told that it was."""
    monkeypatch.setattr(signing, "hmac_sha256_hex", lambda *_: 1 / 0)
    answer = house.deliver("careers", b"{}")
    assert answer.status_code == 500
    assert house.count("event") == 0
