"""`doctor`: every check in one report, 1 if anything fails, and something to say even when nothing works."""

import json
import sqlite3
from collections.abc import Callable

from tests.cli.desk import Desk
from worker.sandbox.running import running
from worker.sandbox.settings import Seconds, Settings


def test_a_bridge_that_is_in_order_but_not_started_fails_nothing(desk: Desk) -> None:
    with running(Settings(pinging=Seconds(0, 0))) as sandbox:
        desk.configure("acme", base_url=sandbox.base_url)
        told = desk.told("doctor")
    states = {one["name"]: one["state"] for one in told["checks"]}
    assert told["ok"]
    assert states["key of acme"] == states["database"] == "ok"
    assert states["worker"] == states["broker"] == states["public URL"] == "warn"


def test_a_refused_key_fails_with_its_place_and_remedy_and_is_a_report_all_the_same(desk: Desk) -> None:
    with running(Settings(pinging=Seconds(0, 0))) as sandbox:
        desk.configure("acme", base_url=sandbox.base_url, key="tsk_" + 32 * "y")
        done = desk.run("doctor", "--json")
        page = desk.run("doctor")
    told = json.loads(done.stdout)
    (failed,) = [one for one in told["checks"] if one["state"] == "fail"]
    assert (done.exit_code, told["ok"], done.stderr) == (1, False, "")
    assert failed["place"] == "bridge.toml, [organizations.acme] api_key"
    assert page.exit_code == 1
    assert "✗ fail  key of acme: acme: " in page.stdout
    assert "Put a valid key where api_key points to" in page.stdout
    assert 32 * "y" not in page.stdout + done.stdout


def test_a_configuration_that_cannot_be_used_is_the_whole_report(desk: Desk) -> None:
    path = desk.folder / "bridge.toml"
    path.write_text(path.read_text().replace("quarantine", "quarantaine"))
    done = desk.run("doctor", "--json")
    assert (done.exit_code, done.stderr) == (1, "")
    assert [one["place"] for one in json.loads(done.stdout)["checks"]] == ["bridge.toml, [bridge] quarantaine"]


def test_an_older_schema_fails_and_the_rest_is_still_looked_at(desk: Desk) -> None:
    with sqlite3.connect(desk.folder / "bridge.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    done = desk.run("doctor", "--json")
    states = {one["name"]: one["state"] for one in json.loads(done.stdout)["checks"]}
    assert done.exit_code == 1
    assert states["database"] == "fail"
    assert "public URL" in states
    assert "key of acme" not in states, "a ping needs a slot, and slots are in the database"


def test_a_target_to_which_nothing_was_sent_is_not_said_to_take_it(desk: Desk) -> None:
    desk.add_target("https://crm.example.com/hook")
    told = json.loads(desk.run("doctor", "--json").stdout)
    (check,) = [one for one in told["checks"] if one["name"] == "target crm"]
    assert (check["state"], check["sentence"]) == ("ok", "Nothing is known to have reached crm yet.")


def test_a_fresh_folder_can_be_examined(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk("acme", database=False)
    done = desk.run("doctor", "--json")
    states = {one["name"]: one["state"] for one in json.loads(done.stdout)["checks"]}
    assert (states["database"], states["key of acme"]) == ("ok", "fail")
