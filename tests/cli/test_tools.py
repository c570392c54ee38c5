"""`sign`, `token`, `db upgrade`, `ping`, `sandbox`."""

import json
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import load
from tests.cli.desk import Desk
from worker import assembly, sources
from worker.domain.received import Received
from worker.ledger import tokens
from worker.sandbox.running import running
from worker.sandbox.settings import Seconds, Settings

ROOT = Path(__file__).parents[2]
BODY = '{"action": "ping", "name": "Zürich"}\r\n'


@pytest.mark.parametrize("name", ["careers", "forms"])
def test_signed_headers_convince_the_source_itself_as_lines_and_as_json(desk: Desk, name: str) -> None:
    (desk.folder / "body.json").write_bytes(BODY.encode())
    lines = desk.run("sign", name, "body.json").stdout.splitlines()
    as_lines = dict(line.split(": ", 1) for line in lines)
    as_json = desk.told("sign", name, "-", feed=BODY.encode())["headers"]
    source = desk.bridge.settings.sources[name]
    kind = sources.named(source.kind)
    now = datetime.now(UTC)
    for headers in (as_lines, as_json):
        received = Received({key.lower(): value for key, value in headers.items()}, BODY.encode(), now)
        assert kind.is_authentic(received, source, now)
        assert headers["Content-Type"] == "application/json"
    forged = Received({key.lower(): value for key, value in as_json.items()}, b"{}", now)
    assert kind.is_authentic(forged, source, now) is (name == "forms"), "a static token vouches for any body"


def test_every_signature_has_a_fresh_delivery_id(desk: Desk) -> None:
    file = desk.write("body.json", BODY)
    ids = {desk.told("sign", "careers", file)["headers"]["Greenhouse-Event-ID"] for _ in range(2)}
    assert len(ids) == 2


def test_a_source_that_is_not_configured_is_wrong_usage(desk: Desk) -> None:
    done = desk.run("sign", "carers", desk.write("body.json", BODY))
    assert (done.exit_code, done.stdout) == (2, "")
    assert 'Did you mean "careers"?' in done.stderr


def test_the_sandboxs_secrets_are_found_where_up_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path)
    (tmp_path / "bridge.toml").write_text("")
    headers = desk.told("sign", "generic", desk.write("body.json", BODY))["headers"]
    settings = assembly.settings_in_force(load(Path("bridge.toml"), assembly.kinds()))
    assert settings.sources["generic"].secrets[0].matches(headers["X-Bridge-Token"])


def test_a_token_is_shown_once_and_opens_until_it_is_revoked(desk: Desk) -> None:
    made = desk.told("token", "create", "--name", "reports")
    found = desk.bridge.ledger.read(lambda tx: tokens.find(tx, made["token"]))
    assert found is not None
    assert (found.id, found.name) == (made["id"], "reports")

    listed = desk.told("token", "list")
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert made["token"] not in json.dumps(listed)

    revoked = desk.told("token", "revoke", made["id"][:18])
    assert revoked["revoked_at"] is not None
    assert desk.bridge.ledger.read(lambda tx: tokens.find(tx, made["token"])) is None
    assert desk.told("token", "revoke", made["id"]) == revoked
    assert desk.error("token", "revoke", "nobody")["code"] == "not_found"


def test_a_token_alone_is_on_stdout(desk: Desk) -> None:
    done = desk.run("token", "create")
    secret = done.stdout.strip()
    assert done.stdout == f"{secret}\n"
    assert desk.bridge.ledger.read(lambda tx: tokens.find(tx, secret)) is not None


def test_the_schema_is_made_and_then_left_alone(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk("acme", database=False)
    first, second = desk.told("db", "upgrade"), desk.told("db", "upgrade")
    assert first["before"] is None
    assert second["before"] == second["after"] == first["after"]


def test_an_upgrade_says_what_is_not_sealed_yet(desk: Desk) -> None:
    assert "sealed" not in desk.run("db", "upgrade").stderr
    old = "INSERT INTO event_body (event_id, headers, body) VALUES ('e1', '{}', '{}')"
    with closing(sqlite3.connect(desk.folder / "bridge.db")) as conn, conn:  # without foreign keys
        conn.execute(old)

    ran = desk.run("db", "upgrade")

    assert "1 row of people's data is not sealed yet." in ran.stderr
    assert "sprout keys rotate" in ran.stderr


def test_a_ping_tells_whether_the_key_is_accepted(desk: Desk) -> None:
    with running(Settings(pinging=Seconds(0, 0))) as sandbox:
        desk.configure("acme", base_url=sandbox.base_url)
        told = desk.told("ping")
        assert (told["organization"], told["accepted"]) == ("acme", True)
        desk.configure("acme", base_url=sandbox.base_url, key="tsk_" + 31 * "x" + "y")
        error = desk.error("ping")
        assert error["code"] == "not_accepted"
        assert "refuses the key tsk_xxxxxxxx…" in error["error"]
        assert 31 * "x" not in error["error"]
    desk.configure("acme")
    assert "can't be reached" in desk.error("ping")["error"]


def test_the_sandbox_prints_lines_of_configuration_that_reach_it(desk: Desk) -> None:
    argv = [sys.executable, "-m", "worker.cli", "sandbox", "--port", "0", "--speed", "10", "--limiter", "fixed"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        (desk.folder / "bridge.toml").write_text("".join(lines))
        found = tomllib.loads("".join(lines))["organizations"]["sandbox"]
        accepted = desk.told("ping")["accepted"]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert accepted
    assert found["limits"] == {"ai": "20/6s", "default": "120/6s"}
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--limiter", "none"], "fixed"),
        (["--speed", "0"], "above 0"),
        (["--latency", "soon"], "no range of seconds"),
        (["--organization", "acme"], "NAME=KEY"),
    ],
)
def test_a_sandbox_that_cannot_be_is_wrong_usage(desk: Desk, words: list[str], said: str) -> None:
    done = desk.run("sandbox", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
