"""Lists and single things: the same objects as everywhere, pages, filters, starts of ids; nothing that steers a terminal."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from tests.cli.desk import INTERVIEW, Desk
from worker import shown
from worker.cli.sprout import main
from worker.domain.received import Received
from worker.domain.result import Candidate, CandidateResult
from worker.ledger import events, listing, results
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters

EVERYTHING = Filters()
BODY = b'{"action": "ping"}'


def stored_event(desk: Desk, key: str = "1", source: str = "careers") -> str:
    headers = {"content-type": "application/json", "signature": "sha256 c0ffee", "x-bridge-token": "very-secret"}
    receipt = events.Receipt(
        source, "acme", Received(headers, BODY, desk.bridge.ledger.read(lambda tx: tx.now())), (key,)
    )
    return desk.bridge.ledger.write(lambda tx: events.store(tx, [receipt]))[0].event_id


def stored_result(desk: Desk, session: str = "s-1", interview_id: str = INTERVIEW) -> str:
    arrived = CandidateResult(
        event="interview.completed",
        session_id=session,
        foreign_ids=(interview_id,),
        candidate=Candidate(id="c-1", name="Ada Lovelace", email="ada@example.com"),
        score=81.5,
        evaluation={"summary": "Calm", "strengths": ["Notices changes"]},
        transcript=[{"speaker": "candidate", "text": "Good evening"}],
        recording_url="https://example.com/recording-nobody-should-see",
    )

    def unit(tx: Tx) -> str:
        results.keep(tx, "acme", "event", arrived)
        return listing.results_page(tx, EVERYTHING, 1, None).items[0].id

    return desk.bridge.ledger.write(unit)


def told_by_the_ledger(desk: Desk, read: Callable[[Tx], Any]) -> Any:
    return desk.bridge.ledger.read(read)


def test_requests_are_listed_and_shown_as_the_api_does(desk: Desk) -> None:
    made, other = desk.created(1), desk.file(2, "Job 2")
    timing = desk.bridge.timing
    listed = desk.told("requests", "list")
    expected = told_by_the_ledger(desk, lambda tx: shown.request_list(tx, [desk.now(other.id), made], timing))
    assert listed == {"items": expected, "next": None}
    evidence = told_by_the_ledger(desk, lambda tx: shown.evidence(tx, made, timing))
    assert desk.told("requests", "show", made.label) == {**expected[1], **evidence}


def test_events_interviews_and_results_are_listed_and_shown_as_the_api_does(desk: Desk) -> None:
    desk.created()
    event, result = stored_event(desk), stored_result(desk)
    found_event = told_by_the_ledger(desk, lambda tx: events.get(tx, event))
    found_result = told_by_the_ledger(desk, lambda tx: listing.one_result(tx, result))
    found_interview = told_by_the_ledger(desk, lambda tx: listing.interviews_page(tx, EVERYTHING, 1, None).items[0])
    for noun, expected in (
        ("events", shown.event(found_event)),
        ("interviews", told_by_the_ledger(desk, lambda tx: shown.interview(tx, found_interview))),
        ("results", shown.result(found_result)),
    ):
        assert desk.told(noun, "list") == {"items": [expected], "next": None}
    assert desk.told("events", "show", event) == shown.event(found_event)
    told = told_by_the_ledger(desk, lambda tx: shown.interview(tx, found_interview))
    assert desk.told("interviews", "show", INTERVIEW[:8]) == told
    sure = {"reason": None, "proposals": []}
    assert desk.told("results", "show", result) == shown.one_result(found_result) | sure


def test_a_dumb_terminal_gets_the_same_columns_as_a_pipe(desk: Desk) -> None:
    desk.file(
        1, "A title that is long enough for a table to need more than eighty columns with all that stands beside it"
    )
    environment = {"SPROUT_CONFIG": None, "NO_COLOR": None, "TERM": "dumb", "FORCE_COLOR": "1"}
    dumb = CliRunner().invoke(main, ["requests", "list"], env=environment, catch_exceptions=False)
    assert dumb.stdout == desk.run("requests", "list").stdout
    assert "\x1b" not in dumb.stdout


def test_pages_follow_one_another_without_a_gap(desk: Desk) -> None:
    filed = [desk.file(number).id for number in range(5)]
    first = desk.told("requests", "list", "--limit", "2")
    second = desk.told("requests", "list", "--limit", "2", "--cursor", first["next"])
    third = desk.told("requests", "list", "--limit", "2", "--cursor", second["next"])
    seen = [one["id"] for page in (first, second, third) for one in page["items"]]
    assert seen == filed[::-1]
    assert third["next"] is None


@pytest.mark.parametrize("noun", ["requests", "events", "interviews", "results", "deliveries"])
def test_a_cursor_that_no_page_ended_with_says_where_cursors_come_from(desk: Desk, noun: str) -> None:
    error = desk.error(noun, "list", "--cursor", "nope", status=2)["error"]
    assert error.startswith(
        '--cursor: "nope" is not where a page of this list ended; take it from the line under that page'
    )
    assert desk.error("coverage", "--cursor", "nope", status=2)["error"] == error
    assert desk.run(noun, "list", "--cursor", "nope").stderr.endswith(f"Try: sprout {noun} list --help\n")


def test_what_names_no_interview_is_said_to_name_none_of_what_might(desk: Desk) -> None:
    error = desk.error("interviews", "link", "NOPE")
    sentence = 'No interview, request or job goes by "NOPE". See: sprout interviews list, sprout coverage'
    assert (error["code"], error["error"]) == ("not_found", sentence)


def test_filters_narrow_and_a_misspelt_one_shows_no_empty_list(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk("acme", "south")
    desk.created(1)
    waiting = desk.file(2, organization="south")
    for words in (["--state", "waiting"], ["--organization", "south"]):
        assert [one["id"] for one in desk.told("requests", "list", *words)["items"]] == [waiting.id]
    assert desk.told("requests", "list", "--source", "careers")["items"] == []
    for words in (["--organization", "soth"], ["--source", "career"], ["--batch", "x"], ["--state", "wating"]):
        assert desk.error("requests", "list", *words, status=2)["code"] == "usage"


@pytest.mark.parametrize("cut", ["{id}", "{start}", "{label}", "{bare}", "{label}-3", "{lower}"])
def test_a_request_is_found_by_id_start_and_label(desk: Desk, cut: str) -> None:
    one = desk.file()
    bare = one.label.removeprefix("spr-")
    given = cut.format(id=one.id, start=one.id[:16], label=one.label, bare=bare, lower=one.label.lower())
    assert desk.told("requests", "show", given)["id"] == one.id


def test_a_start_that_several_have_names_the_candidates(desk: Desk) -> None:
    first, second = desk.file(1, "Night nurse"), desk.file(2)
    error = desk.error("requests", "show", first.id[:3])
    assert error["code"] == "ambiguous"
    assert error["candidates"] == [first.id, second.id]
    assert f"{first.label}  Night nurse" in error["error"]


def test_a_title_of_any_length_leaves_the_table_its_width_and_is_whole_where_it_is_shown(desk: Desk) -> None:
    title = "Night nurse " * 400 + "the end"
    filed = desk.file(title=title)
    listed = desk.run("requests", "list").stdout
    assert max(map(len, listed.splitlines())) < 250
    assert "Night nurse…" in listed
    assert "the end" in desk.run("requests", "show", filed.id).stdout


@pytest.mark.parametrize("noun", ["requests", "events", "interviews", "results"])
@pytest.mark.parametrize("given", ["nothing-like-it", " "])
def test_what_is_not_there_is_said(desk: Desk, noun: str, given: str) -> None:
    desk.file()
    assert desk.error(noun, "show", given)["code"] == "not_found"


def test_an_event_shows_no_secret_and_its_bytes_only_when_asked(desk: Desk) -> None:
    event = stored_event(desk)
    page = desk.run("events", "show", event)
    assert "signature, x-bridge-token" in page.stdout
    assert "very-secret" not in page.stdout + page.stderr
    assert "c0ffee" not in page.stdout
    assert desk.run("events", "show", event, "--raw").stdout_bytes == BODY
    assert desk.run("events", "show", event, "--raw", "--json").exit_code == 2


def test_an_event_is_read_again_and_that_is_noted(desk: Desk) -> None:
    event = stored_event(desk)
    desk.bridge.ledger.write(lambda tx: events.settle(tx, event, events.EventState.UNREADABLE, "no such field"))
    assert desk.told("events", "replay", event[:18])["state"] == "stored"
    assert told_by_the_ledger(desk, lambda tx: events.unread(tx, 5)) == [event]


def test_a_result_for_people_has_its_evaluation_and_not_its_recording(desk: Desk) -> None:
    desk.created()
    page = desk.run("results", "show", stored_result(desk))
    assert "Ada Lovelace" in page.stdout
    assert "81.5" in page.stdout
    assert "passed" in page.stdout
    assert "  - Notices changes" in page.stdout
    assert "text: Good evening" in page.stdout
    assert "nobody-should-see" not in page.stdout


def test_tables_say_the_state_in_a_word_and_the_reason_in_a_sentence(desk: Desk) -> None:
    desk.created(1)
    unknown = desk.unknown(2)
    page = desk.run("requests", "list").stdout
    assert "✓ created" in page
    assert f"https://www.talentsprout.ai/interview/{INTERVIEW}" in page
    assert f"Look for the label {unknown.label}-1 in TalentSprout." in page
    assert "\x1b" not in page
    one = desk.run("requests", "show", unknown.label).stdout
    assert f"sprout requests adopt {unknown.label} LINK" in one


def test_a_title_cannot_steer_the_terminal_or_pass_for_markup(desk: Desk) -> None:
    desk.file(1, "Nurse \x1b[2J\u202e[bold red]x[/]")
    page = desk.run("requests", "list").stdout
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "[bold red]x[/]" in page


@pytest.mark.parametrize("noun", ["requests", "events", "interviews", "results", "token"])
def test_an_empty_list_says_what_will_appear_and_prints_nothing(desk: Desk, noun: str) -> None:
    done = desk.run(noun, "list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("There are no")
    assert desk.told(noun, "list") == {"items": [], "next": None}
