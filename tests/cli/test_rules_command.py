"""`sprout rules list|try` and `sprout requests approve`."""

import json

import pytest

from tests.cli.desk import TEXT, Desk
from worker import filing
from worker.domain.request import Because, Code, GenerationRequest, State
from worker.policy import identity

RULES = """
[sources.careers.interview]
voice = "ash"

[[rules]]
name = "interns"
title = "*intern*"
skip = "Interns are not interviewed by voice."

[[rules]]
name = "nurses"
title = ["*nurse*", "*Pflege*"]
source = "careers"
approve = true
interview = { voice = "sage", languages = ["de"] }
"""


@pytest.fixture
def ruled(desk: Desk) -> Desk:
    path = desk.folder / "bridge.toml"
    path.write_text(path.read_text() + RULES)
    return desk


def a_delivery(title: str, *, live: bool = True) -> str:
    post = {"id": 77, "job_id": 7, "title": title, "content": f"<p>{TEXT}</p>", "live": live}
    return json.dumps({"action": "job_post_created", "payload": post})


def held(desk: Desk) -> GenerationRequest:
    because = Because(Code.APPROVAL, {"rule": "nurses"})
    wanted = filing.Submission("acme", TEXT, "Nurse", identity=identity.brought("7"), rule="nurses", because=because)
    filed = desk.bridge.ledger.write(lambda tx: filing.file(tx, wanted))
    assert isinstance(filed, filing.Filed)
    return filed.request


def test_rules_are_listed_in_the_order_in_which_they_are_asked(ruled: Desk) -> None:
    interns, nurses = ruled.told("rules", "list")["items"]
    assert (interns["name"], interns["fits"], interns["skip"]) == (
        "interns",
        {"title": ["*intern*"]},
        "Interns are not interviewed by voice.",
    )
    assert (nurses["approve"], nurses["options"]) == (True, {"voice": "sage", "languages": ["de"]})
    printed = ruled.run("rules", "list").stdout
    assert "title *nurse* or *Pflege*; source careers" in printed
    assert 'languages = ["de"]' in printed


def test_without_rules_the_list_says_how_to_write_one(desk: Desk) -> None:
    assert desk.told("rules", "list")["items"] == []
    assert "[[rules]]" in desk.run("rules", "list").stderr


def test_a_try_says_which_rule_decides_why_the_others_do_not_and_what_would_be_sent(ruled: Desk) -> None:
    ruled.write("posting.json", a_delivery("Night nurse"))
    (told,) = ruled.told("rules", "try", "posting.json", "--source", "careers")["items"]
    assert told["tried"] == [
        {"rule": "interns", "fits": False, "key": "title", "found": "Night nurse", "wanted": ["*intern*"]},
        {"rule": "nurses", "fits": True},
    ]
    assert (told["rule"], told["approve"], told["organization"]) == ("nurses", True, "acme")
    assert told["options"] == {"title": "Night nurse", "voice": "sage", "languages": ["de"]}
    printed = ruled.run("rules", "try", "posting.json", "--source", "careers").stdout
    assert 'does not fit: title is "Night nurse", wanted *intern*' in printed
    assert not (ruled.folder / "var").exists()


def test_a_try_reads_standard_input_and_says_what_is_skipped_or_no_posting(ruled: Desk) -> None:
    (told,) = ruled.told("rules", "try", "-", "--source", "careers", feed=a_delivery("Intern"))["items"]
    assert (told["rule"], told["skip"], told["options"]) == ("interns", "Interns are not interviewed by voice.", None)
    (draft,) = ruled.told("rules", "try", "-", "--source", "careers", feed=a_delivery("Cook", live=False))["items"]
    assert "ignored" in draft
    assert ruled.run("rules", "try", "-", "--source", "careers", feed=a_delivery("Intern")).exit_code == 0


def test_a_try_says_that_a_text_is_too_short_to_be_sent(ruled: Desk) -> None:
    short = a_delivery("Night nurse").replace(TEXT, "Nights.")
    (told,) = ruled.told("rules", "try", "-", "--source", "careers", feed=short)["items"]
    assert told["fault"] == "The description has 7 characters; TalentSprout needs 50."
    assert told["fault"] in ruled.run("rules", "try", "-", "--source", "careers", feed=short).stdout
    (skipped,) = ruled.told("rules", "try", "-", "--source", "careers", feed=short.replace("Night nurse", "Intern"))[
        "items"
    ]
    assert skipped["fault"] is None


def test_a_try_of_no_delivery_or_of_no_source_says_so(ruled: Desk) -> None:
    ruled.write("posting.json", "not json")
    assert ruled.error("rules", "try", "posting.json", "--source", "careers")["code"] == "unreadable"
    assert "--source NAME" in ruled.error("rules", "try", "posting.json", status=2)["error"]
    assert 'Did you mean "careers"' in ruled.error("rules", "try", "x", "--source", "career", status=2)["error"]


def test_an_approval_puts_a_request_in_line_and_the_second_is_told_of_the_first(ruled: Desk) -> None:
    request = held(ruled)
    shown = ruled.told("requests", "show", request.label)
    assert (shown["state"], shown["reason_code"], shown["rule"]) == ("held", "approval", "nurses")
    assert f"sprout requests approve {request.label}" in shown["action"]
    assert ruled.error("requests", "retry", request.label)["code"] == "conflict"
    assert ruled.told("requests", "approve", request.label)["state"] == State.WAITING
    second = ruled.error("requests", "approve", request.label)
    assert second["code"] == "conflict"
    assert "approved it" in second["error"]


def test_an_approval_shows_the_text_that_it_is_for(ruled: Desk) -> None:
    request = held(ruled)
    printed = ruled.run("requests", "approve", request.label).stdout
    assert printed.index(TEXT[:40]) < printed.index("waiting")
