"""What would be told, before anybody is told it: of an example, of a request, of a result."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.ledger.completions import a_result
from worker.domain.message import Happened
from worker.ledger import results

SECRET_URL = "https://hooks.slack.example.com/services/T0/B0/not-to-be-shown"
SIGNING = "signing-secret-of-these-tests"
TARGETS = f"""
[targets.chat]
kind = "slack"
organization = "acme"
url = "{SECRET_URL}"
events = ["interview.created"]

[targets.hook]
kind = "webhook"
organization = "acme"
url = "{SECRET_URL}"
secret = "{SIGNING}"
events = ["interview.created"]

[targets.team]
kind = "email"
organization = "acme"
host = "localhost"
starttls = false
from = "bridge@example.com"
to = "team@example.com"
events = ["result.completed"]

[targets.daily]
kind = "email"
organization = "acme"
host = "localhost"
starttls = false
from = "bridge@example.com"
to = "team@example.com"
digest = "08:00"
events = ["result.completed"]

[sources.lever]
kind = "lever"
organization = "acme"
secret = "third-secret-of-these-tests"
api_key = "key-of-these-tests-alone"

[targets.back]
kind = "ats"
organization = "acme"
source = "lever"
author = "4012"
events = ["result.completed"]
"""


@pytest.fixture
def desk(open_desk: Callable[..., Desk], tmp_path: Path) -> Desk:
    made = open_desk("acme", database=False)
    with (tmp_path / "bridge.toml").open("a") as file:
        file.write(TARGETS)
    return made


@pytest.mark.parametrize("target", ["chat", "hook", "team", "daily"])
@pytest.mark.parametrize("event", [one.value for one in Happened])
def test_every_event_can_be_looked_at_for_every_kind_without_a_database(desk: Desk, target: str, event: str) -> None:
    ran = desk.run("deliveries", "preview", target, event)

    assert ran.exit_code == 0, ran.output
    assert "Night-shift" in ran.stdout or "acme" in ran.stdout or "example" in ran.stdout
    assert "not-to-be-shown" not in ran.output
    assert SIGNING not in ran.output
    assert target == "hook" or "None" not in ran.stdout
    assert not (desk.folder / "bridge.db").exists()


def test_the_body_is_what_would_be_posted_and_what_is_secret_is_covered(desk: Desk) -> None:
    shown = desk.told("deliveries", "preview", "hook", "interview.created")

    assert shown["head"]["POST"] == "https://hooks.slack.example.com/***"
    assert shown["head"]["webhook-signature"] == "***"
    assert json.loads(shown["body"])["type"] == "interview.created"
    assert shown["html"] is None


def test_a_mail_can_be_opened_in_a_browser(desk: Desk) -> None:
    ran = desk.run("deliveries", "preview", "team", "result.completed", "--html", "mail.html")

    assert ran.exit_code == 0
    assert "Subject: Ines Moreau finished the interview" in ran.stdout
    assert "<h2>Ines Moreau finished" in (desk.folder / "mail.html").read_text()


def test_a_digest_is_looked_at_as_it_goes_out(desk: Desk) -> None:
    assert (
        "Subject: TalentSprout: 1 message of " in desk.run("deliveries", "preview", "daily", "result.completed").stdout
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("caht", "request.held"), 'There is no target "caht"'),
        (("chat", "request.hold"), "is not one of"),
        (("chat", "request.held", "--html", "x.html"), "Only mail has HTML"),
        (("chat", "request.held", "--request", "a", "--result", "b"), "Say --request or --result"),
    ],
)
def test_wrong_usage_is_told(desk: Desk, words: tuple[str, ...], says: str) -> None:
    ran = desk.run("deliveries", "preview", *words)

    assert ran.exit_code == 2
    assert says in ran.stderr
    assert ran.stdout == ""


def test_that_a_target_is_not_told_of_it_is_said(desk: Desk) -> None:
    ran = desk.run("deliveries", "preview", "chat", "batch.finished")

    assert "chat is not told of this: its events are interview.created." in ran.stderr


def test_a_request_that_is_stored_is_told_as_it_is(open_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = open_desk("acme")
    with (tmp_path / "bridge.toml").open("a") as file:
        file.write(TARGETS)
    made = desk.created()

    told = json.loads(desk.told("deliveries", "preview", "hook", "interview.created", "--request", made.label)["body"])
    chat = desk.run("deliveries", "preview", "chat", "interview.created", "--request", made.label).stdout

    assert told["data"]["request"]["label"] == made.label
    assert told["data"]["interview"]["share_link"] == f"https://www.talentsprout.ai/interview/{made.interview_id}"
    assert "Interview link for Job 1" in chat
    assert f"Id to quote: {made.label}" in chat


def test_a_note_of_a_stored_result_has_the_marker_that_would_be_written(
    open_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = open_desk("acme")
    with (tmp_path / "bridge.toml").open("a") as file:
        file.write(TARGETS)
    made = desk.created()
    assert made.interview_id is not None
    said = a_result(made.interview_id)
    desk.bridge.ledger.write(lambda tx: results.keep(tx, "acme", "event", said))
    (kept,) = desk.bridge.ledger.write(lambda tx: results.of_session(tx, said.session_id))

    shown = desk.told("deliveries", "preview", "back", "result.completed", "--result", kept.id)

    hook = json.loads(desk.told("deliveries", "preview", "hook", "result.completed", "--result", kept.id)["body"])

    assert shown["body"].endswith(f"\n\n[talentsprout-bridge {made.label} {kept.id}]")
    assert hook["data"]["request"]["label"] == made.label
    assert hook["data"]["page"].endswith(f"/requests/{made.id}")


def test_what_is_not_there_is_said(open_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = open_desk("acme")
    with (tmp_path / "bridge.toml").open("a") as file:
        file.write(TARGETS)

    ran = desk.run("deliveries", "preview", "chat", "result.completed", "--result", "01nothing")

    assert ran.exit_code == 1
    assert 'There is no result "01nothing"' in ran.stderr


def test_a_note_is_looked_at_with_its_marker(desk: Desk) -> None:
    shown = desk.told("deliveries", "preview", "back", "result.completed")

    assert shown["head"] == {"Note on": "candidate of lever"}
    assert "Score: 81 of 100." in shown["body"]
    assert shown["body"].endswith("\n\n[talentsprout-bridge spr-7K2QX 01example0result00000]")


def test_what_is_not_written_into_an_ats_is_said(desk: Desk) -> None:
    ran = desk.run("deliveries", "preview", "back", "request.held")

    assert ran.exit_code == 1
    assert "request.held is not written into an ATS." in ran.stderr
