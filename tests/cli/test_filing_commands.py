"""`generate`, `create`: one door, the same request for the same id or text, nothing filed of what can't be sent."""

from collections.abc import Callable

import pytest

from tests.cli.desk import TEXT, Desk
from worker.domain.request import Kind, State
from worker.ledger import listing, requests
from worker.shown import one_request


def count(desk: Desk) -> int:
    return sum(desk.bridge.ledger.read(listing.counts).values())


def test_what_is_filed_is_shown_as_every_other_door_shows_it(desk: Desk) -> None:
    told = desk.told("generate", desk.write("job.txt"))
    stored = desk.now(told["id"])
    assert told == desk.bridge.ledger.read(lambda tx: one_request(tx, stored, desk.bridge.timing))
    assert (told["state"], told["organization"], told["source"]) == ("waiting", "acme", None)


def test_the_same_text_twice_is_one_request(desk: Desk) -> None:
    first = desk.told("generate", desk.write("job.txt"))
    again = desk.told("generate", "-", feed=f"  {TEXT}\n\n")
    assert again["id"] == first["id"]
    assert count(desk) == 1


def test_the_same_id_with_another_text_is_said_and_not_guessed(desk: Desk) -> None:
    first = desk.told("generate", desk.write("job.txt"), "--id", "4711")
    error = desk.error("generate", desk.write("other.txt", TEXT + " By day."), "--id", "4711")
    assert (error["code"], error["request_id"]) == ("conflict", first["id"])
    assert first["dedup_id"] == "4711"
    assert first["label"] in error["error"]


def test_options_reach_the_ledger_as_talentsprout_takes_them(desk: Desk) -> None:
    options = [
        "--voice",
        "sage",
        "--language",
        "EN",
        "--language",
        "fr",
        "--passing-score",
        "70",
        "--require-video",
        "true",
    ]
    more = ["--option", "company_name=Harbour House", "--title", "Night nurse"]
    told = desk.told("generate", desk.write("job.txt"), *options, *more)
    stored = desk.bridge.ledger.read(lambda tx: requests.content(tx, told["id"]))
    assert stored.options == {
        "title": "Night nurse",
        "voice": "sage",
        "languages": ["en", "fr"],
        "passing_score": 70,
        "require_video": True,
        "company_name": "Harbour House",
    }
    assert told["title"] == "Night nurse"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--voice", "aloy"], 'Did you mean "alloy"?'),
        (["--passing-score", "101"], "from 0 to 100"),
        (["--duration", "soon"], '--duration: "soon" is not a number'),
        (["--option", "voise=sage"], "Did you mean voice?"),
        (["--option", "voice"], "write it as NAME=VALUE"),
        (["--template", "17"], "is not a UUID"),
        (["--option", 'questions=[{"text": "Why?"}]'], "question"),
        (["--id", "x" * 256], "256 characters"),
        (["--id", ""], "0 characters"),
        (["--id", "a\udcffb"], "U+DCFF at character 2"),
        (["--id", "a\ufffdb"], "U+FFFD at character 2"),
        (["--title", ""], "nothing that can be seen"),
        (["--title", " \u200b"], "nothing that can be seen"),
        (["--organization", "acne"], "expected one of acme"),
        (["--voise", "sage"], "--voice"),
    ],
)
def test_what_talentsprout_would_refuse_is_wrong_usage_and_files_nothing(
    desk: Desk, words: list[str], said: str
) -> None:
    done = desk.run("generate", desk.write("job.txt"), *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("sprout: ")
    assert count(desk) == 0


def test_a_text_that_is_too_short_is_not_filed(desk: Desk) -> None:
    error = desk.error("generate", desk.write("job.txt", "Too short."))
    assert error == {
        "error": "The description has 10 characters; TalentSprout needs 50. Nothing was filed.",
        "code": "too_short",
    }
    assert count(desk) == 0


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), (b"Z\xfcrich " * 20, "not UTF-8 text (byte 2)")])
def test_a_file_that_cannot_be_read_is_an_error(desk: Desk, content: bytes | None, said: str) -> None:
    if content is not None:
        (desk.folder / "job.txt").write_bytes(content)
    assert said in desk.error("generate", "job.txt")["error"]


def test_a_page_of_html_is_filed_as_its_text(desk: Desk) -> None:
    told = desk.told("generate", desk.write("job.html", f"<script>alert(1)</script><p>{TEXT}</p>"))
    assert desk.bridge.ledger.read(lambda tx: requests.content(tx, told["id"])).text == TEXT


def test_which_organization_must_be_said_where_there_are_several(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk("north", "south")
    done = desk.run("generate", desk.write("job.txt"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "north, south" in done.stderr
    assert desk.told("generate", "job.txt", "--organization", "south")["organization"] == "south"


def test_a_fresh_folder_needs_no_preparation(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk("acme", database=False)
    assert desk.told("generate", desk.write("job.txt"))["reason_code"] == "no_worker"
    assert (desk.folder / "bridge.db").exists()


def test_an_organization_that_was_added_later_has_a_budget_with_its_first_request(desk: Desk) -> None:
    desk.configure("acme", "later")
    assert desk.told("generate", desk.write("job.txt"), "--organization", "later")["state"] == "waiting"


def test_people_are_told_what_comes_next(desk: Desk) -> None:
    done = desk.run("generate", desk.write("job.txt"))
    assert done.exit_code == 0
    assert "waiting: No worker has reported yet." in done.stdout
    assert "Start one: sprout up, or sprout worker." in done.stderr
    assert "sprout requests show spr-" in done.stderr


def test_questions_become_a_request_of_the_default_tier(desk: Desk) -> None:
    told = desk.told("create", "--title", "Night nurse", "--question", "Which shifts?", "--question", "Why nights?")
    stored = desk.now(told["id"])
    content = desk.bridge.ledger.read(lambda tx: requests.content(tx, told["id"]))
    assert (stored.kind, stored.state) == (Kind.CREATE, State.WAITING)
    assert content.options == {
        "title": "Night nurse",
        "questions": [{"question": "Which shifts?"}, {"question": "Why nights?"}],
    }
    again = desk.told("create", "--title", "Night nurse", "--question", "Which shifts?", "--question", "Why nights?")
    assert again["id"] == told["id"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--title", "Nurse"], "--question, or a --template"),
        (["--question", "Why?"], "--title"),
        (["--question", "Why?", "--title", ""], "nothing that can be seen"),
        (["--title", "Nurse", "--question", " "], "--question: the value is empty"),
        (["--title", "Nurse", "--question", "Why?", "--option", "questions=Which?"], "not by both"),
    ],
)
def test_an_interview_needs_a_title_and_questions_or_a_template(desk: Desk, words: list[str], said: str) -> None:
    done = desk.run("create", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
