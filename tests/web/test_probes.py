"""The probes: alive, ready, and counted."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from tests.web.houses import (
    A_TEXT,
    SANDBOX,
    TWO_ORGANIZATIONS,
    UNREACHABLE,
    House,
    assembled,
    block_spool,
    make_house,
    problem,
    sign,
)
from web.app import create_app
from worker.ledger import organizations, processes, schema
from worker.ledger.connection import Tx


def scraped(house: House) -> dict[tuple[str, ...], float]:
    answer = house.client().get("/metrics", headers={"Authorization": f"Bearer {house.token()}"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_a_process_that_lives_says_so_whatever_else_is_away(tmp_path: Path) -> None:
    bridge = assembled(tmp_path, TWO_ORGANIZATIONS)  # no database
    assert create_app(bridge).test_client().get("/healthz").status_code == 200


def test_a_broker_that_is_away_is_named_and_receipts_go_on(house: House) -> None:
    answer = house.client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json["ready"] is True
    assert answer.json["broker"].startswith("away")
    assert answer.json["spooling"] is False


@pytest.fixture
def deaf_broker() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_broker_that_hangs_is_away_too(tmp_path: Path, deaf_broker: str) -> None:
    house = make_house(tmp_path, SANDBOX.replace(UNREACHABLE, deaf_broker))
    assert house.client().get("/readyz").json["broker"].startswith("away")


def test_a_broker_that_takes_hints_is_well(tmp_path: Path, valkey_server: object) -> None:
    house = make_house(tmp_path, SANDBOX.replace(UNREACHABLE, valkey_server.url))  # type: ignore[attr-defined]  # a BrokerServer
    house.until(lambda: house.client().get("/readyz").json["broker"] == "ok")  # the first hint loads Celery


def test_without_its_schema_the_bridge_is_not_ready_and_takes_nothing(tmp_path: Path) -> None:
    bridge = assembled(tmp_path, SANDBOX)
    client = create_app(bridge).test_client()
    source = bridge.settings.sources["generic"]

    probe = client.get("/readyz")
    receipt = client.post("/webhooks/generic", data=b"{}", headers=sign(source, b"{}"))
    page = client.get("/", headers={"Accept": "text/html"})

    for answer in (probe, receipt):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert problem(answer)["type"] == "/problems/not-ready"
        assert "sprout db upgrade" in answer.text
    assert page.status_code == 503
    assert "sprout db upgrade" in page.text
    assert client.get("/static/pages.css").status_code == 200


def test_the_bridge_begins_by_itself_once_its_schema_is_there(tmp_path: Path) -> None:
    bridge = assembled(tmp_path, SANDBOX)
    client = create_app(bridge).test_client()
    assert client.get("/readyz").status_code == 503

    schema.upgrade(bridge.ledger)

    assert client.get("/readyz").status_code == 200
    assert client.get("/").status_code == 200
    source = bridge.settings.sources["generic"]
    assert client.post("/webhooks/generic", data=b"{}", headers=sign(source, b"{}")).status_code == 202


@pytest.fixture
def deaf_database() -> Iterator[str]:
    """A configuration whose PostgreSQL takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f'database_url = "postgresql+psycopg://u:canary@127.0.0.1:{deaf.getsockname()[1]}/x"\n'
        yield TWO_ORGANIZATIONS.replace('public_url = "', url + 'public_url = "')


def test_without_database_the_bridge_is_ready_while_it_spools_and_says_so(tmp_path: Path, deaf_database: str) -> None:
    answer = create_app(assembled(tmp_path, deaf_database)).test_client().get("/readyz")

    assert answer.status_code == 200
    assert (answer.json["ready"], answer.json["spooling"]) == (True, True)
    assert answer.json["database"].startswith("away")
    assert "canary" not in answer.text


def test_what_neither_stores_nor_spools_is_not_ready_and_strangers_are_not_told_why(
    tmp_path: Path, deaf_database: str
) -> None:
    bridge = assembled(tmp_path, deaf_database)
    block_spool(bridge)
    answer = create_app(bridge).test_client().get("/readyz")

    assert answer.status_code == 503
    assert problem(answer)["detail"] == "Receipts can't be stored."
    assert "canary" not in answer.text


def test_the_ledger_is_counted_when_prometheus_asks(house: House) -> None:
    api = house.api()
    unknown, held = api.file(), api.file(A_TEXT + " 2")
    api.file(organization="silent")
    house.unknown(unknown)
    api.post(f"/requests/{held}/cancel")
    house.deliver("careers", b"{}")

    def unit(tx: Tx) -> None:
        from datetime import timedelta

        organizations.pause(tx, "silent", {}, timedelta(minutes=1))
        processes.report(tx, "boot", "host", 7)

    house.write(unit)
    found = scraped(house)

    assert found["sprout_ledger_answers",] == 1
    assert found["sprout_requests", "acme", "unknown"] == 1
    assert found["sprout_requests", "acme", "held"] == 0
    assert found["sprout_requests", "silent", "waiting"] == 1
    assert found["sprout_unknown_requests", "acme"] == 1
    assert found["sprout_held_requests", "acme"] == 0
    assert found["sprout_events", "careers", "stored"] == 1
    assert (found["sprout_organization_paused", "silent"], found["sprout_organization_paused", "acme"]) == (1, 0)
    assert (found["sprout_budget_used", "acme", "ai"], found["sprout_budget_limit", "acme", "ai"]) == (1, 20)
    assert found["sprout_oldest_due_seconds",] >= 0
    assert found["sprout_workers_alive",] == 1
    assert ("sprout_hints_lost_total",) in found


def test_no_id_is_a_label(house: House) -> None:
    request_id = house.api().file()
    event_id = house.deliver("careers", b"{}").json["event_id"]
    labels = json.dumps([list(key) for key in scraped(house)])
    assert request_id not in labels
    assert event_id not in labels


def test_counters_are_told_without_the_ledger(tmp_path: Path) -> None:
    client = create_app(assembled(tmp_path, SANDBOX)).test_client()
    text = client.get("/metrics").text
    assert "sprout_ledger_answers 0.0" in text
    assert "sprout_hints_lost_total" in text
    assert "sprout_requests" not in text


def test_metrics_are_open_on_loopback_only(house: House, sandbox: House) -> None:
    assert sandbox.client().get("/metrics").status_code == 200
    assert house.client().get("/metrics").status_code == 401


@contextmanager
def locked(house: House) -> Iterator[None]:
    with closing(sqlite3.connect(house.bridge.ledger.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize("spooling", [True, False])
def test_a_file_that_somebody_holds_for_writing_is_no_place_for_receipts(house: House, spooling: bool) -> None:
    assert house.client().get("/readyz").json["database"] == "ok"
    if not spooling:
        block_spool(house.bridge)
    with locked(house):
        answer = house.client().get("/readyz")
    if spooling:
        assert (answer.status_code, answer.json["spooling"]) == (200, True)
        assert answer.json["database"].startswith("away")
    else:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("spooling", [True, False])
def test_a_file_that_may_only_be_read_is_no_place_for_receipts(house: House, spooling: bool) -> None:
    if not spooling:
        block_spool(house.bridge)

    def only_reading(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    assert house.client().get("/readyz").json["database"] == "ok"
    sa.event.listen(house.bridge.ledger.engine, "checkout", only_reading)
    answer = house.client().get("/readyz")
    api = house.client().get("/metrics", headers={"Authorization": "Bearer x"})
    assert answer.status_code == (200 if spooling else 503)
    assert not spooling or answer.json["spooling"] is True
    assert api.status_code == 401, "what only reads is served"


def test_a_data_key_that_is_not_here_is_named_and_nothing_is_taken_until_it_is(house: House) -> None:
    """Also nothing is sealed with another one, which nobody has yet."""
    house.deliver("careers", b"{}")
    keys = house.bridge.settings.bridge.data_dir / "keys"
    kept = keys.read_bytes()
    keys.unlink()
    bridge = assembled(house.folder, TWO_ORGANIZATIONS)  # another process
    client = create_app(bridge).test_client()

    probe = client.get("/readyz")
    receipt = client.post("/webhooks/careers", data=b"{}", headers=sign(bridge.settings.sources["careers"], b"{}"))

    for answer in (probe, receipt):
        assert answer.status_code == 503
        assert problem(answer)["type"] == "/problems/not-ready"
    assert not keys.exists()
    keys.write_bytes(kept)
    signed = sign(bridge.settings.sources["careers"], b"{}")
    assert client.post("/webhooks/careers", data=b"{}", headers=signed).json["duplicate"] is True
    bridge.ledger.close()
