"""`sprout candidates` and `sprout keys`: a person's data as one document, its end, and what it is sealed with."""

import json
import stat
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.cli.desk import Desk
from tests.ledger.completions import a_result
from worker.domain.received import Received
from worker.ledger import events, results, tables

WHO = "ada@example.com"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def known(desk: Desk) -> Desk:
    """One result is stored, with the delivery that brought it."""
    body = json.dumps({"who": WHO}).encode()

    def unit(tx) -> None:
        receipt = events.Receipt("talentsprout", "acme", Received({}, body, NOW), ("digest-1",))
        (stored,) = events.store(tx, [receipt])
        results.keep(tx, "acme", stored.event_id, a_result("i-1"))

    desk.bridge.ledger.write(unit)
    return desk


def test_an_export_is_one_document_also_as_a_file_for_its_owner_alone(known: Desk) -> None:
    told = known.told("candidates", "export", WHO)
    assert [one["session_id"] for one in told["results"]] == ["session-1"]
    assert [one["body"] for one in told["events"]] == [{"who": WHO}]

    known.run("candidates", "export", WHO, "ada.json")

    file = known.folder / "ada.json"
    assert json.loads(file.read_text())["results"] == told["results"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert known.error("candidates", "export", WHO, "ada.json")["code"] == "file"


def test_without_a_terminal_and_without_yes_nothing_is_erased(known: Desk) -> None:
    assert known.error("candidates", "erase", WHO)["code"] == "confirm"
    assert len(known.told("candidates", "export", WHO)["results"]) == 1


def test_a_receipt_says_what_is_left_elsewhere_and_a_second_one_that_it_was_done(known: Desk) -> None:
    first = known.told("candidates", "erase", WHO, "--yes")
    assert first["erased"] == {"results": 1, "applications": 0, "events": 1}
    assert first["erased_before"] is None
    assert [one["session_id"] for one in first["left_at_talentsprout"]] == ["session-1"]

    second = known.told("candidates", "erase", WHO, "--yes")

    assert second["erased"] == {"results": 0, "applications": 0, "events": 0}
    assert second["erased_before"] == first["erased_at"]
    assert known.told("candidates", "export", WHO)["results"] == []
    printed = known.run("candidates", "erase", "session-1", "--yes")
    assert "Nothing was stored any more." in printed.stderr


def test_an_erased_event_can_not_be_read_again(known: Desk) -> None:
    (event,) = known.told("events", "list")["items"]
    known.told("candidates", "erase", WHO, "--yes")

    assert known.error("events", "replay", event["id"])["code"] == "gone"
    shown = known.told("events", "show", event["id"])
    assert (shown["state"], shown["reason"]) == (
        "ignored",
        "It is about somebody who was erased; nothing of it is kept.",
    )


def test_a_link_that_everybody_uses_names_nobody(known: Desk) -> None:
    assert known.error("candidates", "erase", "spr:01j2c", "--yes")["code"] == "everybody"


def test_nobody_is_named_by_nothing(desk: Desk) -> None:
    assert desk.run("candidates", "erase", " ", "--yes").exit_code == 2


def test_keys_are_rotated_and_everything_can_still_be_read(known: Desk) -> None:
    (old,) = known.told("keys", "list")["items"]
    assert (old["here"], old["seals"], old["rows"]) == (True, True, 3)  # a result, a delivery, the key of digests

    told = known.told("keys", "rotate")

    new, before = told["keys"]
    assert (new["seals"], new["rows"], before["id"], before["rows"]) == (True, 3, old["id"], 0)
    assert told["sealed"] == 3
    keys = known.folder / "var" / "keys"
    keys.write_text(keys.read_text().split()[0] + "\n")  # the old one is taken away
    assert len(known.told("candidates", "export", WHO)["results"]) == 1


def test_a_key_that_is_lost_is_named_and_nothing_is_made_in_its_place(known: Desk) -> None:
    (old,) = known.told("keys", "list")["items"]
    (known.folder / "var" / "keys").unlink()

    failed = known.error("candidates", "export", WHO)

    assert failed["code"] == "sealed"
    assert old["id"] in failed["error"]
    assert not (known.folder / "var" / "keys").exists()
    checks = json.loads(known.run("doctor", "--json").stdout)["checks"]
    (checked,) = [one for one in checks if one["name"] == "data keys"]
    assert (checked["state"], old["id"] in checked["sentence"]) == ("fail", True)


@pytest.mark.parametrize("left", [None, "", "w" * 43, "cut"])
def test_a_rotation_makes_no_key_where_the_right_one_is_missing(known: Desk, left: str | None) -> None:
    """Lost, empty, another's, cut: a new one beside it would only hide that."""
    keys = known.folder / "var" / "keys"
    keys.unlink() if left is None else keys.write_text(left)

    failed = known.error("keys", "rotate")

    assert failed["code"] == "sealed"
    assert "Nothing is lost" in failed["error"]
    assert (keys.read_text() if keys.exists() else None) == left


def test_a_rotation_says_what_stays_under_a_key_that_is_not_here(known: Desk) -> None:
    known.bridge.ledger.write(lambda tx: tx.conn.execute(sa.update(tables.result).values(sealed_with="0badc0de")))

    done = known.run("keys", "rotate")

    assert "All that can be opened here is sealed with" in done.stdout
    assert "1 rows with 0badc0de" in done.stderr


def test_f74_a_key_that_everyone_may_read_is_refused_before_anything_starts(known: Desk) -> None:
    (known.folder / "var" / "keys").chmod(0o644)
    failed = known.error("results", "list")
    assert failed["code"] == "configuration"
    assert "chmod 600" in failed["error"]


def test_who_was_erased_is_readmitted_by_a_name_that_was_erased(known: Desk) -> None:
    assert known.error("candidates", "readmit", WHO)["code"] == "not_found"
    known.told("candidates", "erase", WHO, "--yes")
    assert known.told("candidates", "readmit", "session-1")["names"] >= 3
    assert known.error("candidates", "readmit", WHO)["code"] == "not_found"

    kept = known.bridge.ledger.write(lambda tx: results.keep(tx, "acme", "event", a_result("i-1", session="session-2")))
    assert kept is results.Kept.UNMATCHED
