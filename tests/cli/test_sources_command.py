"""`sprout sources list|test`, and `sprout sign` where the signature stands in the body."""

import json

from config import load
from tests.cli.desk import Desk
from worker import assembly, clock
from worker.domain.received import Received
from worker.ledger import events
from worker.ledger.events import Receipt
from worker.sources import lever

LEVER = """
[sources.lever]
kind = "lever"
organization = "acme"
secret = ["a-token-of-lever-in-these-tests", "the-token-that-comes-after-it"]
"""


def with_lever(desk: Desk) -> None:
    path = desk.folder / "bridge.toml"
    path.write_text(path.read_text() + LEVER)


def arrived(desk: Desk, source: str) -> str:
    received = Received({}, b"{}", clock.wall())

    def unit(tx) -> str:  # type: ignore[no-untyped-def]  # a transaction
        events.note_verified(tx, {source})
        return events.store(tx, [Receipt(source, "acme", received, ("id:1",))])[0].event_id

    desk.run("sources", "list")  # which makes the database
    return desk.bridge.ledger.write(unit)


def test_a_list_says_address_and_state_and_the_last_event(desk: Desk) -> None:
    event_id = arrived(desk, "careers")
    careers, forms = desk.told("sources", "list")["items"]
    assert careers["last_event"]["id"] == event_id
    assert (careers["name"], careers["kind"], careers["organization"], careers["state"]) == (
        "careers",
        "greenhouse",
        "acme",
        "connected",
    )
    assert forms["address"] == "http://127.0.0.1:9/webhooks/forms"
    assert (forms["state"], forms["last_event"]) == ("setting_up", None)
    printed = desk.run("sources", "list").stdout
    assert "connected" in printed
    assert "setting up" in printed
    assert "secret" not in printed


def test_a_try_verifies_each_secret_refuses_another_and_leaves_nothing(desk: Desk) -> None:
    with_lever(desk)
    for source, count in [("careers", 2), ("forms", 2), ("lever", 3)]:
        told = desk.told("sources", "test", source)
        assert told["ok"] is True
        assert [check["ok"] for check in told["checks"]] == [True] * count
    assert desk.told("events", "list")["items"] == []
    assert {one["state"] for one in desk.told("sources", "list")["items"]} == {"setting_up"}
    done = desk.run("sources", "test", "carers")
    assert done.exit_code == 2
    assert "careers" in done.stderr


def test_a_body_that_holds_its_signature_is_printed_whole(desk: Desk) -> None:
    with_lever(desk)
    file = desk.write("move.json", '{"event": "candidateStageChange", "data": {"toStageId": "s"}}')
    headers = desk.run("sign", "lever", file)
    assert "signature" not in headers.stdout.lower()
    assert "--body" in headers.stderr
    body = desk.run("sign", "lever", file, "--body").stdout.encode()
    assert json.loads(body)["data"] == {"toStageId": "s"}
    source = load(desk.folder / "bridge.toml", assembly.kinds()).sources["lever"]
    assert lever.is_authentic(Received({}, body, clock.wall()), source, clock.wall())


def test_a_body_is_not_printed_for_a_source_that_signs_with_a_header(desk: Desk) -> None:
    done = desk.run("sign", "careers", desk.write("job.json", "{}"), "--body")
    assert done.exit_code == 2
    assert "leave out --body" in done.stderr


def test_what_is_no_object_can_not_be_signed_inside(desk: Desk) -> None:
    with_lever(desk)
    done = desk.run("sign", "lever", desk.write("text.txt", "no object"), "--body")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "text.txt" in done.stderr
