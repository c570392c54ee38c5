"""`sprout rehearse`: what today's configuration would make of what has arrived, and nothing but a report comes of it."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk
from worker import clock, operators
from worker.domain.received import Received
from worker.domain.request import State
from worker.events import reader
from worker.ledger import audit, events, listing, requests
from worker.ledger.connection import Tx
from worker.ledger.events import Receipt
from worker.operators import Person

TEXT = "You walk the corridors of Harbour House at night, notice changes early and write the handover. {}"
RULES = """
[[rules]]
name = "interns"
title = "*intern*"
skip = "Interns are not interviewed."

[[rules]]
name = "nurses"
title = "*nurse*"
interview = { voice = "sage" }

[[rules]]
name = "chiefs"
title = "*chief*"
approve = true
"""


def digest(path: Path) -> str:
    """Of everything in a database."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


class Past:
    """What arrived, was read and was made under the configuration of then."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.count = desk, 0

    def says(self, job: int, title: str, text: str = TEXT, status: str = "open") -> str:
        self.count += 1
        body = {"id": job, "title": title, "description": text.format(job), "status": status, "n": self.count}
        received = Received({}, json.dumps(body).encode(), clock.wall())
        receipt = Receipt("forms", "acme", received, (f"id:{self.count}",))
        (stored,) = self.write(lambda tx: events.store(tx, [receipt]))
        reader.read(self.desk.bridge.ledger, self.desk.bridge.settings.sources, stored.event_id)
        return stored.event_id

    def is_made(self) -> None:
        for one in self.write(lambda tx: listing.requests_page(tx, listing.Filters(state="waiting"), 200, None)).items:
            self.write(lambda tx, one=one: requests.move(tx, one.id, {State.WAITING}, State.CREATED))

    def write(self, unit: Callable[[Tx], Any]) -> Any:
        return self.desk.bridge.ledger.write(unit)


@pytest.mark.parametrize(
    "when", ["2999-01-01", "2999-01-01T00:00+01:00", "9999-12-31T23:59-23:00", "400d", "0d", "soon"]
)
def test_a_time_that_cannot_have_been_is_wrong_usage_and_no_empty_report(desk: Desk, when: str) -> None:
    error = desk.error("rehearse", "--since", when, status=2)["error"]
    assert "is in the future: in UTC it is " in error or "is no time; expected how long ago" in error
    assert desk.error("deliveries", "recover", "--since", when, status=2)["code"] == "usage"


@pytest.fixture
def past(desk: Desk) -> Past:
    return Past(desk)


def test_events_of_a_source_that_is_gone_are_told_together_and_are_no_proof_of_anything(past: Past) -> None:
    for number in range(3):
        past.says(number, "Night nurse")
    desk = past.desk
    path = desk.folder / "bridge.toml"
    path.write_text(path.read_text().replace("[sources.forms]", "[sources.other]"))
    report = desk.run("rehearse", "--since", "1d").stdout
    assert "and 2 others of forms: It can't be read: no [sources.forms]" in " ".join(report.split())
    assert "No posting was rehearsed, so nothing is known of how any would end." in report
    assert "Every posting would end as it did." not in report
    assert len(desk.told("events", "list", "--source", "forms")["items"]) == 3
    assert len(desk.told("requests", "list", "--source", "forms")["items"]) == 3
    assert desk.error("events", "list", "--source", "form", status=2)["code"] == "usage"


def configure(desk: Desk, more: str) -> None:
    path = desk.folder / "bridge.toml"
    path.write_text(path.read_text() + more)


def test_a_rehearsal_says_what_would_be_made_and_how_that_differs(past: Past, desk: Desk) -> None:
    past.says(1, "Cook")
    past.says(2, "Intern, kitchen")
    past.says(3, "Night nurse")
    past.says(4, "Chief physician")
    past.says(5, "Baker", status="draft")
    past.is_made()
    past.says(1, "Cook", status="closed")
    configure(desk, RULES)

    told = desk.told("rehearse", "--since", "1h")

    assert (told["events"], told["postings"], told["differing"]) == (6, 4, 3)
    assert {name: count for name, count in told["effects"].items() if count} == {
        "made": 2, "held": 1, "skipped": 1, "left": 1, "ignored": 1,
    }  # fmt: skip
    skipped, other, held = told["differences"]
    assert skipped["sentences"][0].startswith("would be skipped by the rule interns; was made (spr-")
    assert other["sentences"] == ["voice would be sage; was left to TalentSprout"]
    assert "would be held by the rule chiefs: " in held["sentences"][0]
    assert ".;" not in held["sentences"][0]
    assert (skipped["would"]["what"], skipped["happened"]["what"]) == ("skipped", "made")
    assert (other["would"]["options"], other["happened"]["options"]) == ({"voice": "sage"}, {})


def test_a_rehearsal_under_the_configuration_of_then_ends_as_it_did(past: Past, desk: Desk) -> None:
    for number in range(3):
        past.says(number, f"Cook {number}")
    past.is_made()
    past.says(0, "Cook 0", TEXT + " You also drive.")
    past.says(1, "Cook 1", "Too short.")
    past.says(9, "Cook 9", "Too short.")
    told = desk.told("rehearse", "--since", "1h")
    assert (told["postings"], told["differing"], told["differences"]) == (4, 0, [])
    assert "Every posting would end as it did." in desk.run("rehearse", "--since", "1h").stdout


def test_what_was_skipped_and_would_be_again_is_no_difference(past: Past, desk: Desk) -> None:
    configure(desk, RULES)
    del desk.__dict__["bridge"]
    past.says(2, "Intern, kitchen")
    told = desk.told("rehearse", "--since", "1h")
    assert (told["effects"]["skipped"], told["differences"]) == (1, [])


def test_an_approval_and_a_cancellation_are_people_s_and_no_difference(past: Past, desk: Desk) -> None:
    configure(desk, RULES)
    del desk.__dict__["bridge"]
    past.says(4, "Chief physician")
    past.says(1, "Cook")
    (cook, chief) = past.write(lambda tx: listing.requests_page(tx, listing.Filters(), 9, None)).items
    past.write(lambda tx: operators.approve(tx, Person("ada"), chief.id))
    past.write(
        lambda tx: operators.cancel(tx, Person("ada"), cook.id, not_there=False, wait=desk.bridge.timing.quarantine)
    )
    assert desk.told("rehearse", "--since", "1h")["differences"] == []


def test_what_is_known_from_before_is_taken_along(past: Past, desk: Desk) -> None:
    past.says(1, "Cook")
    past.is_made()
    past.write(lambda tx: tx.conn.exec_driver_sql("UPDATE event SET received_at = received_at - 864000000000"))
    past.write(lambda tx: tx.conn.exec_driver_sql("UPDATE request SET created_at = created_at - 864000000000"))
    past.says(1, "Cook", TEXT + " You also drive.")
    told = desk.told("rehearse", "--since", "1h")
    assert (told["effects"]["left"], told["effects"]["made"], told["differing"]) == (1, 0, 0)
    configure(desk, "")
    path = desk.folder / "bridge.toml"
    path.write_text(path.read_text().replace('token_header = "X', 'on_change = "regenerate"\ntoken_header = "X'))
    told = desk.told("rehearse", "--since", "1h")
    assert (told["effects"]["made"], told["differences"][0]["sentences"]) == (
        1,
        ["would have 2 interviews; has 1 interview"],
    )


def test_nothing_is_written_sent_or_left_behind(
    past: Past, desk: Desk, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    past.says(1, "Intern")
    past.says(2, "Cook", "{{")
    configure(desk, RULES)
    before = digest(desk.folder / "bridge.db")
    assert desk.run("rehearse", "--since", "1h").exit_code == 0
    assert digest(desk.folder / "bridge.db") == before
    assert list(folder.iterdir()) == []


def test_a_look_is_refused_whatever_would_change_the_database(desk: Desk) -> None:
    desk.run("requests", "list")
    with pytest.raises(Exception, match="readonly"):
        desk.bridge.ledger.look(lambda tx: audit.record(tx, "ada", "test", "1", {}))
    desk.bridge.ledger.write(lambda tx: audit.record(tx, "ada", "test", "1", {}))


def test_the_report_of_five_hundred_events_fits_a_terminal(past: Past, desk: Desk) -> None:
    titles = [
        "Cook",
        "Intern in a kitchen with a very long title that goes on and on and says where and when and for whom",
    ]
    for number in range(500):
        past.says(
            number // 2, f"{titles[number // 2 % 7 == 0]} {number // 2}", TEXT if number % 2 else TEXT + " You drive."
        )
    configure(desk, RULES)
    done = desk.run("rehearse", "--since", "1d", "--source", "forms")
    assert done.exit_code == 0
    assert "500 events of forms since" in done.stdout
    assert "would end in another way" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "Nothing was sent, asked for or stored." in done.stderr


@pytest.mark.parametrize("since", ["yesterday", "7", "7y", "2026-13-01"])
def test_a_time_that_is_none_is_wrong_usage(desk: Desk, since: str) -> None:
    assert "--since" in desk.error("rehearse", "--since", since, status=2)["error"]


def test_an_unknown_source_is_wrong_usage(desk: Desk) -> None:
    assert "forms" in desk.error("rehearse", "--since", "1d", "--source", "form", status=2)["error"]


def test_an_approval_from_before_is_taken_along(past: Past, desk: Desk) -> None:
    configure(desk, RULES)
    del desk.__dict__["bridge"]
    past.says(4, "Chief physician")
    (chief,) = past.write(lambda tx: listing.requests_page(tx, listing.Filters(), 9, None)).items
    past.write(lambda tx: operators.approve(tx, Person("ada"), chief.id))
    past.write(lambda tx: tx.conn.exec_driver_sql("UPDATE event SET received_at = received_at - 864000000000"))
    past.write(lambda tx: tx.conn.exec_driver_sql("UPDATE request SET created_at = created_at - 864000000000"))
    past.says(4, "Chief physician")
    assert desk.told("rehearse", "--since", "1h")["effects"]["held"] == 0
