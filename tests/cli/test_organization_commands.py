"""`sprout organizations`: who sends, pause, resume."""

from tests.cli.desk import Desk
from worker.ledger import audit


def test_a_paused_organization_says_who_and_since_when_and_how_to_go_on(desk: Desk) -> None:
    desk.file()
    told = desk.told("organizations", "pause", "acme")
    assert (told["name"], told["paused"], told["waiting"], told["reason_code"]) == ("acme", True, 1, "paused")
    listed = desk.run("organizations", "list")
    assert "‖ paused" in listed.stdout
    assert f"Paused by {told['paused_by']} at" in listed.stdout
    doctor = desk.run("doctor")
    assert "sprout organizations resume acme" in doctor.stdout

    assert desk.told("organizations", "resume", "acme")["paused"] is False
    entries = desk.bridge.ledger.read(lambda tx: audit.of(tx, "acme"))
    assert [one.action for one in entries] == ["resume", "pause"]


def test_the_second_of_two_is_told_what_the_first_did(desk: Desk) -> None:
    desk.run("organizations", "pause", "acme")
    error = desk.error("organizations", "pause", "acme")
    assert error["code"] == "conflict"
    assert "acme is paused already." in error["error"]
    assert "paused it at" in error["error"]


def test_a_name_that_is_not_configured_is_wrong_usage(desk: Desk) -> None:
    assert desk.error("organizations", "pause", "nobody", status=2)["code"] == "usage"
