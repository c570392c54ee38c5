"""What every kind that tells of candidates by ids alone asks its vendor's API for, and what it makes of the answer."""

import json
from typing import Any

import pytest

from tests.sources.deliveries import Delivery, source
from tests.sources.test_every_source import KINDS, each
from tests.sources.test_every_source_fetched import API_URLS, fetches
from worker import sources
from worker.domain.event import CandidateReachedStage, Ignored
from worker.domain.fields import Unreadable
from worker.sources import FetchesApplications

NAMED = [one for one in fetches() if one.expected["events"][0]["type"] == "candidate.stage_changed"]
ASKING = [name for name in KINDS if isinstance(sources.named(name), FetchesApplications)]
AT = {"lever": "stage-ai", "pinpoint": "40117", "smartrecruiters": "INTERVIEW"}
JOBS = {"lever": "9b7a-post", "pinpoint": "5501", "smartrecruiters": "7f3c9a52-5f0e-4d7f-b0e5-6a4c3f2d1e00"}


def asking(kind: str) -> FetchesApplications:
    found = sources.named(kind)
    assert isinstance(found, FetchesApplications)
    return found


def told(delivery: Delivery) -> CandidateReachedStage:
    (event,) = sources.named(delivery.kind).read(delivery.received, delivery.source)
    assert isinstance(event, CandidateReachedStage)
    return event


def answer(delivery: Delivery) -> Any:
    assert delivery.fetch is not None
    return delivery.fetch["response"]["json"]


def heard(delivery: Delivery, said: Any) -> CandidateReachedStage | Ignored:
    body = json.dumps(said).encode()
    return asking(delivery.kind).fetched_application(200, body, told(delivery), delivery.source)


def of(kind: str) -> Delivery:
    return next(one for one in NAMED if one.kind == kind)


def test_each_kind_whose_events_name_ids_alone_can_be_asked() -> None:
    assert [one.kind for one in NAMED] == ASKING


@each(NAMED)
def test_what_is_asked_of_the_vendors_api_is_what_it_documents(delivery: Delivery) -> None:
    wanted = delivery.fetch
    assert wanted is not None
    configured = source(delivery.kind, "s", api_url=API_URLS.get(delivery.kind))
    call = asking(delivery.kind).ask_application(told(delivery), configured)
    assert (call.method, call.body) == ("GET", b"")
    assert call.url.partition("?")[0] == wanted["request"]["url"].partition("?")[0]
    assert call.key is not None
    assert wanted["request"]["headers"].keys() == {call.key.header}


@each(NAMED)
def test_what_the_vendors_api_answers_becomes_the_application(delivery: Delivery) -> None:
    said = heard(delivery, answer(delivery))
    assert isinstance(said, CandidateReachedStage)
    assert said.key == told(delivery).key
    assert (said.job_id, said.stage, said.stage_id) == (JOBS[delivery.kind], "AI Interview", AT[delivery.kind])
    assert (said.name, said.email) == ("Zoë Ångström", "zoe@example.com")
    assert said.is_active


@each(NAMED)
@pytest.mark.parametrize(("status", "body"), [(401, b"{}"), (404, b"{}"), (500, b"<html>"), (200, b"{"), (200, b"{}")])
def test_an_answer_that_says_nothing_of_the_application_moves_nobody(
    delivery: Delivery, status: int, body: bytes
) -> None:
    with pytest.raises(Unreadable):
        asking(delivery.kind).fetched_application(status, body, told(delivery), delivery.source)


@pytest.mark.parametrize("kind", ASKING)
def test_an_id_can_not_lead_a_call_elsewhere(kind: str) -> None:
    strange = "../x?y#z"
    said = CandidateReachedStage(None, strange, None, job_id="1", application_id=strange)
    call = asking(kind).ask_application(said, source(kind, "s", api_url="https://api.example.com"))
    path, _, query = call.url.partition("?")
    assert path.startswith("https://api.example.com/")
    assert not set("?#") & set(path + query)
    assert "/../" not in path


@pytest.mark.parametrize(
    ("status", "is_active"), [("LEAD", True), ("OFFERED", True), ("REJECTED", False), ("WITHDRAWN", False)]
)
def test_of_several_assignments_of_smartrecruiters_the_events_job_counts(status: str, is_active: bool) -> None:
    said = answer(of("smartrecruiters"))
    elsewhere = {"job": {"id": "another"}, "status": "REJECTED", "subStatus": "AI Interview"}
    own = {"job": said["primaryAssignment"]["job"], "status": status}
    found = heard(
        of("smartrecruiters"), {**said, "primaryAssignment": elsewhere, "secondaryAssignments": [elsewhere, own]}
    )
    assert isinstance(found, CandidateReachedStage)
    assert (found.stage, found.stage_id, found.is_active) == (status, status, is_active)


def test_a_candidate_of_smartrecruiters_without_an_id_of_the_job_can_not_be_asked_for() -> None:
    said = CandidateReachedStage(None, None, None, application_id="a-1")
    with pytest.raises(Unreadable, match="candidate_id and job_id"):
        asking("smartrecruiters").ask_application(said, source("smartrecruiters", "s"))


def test_an_archived_opportunity_of_lever_is_nobodys_to_invite() -> None:
    said = answer(of("lever"))
    said["data"] |= {"archived": {"reason": "r-1", "archivedAt": 1795166100311}, "stage": None}
    found = heard(of("lever"), said)
    assert isinstance(found, CandidateReachedStage)
    assert not found.is_active


def test_who_was_found_and_did_not_apply_has_no_posting_in_lever() -> None:
    said = answer(of("lever"))
    said["data"]["applications"] = []
    assert isinstance(heard(of("lever"), said), Ignored)


def test_lever_tells_of_an_archived_candidate_by_ids_that_are_asked_for() -> None:
    delivery = of("lever")
    body = json.loads(delivery.body) | {"event": "candidateArchiveChange"}
    body["data"] = {"opportunityId": "o-1", "toArchived": {"reason": "r-1"}}
    received = delivery.received.__class__({}, json.dumps(body).encode(), delivery.now)
    (event,) = sources.named("lever").read(received, delivery.source)
    assert isinstance(event, CandidateReachedStage)
    assert (event.key, event.is_whole) == ("o-1", False)


def test_an_application_of_pinpoint_whose_stage_has_no_name_is_not_read() -> None:
    said = answer(of("pinpoint"))
    with pytest.raises(Unreadable, match="does not name the stage"):
        heard(of("pinpoint"), {**said, "included": []})
