"""What Greenhouse's worked deliveries leave open: nulls, internal posts, candidates who don't want mail."""

import json
from datetime import UTC, datetime

import pytest

from tests.sources.deliveries import received, source
from worker import sources
from worker.domain.event import CandidateReachedStage, Event, Ignored, PostingChanged, PostingClosed, PostingOpened
from worker.domain.posting import JobPosting

POST = {"id": 7, "job_id": 8, "title": "Cook", "location": "Brest", "content": "<p>Cook.</p>", "live": True}
CHANGED = "2026-11-20T09:14:57.214Z"
AT = datetime(2026, 11, 20, 9, 14, 57, 214_000, tzinfo=UTC)


def read(action: str, payload: object) -> list[Event]:
    body = json.dumps({"action": action, "payload": payload}).encode()
    return list(sources.named("greenhouse").read(received(body), source("greenhouse", "example")))


def test_a_live_post_is_opened_when_created_and_changed_when_updated() -> None:
    posting = JobPosting("7", "Cook", "<p>Cook.</p>", requisition_id="8", location="Brest", changed_at=AT)
    assert read("job_post_created", POST | {"updated_at": CHANGED}) == [PostingOpened(posting)]
    assert read("job_post_updated", POST | {"updated_at": CHANGED}) == [PostingChanged(posting)]


def test_a_closed_post_says_when_so_that_a_late_delivery_does_not_reopen_it() -> None:
    offline = POST | {"live": False, "updated_at": CHANGED}
    assert read("job_post_updated", offline) == [PostingClosed("7", "8", AT)]
    assert read("job_post_deleted", {"job_post": offline}) == [PostingClosed("7", "8", AT)]


def test_everything_but_the_ids_and_the_switch_may_be_null() -> None:
    bare = dict.fromkeys(POST) | {"id": "7", "job_id": "8", "live": True, "updated_at": None}
    assert read("job_post_created", bare) == [PostingOpened(JobPosting("7", "", "", requisition_id="8"))]


@pytest.mark.parametrize("action", ["job_post_created", "job_post_updated"])
def test_an_internal_post_is_nothing_for_candidates(action: str) -> None:
    (event,) = read(action, POST | {"internal": True, "external": False})
    assert isinstance(event, Ignored)
    (event,) = read(action, POST | {"internal": True, "external": True})
    assert not isinstance(event, Ignored)


def test_a_title_is_one_line_of_text_without_markup_or_what_nobody_sees() -> None:
    (event,) = read("job_post_created", POST | {"title": "Head\u200b <b>Chef</b>\n<img src=x onerror=alert(0)>\u202e"})
    assert isinstance(event, PostingOpened)
    assert event.posting.title == "Head Chef"


@pytest.mark.parametrize("action", ["job_created", "job_approved", "job_updated"])
def test_a_job_that_is_not_closed_is_no_news(action: str) -> None:
    for status in ("open", "draft", None):
        (event,) = read(action, {"job": {"id": 8, "status": status}})
        assert isinstance(event, Ignored)


def test_a_closed_or_deleted_job_closes_every_post_of_it() -> None:
    assert read("job_updated", {"job": {"id": 8, "status": "closed"}}) == [PostingClosed(requisition_id="8")]
    assert read("job_deleted", {"job": {"id": 8}}) == [PostingClosed(requisition_id="8")]


def application(**candidate: object) -> dict[str, object]:
    person = {"id": 1, "can_email": True, "email_addresses": [{"value": ""}, {"value": "zoe@example.org"}]} | candidate
    return {"application": {"candidate": person, "current_stage": {"name": " AI\nInterview "}, "jobs": [{"id": 8}]}}


def test_a_candidate_at_a_stage_is_named_with_the_first_address_there_is() -> None:
    expected = CandidateReachedStage("8", "1", "AI Interview", "zoe@example.org")
    assert read("candidate_stage_change", application()) == [expected]


@pytest.mark.parametrize("candidate", [{"can_email": False}, {"email_addresses": []}, {"email_addresses": None}])
def test_a_candidate_who_wants_no_mail_has_no_address(candidate: dict[str, object]) -> None:
    assert read("candidate_stage_change", application(**candidate)) == [CandidateReachedStage("8", "1", "AI Interview")]


def test_a_candidate_of_two_jobs_is_two_events_and_of_none_is_no_news() -> None:
    payload = application()
    inner = payload["application"]
    assert isinstance(inner, dict)
    events = read("candidate_stage_change", {"application": inner | {"jobs": [{"id": 8}, {"id": 9}]}})
    assert [event.requisition_id for event in events if isinstance(event, CandidateReachedStage)] == ["8", "9"]
    nothings: list[dict[str, object]] = [{"jobs": []}, {"current_stage": None}]
    for nothing in nothings:
        (event,) = read("candidate_stage_change", {"application": inner | nothing})
        assert isinstance(event, Ignored)


def test_an_id_of_a_repeat_is_the_same_and_a_missing_one_is_derived() -> None:
    kind, configured = sources.named("greenhouse"), source("greenhouse", "example")
    assert kind.delivery_id(received(b"{}", {"Greenhouse-Event-ID": " e-1 "}), configured) == "e-1"
    assert kind.delivery_id(received(b"{}", {"Greenhouse-Event-ID": " "}), configured) is None
