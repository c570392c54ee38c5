"""Candidates on the command line: the same objects as the API's, links for one, and what a person decides about them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config import Secret
from config.settings import Source
from tests.cli.desk import INTERVIEW, Desk
from tests.ledger.completions import a_result
from worker.domain.event import CandidateReachedStage
from worker.domain.request import GenerationRequest
from worker.events import applying
from worker.ledger import attributions, postings, results
from worker.ledger.connection import Tx
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.tables import request

MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
CAREERS = Source(
    name="careers",
    kind="greenhouse",
    organization="acme",
    secrets=(Secret("a-secret-of-these-tests-alone"),),
    stage="AI Interview",
)


def moved(desk: Desk, stage: str = "AI Interview", who: str = "a-1", minute: int = 0) -> None:
    said = CandidateReachedStage(None, "c-1", stage, job_id="job-1", application_id=who)
    at = MORNING + timedelta(minutes=minute)
    event = StoredEvent(f"event-{minute}", "careers", "acme", EventState.STORED, None, 0, at)
    desk.bridge.ledger.write(lambda tx: applying.reach_stage(tx, CAREERS, event, who, said))


@pytest.fixture
def made(desk: Desk) -> GenerationRequest:
    """A request of the posting job-1 that has its interview."""
    found = desk.created()

    def unit(tx: Tx) -> None:
        tx.conn.execute(request.update().values(source="careers", job_id="job-1"))

    desk.bridge.ledger.write(unit)
    return found


def test_a_candidate_is_listed_without_and_shown_with_the_personal_link(desk: Desk, made: GenerationRequest) -> None:
    moved(desk)
    (listed,) = desk.told("candidates", "list", "--state", "invited")["items"]
    shown = desk.told("candidates", "show", "a-1")
    assert {key: shown[key] for key in listed} == listed
    assert "personal_link" not in listed
    signed = desk.bridge.ledger.read(lambda tx: attributions.personal_id(tx, listed["id"]))
    assert shown["personal_link"].endswith(f"?externalUserId={signed.replace(':', '%3A')}")
    for name in (listed["id"][:12], "c-1", signed):
        assert desk.told("candidates", "show", name) == shown
    assert desk.told("interviews", "link", made.label, "--for", "a-1")["link"] == shown["personal_link"]
    assert desk.told("interviews", "link", "job-1")["link"] == shown["personal_link"].partition("?")[0]


def test_a_list_names_the_job_by_its_title_where_that_is_known(desk: Desk) -> None:
    moved(desk)
    assert "job-1" in desk.run("candidates", "list").stdout
    said = postings.StoredPosting("careers", "job-1", "acme", "r-1", True, "Night nurse", "", {}, MORNING, "event")
    desk.bridge.ledger.write(lambda tx: postings.newer(tx, said))
    assert "Night nurse" in desk.run("candidates", "list").stdout
    assert "job-1" not in desk.run("candidates", "list").stdout


def test_a_list_names_a_requisition_by_the_title_that_all_its_postings_have(desk: Desk) -> None:
    told = CandidateReachedStage("r-1", "c-1", "AI Interview", application_id="a-1")
    event = StoredEvent("event", "careers", "acme", EventState.STORED, None, 0, MORNING)
    desk.bridge.ledger.write(lambda tx: applying.reach_stage(tx, CAREERS, event, "a-1", told))
    for job, title, named in (("job-1", "Night nurse", "Night nurse"), ("job-2", "Porter", None)):
        said = postings.StoredPosting("careers", job, "acme", "r-1", True, title, "", {}, MORNING, "event")
        desk.bridge.ledger.write(lambda tx, one=said: postings.newer(tx, one))
        (listed,) = desk.told("candidates", "list")["items"]
        assert listed["title"] == named


def test_an_erasure_counts_the_applications_that_go(desk: Desk, made: GenerationRequest) -> None:
    moved(desk)
    receipt = desk.told("candidates", "erase", "c-1", "--yes")
    assert receipt["erased"] == {"results": 0, "applications": 1, "events": 0}
    assert desk.told("candidates", "list")["items"] == []
    again = desk.run("candidates", "erase", "c-1", "--yes")
    assert "0 results, 0 applications" in again.stdout
    assert "Nothing was stored any more." in again.stderr


def test_a_link_is_sent_again_and_not_to_who_has_left(desk: Desk, made: GenerationRequest) -> None:
    moved(desk)
    assert desk.told("candidates", "resend", "a-1")["sent"] == 2
    moved(desk, "Offer", minute=1)
    refused = desk.run("candidates", "resend", "a-1")
    assert refused.exit_code == 1
    assert "does not stand at the stage" in refused.stderr
    assert desk.told("candidates", "show", "a-1")["sent"] == 2


def test_an_unmatched_result_is_attached_once_and_teaches_the_rest(desk: Desk, made: GenerationRequest) -> None:
    for session in ("s-1", "s-2"):
        desk.bridge.ledger.write(
            lambda tx, one=session: results.keep(tx, "acme", "event", a_result("c0ffee12", session=one))
        )
    (attached,) = desk.told("results", "attach", "s-1", made.label)["items"]
    assert (attached["state"], attached["interview_id"]) == ("matched", INTERVIEW)
    states = {one["state"] for one in desk.told("results", "list")["items"]}
    assert states == {"matched"}, "another result under the same name follows"
    kept = desk.bridge.ledger.write(lambda tx: results.keep(tx, "acme", "event", a_result("c0ffee12", session="s-3")))
    assert kept is results.Kept.MATCHED

    again = desk.run("results", "attach", "s-1", made.label)
    assert again.exit_code == 1
    assert "already" in again.stderr


def test_what_contradicts_what_is_known_is_not_attached(desk: Desk, made: GenerationRequest) -> None:
    other = desk.created(2, "11111111-2222-4333-8444-555555555555")
    known = a_result(INTERVIEW)
    unknown = replace(a_result("c0ffee12"), event="interview.abandoned")
    for one in (known, unknown):
        desk.bridge.ledger.write(lambda tx, one=one: results.keep(tx, "acme", "event", one))

    refused = desk.run("results", "attach", "session-1", other.label)
    assert refused.exit_code == 1
    assert "belongs to interview" in refused.stderr
    assert "No result of that session" in desk.run("results", "attach", "nobodys", made.label).stderr
    assert [one["state"] for one in desk.told("results", "list")["items"]] == ["unmatched", "matched"]


def test_an_application_is_exported_and_erased_with_its_person(desk: Desk, made: GenerationRequest) -> None:
    moved(desk)
    application = desk.told("candidates", "show", "a-1")
    signed = desk.bridge.ledger.read(lambda tx: attributions.personal_id(tx, application["id"]))
    said = a_result(INTERVIEW, external_id=signed)
    desk.bridge.ledger.write(lambda tx: results.keep(tx, "acme", "event", said))

    (exported,) = desk.told("candidates", "export", "ada@example.com")["applications"]
    assert (exported["id"], exported["attempts"]) == (application["id"], 1)

    desk.told("candidates", "erase", "ada@example.com", "--yes")
    assert desk.told("candidates", "list")["items"] == []
    assert desk.told("results", "list")["items"] == []


def test_what_is_waited_for_ends_with_a_result_and_begins_again_with_the_link(
    desk: Desk, made: GenerationRequest
) -> None:
    moved(desk)
    assert "nothing has come back since" in desk.told("candidates", "show", "a-1")["reason"]
    signed = desk.bridge.ledger.read(
        lambda tx: attributions.personal_id(tx, desk.told("candidates", "list")["items"][0]["id"])
    )
    desk.bridge.ledger.write(lambda tx: results.keep(tx, "acme", "event", a_result(INTERVIEW, external_id=signed)))
    shown = desk.told("candidates", "show", "a-1")
    assert (shown["reason"], shown["action"], shown["attempts"]) == (None, "Nothing to do.", 1)
    assert [one["matched_by"] for one in shown["results"]] == ["id"]

    again = desk.run("candidates", "resend", "a-1")

    assert "No target wants candidate.invited: hand the link to the candidate yourself." in again.stderr
    assert "2 times, last" in again.stdout
    assert "nothing has come back since" in again.stdout


def test_a_result_that_may_be_of_several_is_shown_with_them(desk: Desk, made: GenerationRequest) -> None:
    said = a_result("c0ffee12", title=made.title, company="Harbour House")
    desk.bridge.ledger.write(lambda tx: results.keep(tx, "acme", "event", said))
    (listed,) = desk.told("results", "list")["items"]
    shown = desk.run("results", "show", listed["id"]).stdout
    assert listed["matched_by"] is None
    assert "c0ffee12, which no job here has. One interview here may be it" in shown
    assert INTERVIEW in shown
    assert [one["matched_by"] for one in desk.told("results", "attach", listed["id"], INTERVIEW)["items"]] == ["person"]
    assert "person: a person said so" in desk.run("results", "show", listed["id"]).stdout


def test_a_forged_claim_gives_nobodys_application_away(desk: Desk, made: GenerationRequest) -> None:
    """Somebody finishes with an external id that names another's application; all that is theirs is their own result."""
    moved(desk)
    application = desk.told("candidates", "show", "a-1")
    forged = a_result(INTERVIEW, session="session-2", external_id=f"spr:{application['id']}:{'A' * 16}")
    forger = replace(forged, candidate=replace(forged.candidate, id="candidate-2", email="eve@example.org"))
    desk.bridge.ledger.write(lambda tx: results.keep(tx, "acme", "event", forger))

    exported = desk.told("candidates", "export", "eve@example.org")
    desk.told("candidates", "erase", "eve@example.org", "--yes")

    assert (len(exported["results"]), exported["applications"]) == (1, [])
    assert [one["id"] for one in desk.told("candidates", "list")["items"]] == [application["id"]]


@pytest.mark.parametrize(
    "who", ["a\x00b", "\x00@example.org", "\ud800", "half\ud800@example.org", "%", "_@example.org"]
)
def test_whatever_is_typed_is_somebody_who_is_not_known(desk: Desk, made: GenerationRequest, who: str) -> None:
    moved(desk)
    found = desk.told("candidates", "erase", who, "--yes")
    assert found["erased"] == {"results": 0, "applications": 0, "events": 0}
