"""`requests retry`, `adopt`, `cancel`: compare-and-set, with the sentence of whoever was first."""

import os
import threading
import time

from tests.cli.desk import INTERVIEW, TEXT, Desk
from worker.domain.request import Content
from worker.ledger import audit, requests

LINK = f"https://www.talentsprout.ai/interview/{INTERVIEW}"


def rest(desk: Desk, label: str) -> None:
    """Let the quarantine of the newest attempt pass: a lease of 150 ms, and 1 ms."""
    time.sleep(0.2)
    assert desk.told("requests", "show", label)["state"] == "unknown"


def test_an_unknown_request_is_given_the_interview_that_was_found(desk: Desk) -> None:
    unknown = desk.unknown()
    told = desk.told("requests", "adopt", unknown.label, f"{LINK}?utm=x")
    assert (told["state"], told["share_link"], told["interview_id"]) == ("created", LINK, INTERVIEW)
    entries = desk.bridge.ledger.read(lambda tx: audit.of(tx, unknown.id))
    assert [one.action for one in entries] == ["adopt"]
    assert entries[0].actor


def test_a_second_decision_is_told_what_the_first_did(desk: Desk) -> None:
    unknown = desk.unknown()
    desk.told("requests", "adopt", unknown.label, LINK)
    error = desk.error("requests", "cancel", unknown.label, "--not-there")
    assert error["code"] == "conflict"
    assert "is created" in error["error"]


def test_a_link_of_another_host_or_request_is_refused(desk: Desk) -> None:
    desk.created(1)
    unknown = desk.unknown(2)
    assert desk.error("requests", "adopt", unknown.label, "https://example.com/interview/x1y2")["code"] == "unusable"
    assert desk.error("requests", "adopt", unknown.label, LINK)["code"] == "conflict"


def test_an_unknown_request_is_sent_again_only_on_a_persons_word(desk: Desk) -> None:
    unknown = desk.unknown()
    rest(desk, unknown.label)
    error = desk.error("requests", "retry", unknown.label)
    assert f"Look for the label {unknown.label}-1" in error["error"]
    assert desk.told("requests", "retry", unknown.label, "--not-there")["state"] == "waiting"


def test_a_cancelled_request_is_revived_with_another_text_and_other_options(desk: Desk) -> None:
    one = desk.file()
    assert desk.told("requests", "cancel", one.label)["reason_code"] == "cancelled_by_person"
    text = desk.write("longer.txt", TEXT + " Nights, 24 hours a week.")
    told = desk.told("requests", "retry", one.id, "--text", text, "--option", "voice=sage")
    content = desk.bridge.ledger.read(lambda tx: requests.content(tx, one.id))
    assert (told["state"], content.options) == ("waiting", {"voice": "sage"})
    assert content.text.endswith("24 hours a week.")


def test_a_text_that_changed_while_another_was_typed_is_not_written_over(desk: Desk) -> None:
    """As the page and the API do: the word was about what stood there when it was given."""
    one = desk.file()
    desk.told("requests", "cancel", one.label)
    os.mkfifo(desk.folder / "typed")

    def edited() -> None:
        with (desk.folder / "typed").open("w") as typed:  # opens once the command reads it
            time.sleep(0.002)
            content = Content(TEXT + " Days only.", {}, {})
            desk.bridge.ledger.write(lambda tx: requests.rewrite(tx, one, "Day nurse", content, text_limit=20_000))
            typed.write(TEXT + " Nights.")

    typist = threading.Thread(target=edited)
    typist.start()
    error = desk.error("requests", "retry", one.label, "--text", "typed")
    typist.join()
    assert (error["code"], "after what you saw" in error["error"]) == ("conflict", True)
    assert desk.now(one.id).state == "cancelled"


def test_the_text_that_is_sent_again_as_it_is_is_shown(desk: Desk) -> None:
    one = desk.file(1, "Night nurse")
    desk.told("requests", "cancel", one.label)
    done = desk.run("requests", "retry", one.label)
    assert "Sending Night nurse again" in done.stdout
    assert TEXT in done.stdout


def test_a_text_that_is_too_short_changes_nothing(desk: Desk) -> None:
    one = desk.file()
    desk.told("requests", "cancel", one.label)
    assert desk.error("requests", "retry", one.label, "--text", desk.write("short.txt", "No."))["code"] == "unusable"
    assert desk.error("requests", "retry", one.label, "--option", "voice=nobody", status=2)["code"] == "usage"
    assert desk.now(one.id).state == "cancelled"


def test_people_see_what_became_of_it(desk: Desk) -> None:
    one = desk.file()
    done = desk.run("requests", "cancel", one.label)
    assert done.exit_code == 0
    assert "– cancelled" in done.stdout
    assert f"sprout requests retry {one.label}" in done.stdout
