"""TalentSprout's payloads in the two published versions, with values of our own, and less than whole ones."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sources.deliveries import received
from worker.domain.event import Ignored, InterviewFinished
from worker.domain.result import Candidate, CandidateResult
from worker.sources import talentsprout

UUID, CODE = "7d2f9a40-31c8-4e0b-8d55-0a9be3f1c6d2", "7d2f9a40"
SITE = "https://talentsprout.example"
PERSON = f"{SITE}/dashboard/interviews/{CODE}/candidates/66aa00bb11cc22dd33ee44ff"
EVALUATION = {
    "performanceSummary": "Steady.",
    "performance": {"problemSolving": {"name": "Problem Solving", "score": 71, "notes": "Asks first."}},
    "summary": {"overview": "Four years at sea.", "strengths": ["Calm"], "concerns": [], "tags": ["deck"]},
}
TRANSCRIPT = [{"timestamp": "2026-11-22T08:00:01.000Z", "speaker": "agent", "text": "Ahoj, Jana."}]
NEWER: dict[str, Any] = {
    "event": "interview.completed",
    "apiVersion": "2026-01-30",
    "timestamp": "2026-11-22T08:20:00.000Z",
    "data": {
        "interview": {
            "id": UUID,
            "title": "Deckhand",
            "companyName": "Inland Ferries",
            "dashboardUrl": f"{SITE}/dashboard/interviews/{CODE}",
        },
        "candidate": {
            "id": "66aa00bb11cc22dd33ee44ff",
            "firstName": "Jana",
            "lastName": "Dvořáková",
            "fullName": "Jana Dvořáková",
            "email": "jana@example.org",
            "phone": "+420555010203",
            "externalUserId": "gh:app:1207",
            "profileUrl": PERSON,
            "shareUrl": f"{SITE}/share/interviews/{CODE}/candidates/66aa00bb11cc22dd33ee44ff",
        },
        "session": {
            "id": "66aa11bb11cc22dd33ee4500",
            "token": "fake-session-token",
            "type": "candidate",
            "status": "completed",
            "startedAt": "2026-11-22T08:00:00.120Z",
            "completedAt": "2026-11-22T08:19:30.500Z",
            "durationMinutes": 19.5,
            "recordingUrl": f"{SITE}/media/recording/fake-session-token",
            "thumbnailUrl": None,
            "resumeUrl": None,
        },
        "validation": {"passed": True, "reason": "completed", "checkedAt": "2026-11-22T08:20:00.000Z"},
        "scores": {"overall": 74.5, "interview": 74.5, "resume": None},
        "evaluation": EVALUATION,
        "transcript": TRANSCRIPT,
    },
}
WHOLE = CandidateResult(
    event="interview.completed",
    session_id="66aa11bb11cc22dd33ee4500",
    foreign_ids=(UUID, CODE),
    candidate=Candidate(
        id="66aa00bb11cc22dd33ee44ff",
        name="Jana Dvořáková",
        email="jana@example.org",
        phone="+420555010203",
        external_id="gh:app:1207",
    ),
    title="Deckhand",
    company="Inland Ferries",
    score=74.5,
    started_at=datetime(2026, 11, 22, 8, 0, 0, 120_000, tzinfo=UTC),
    completed_at=datetime(2026, 11, 22, 8, 19, 30, 500_000, tzinfo=UTC),
    evaluation=EVALUATION,
    transcript=TRANSCRIPT,
    recording_url=f"{SITE}/media/recording/fake-session-token",
)


def result(body: object) -> CandidateResult:
    (event,) = talentsprout.read(received(json.dumps(body).encode()))
    assert isinstance(event, InterviewFinished)
    return event.result


def changed(path: str, value: object) -> dict[str, Any]:
    body = copy.deepcopy(NEWER)
    *folders, name = path.split(".")
    inner = body
    for folder in folders:
        inner = inner[folder]
    inner[name] = value
    return body


def test_the_newer_version_is_read_whole() -> None:
    assert result(NEWER) == WHOLE


def test_the_older_version_lacks_fields_and_is_read_as_well() -> None:
    older = changed("apiVersion", "2024-01-01")
    older["data"]["interview"]["id"] = CODE
    older["data"]["candidate"]["profileUrl"] = (
        f"https://app.talentsprout.example/dashboard/interviews/{CODE}/candidates/x"
    )
    del older["data"]["validation"], older["data"]["session"]["type"], older["data"]["session"]["thumbnailUrl"]
    del older["data"]["candidate"]["externalUserId"], older["data"]["candidate"]["shareUrl"]
    assert result(older) == replace(WHOLE, foreign_ids=(CODE,), candidate=replace(WHOLE.candidate, external_id=None))


def test_a_version_that_nobody_knows_is_read_by_what_is_there() -> None:
    assert result(changed("apiVersion", "2031-12-31")) == WHOLE
    assert result(changed("apiVersion", 3)) == WHOLE


def test_an_abandoned_interview_is_a_result_without_a_score() -> None:
    body = changed("event", "interview.abandoned")
    body["data"] |= {"scores": None, "evaluation": None, "transcript": []}
    body["data"]["session"] |= {"completedAt": None, "recordingUrl": None, "status": "abandoned"}
    expected = replace(WHOLE, event="interview.abandoned", score=None, completed_at=None, evaluation=None)
    assert result(body) == replace(expected, transcript=[], recording_url=None)


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), (None, False), ("true", False), (1, False)]
)
def test_a_preview_is_what_says_true(value: object, expected: bool) -> None:
    assert result(changed("test", value)).test is expected


@pytest.mark.parametrize("event", ["interview.started", "ping", "", "x" * 5_000])
def test_an_event_that_is_no_result_is_ignored(event: str) -> None:
    (read,) = talentsprout.read(received(json.dumps(changed("event", event)).encode()))
    assert isinstance(read, Ignored)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("data.interview", None, ()),
        ("data.interview", [1], ()),
        ("data.interview.id", None, (CODE,)),
        ("data.interview.id", {"uuid": 1}, (CODE,)),
        ("data.interview.id", 17, ("17", CODE)),
        ("data.interview.dashboardUrl", f"{SITE}/interviews/cAb_-12?tab=1", (UUID, "cAb_-12", CODE)),
        ("data.interview.dashboardUrl", f"{SITE}/interviews/{UUID}#top", (UUID, CODE)),
        ("data.interview.dashboardUrl", f"{SITE}/interviews/", (UUID, CODE)),
        ("data.interview.dashboardUrl", f"{SITE}/interviews/{'x' * 65}", (UUID, CODE)),
        ("data.interview.dashboardUrl", f"{SITE}/interviews/a%2Fb", (UUID, CODE)),
        ("data.interview.dashboardUrl", "http://[", (UUID, CODE)),
        ("data.interview.dashboardUrl", 5, (UUID, CODE)),
    ],
)
def test_the_interview_is_known_by_every_form_of_its_id(path: str, value: object, expected: tuple[str, ...]) -> None:
    body = changed(path, value)
    if not expected:
        body["data"]["candidate"]["profileUrl"] = None
    assert result(body).foreign_ids == expected


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("data.candidate.fullName", None),
        ("data.candidate.email", "email"),
        ("data.candidate.phone", "phone"),
        ("data.candidate.externalUserId", "external_id"),
        ("data.candidate.id", "id"),
    ],
)
@pytest.mark.parametrize("value", [None, {}, [1], True, 1.5, "", " \u202e"])
def test_what_a_candidate_lacks_or_has_in_another_type_is_nothing(path: str, name: str | None, value: object) -> None:
    candidate = result(changed(path, value)).candidate
    expected = (
        WHOLE.candidate if name is None else replace(WHOLE.candidate, **{name: None})
    )  # first and last name remain
    if name in ("id", "external_id") and value == " \u202e":
        return  # an id is kept as it came
    assert candidate == expected


def test_a_candidate_without_a_name_and_without_anything() -> None:
    names = {"fullName": None, "firstName": "Jana", "lastName": None, "email": None}
    assert result(changed("data.candidate", names)).candidate == Candidate(name="Jana")
    nothings: list[object] = [None, {}, [], "Jana"]
    for nothing in nothings:
        assert result(changed("data.candidate", nothing)).candidate == Candidate()


@pytest.mark.parametrize("value", [None, "74", True, [], -1, 101, 10**299])
def test_what_is_no_score_between_0_and_100_is_none(value: object) -> None:
    assert result(changed("data.scores.overall", value)).score is None


@pytest.mark.parametrize("value", [0, 100, 50.25])
def test_a_score_is_a_number_from_0_to_100(value: float) -> None:
    assert result(changed("data.scores.overall", value)).score == value


@pytest.mark.parametrize(
    "value", ["soon", "", None, 1763799570, "2026-11-22T08:19:30+99:00", "0001-01-01T00:00:00+10:00"]
)
def test_a_time_that_can_not_be_read_is_none(value: object) -> None:
    assert result(changed("data.session.completedAt", value)).completed_at is None


@pytest.mark.parametrize("value", ["javascript:alert(1)", "file:///etc/passwd", 5, None])
def test_a_recording_is_at_a_web_address(value: object) -> None:
    assert result(changed("data.session.recordingUrl", value)).recording_url is None


def test_evaluation_and_transcript_come_as_they_are_but_storable() -> None:
    body = changed("data.evaluation", {"a\x00": ["b\ud800", 1, None, {"c": "\x00"}]})
    body["data"]["transcript"] = "no list"
    assert result(body).evaluation == {"a\ufffd": ["b\ufffd", 1, None, {"c": "\ufffd"}]}
    assert result(body).transcript == "no list"


def test_the_session_alone_makes_a_result() -> None:
    body = {"event": "interview.completed", "data": {"session": {"id": 5}}}
    assert result(body) == CandidateResult("interview.completed", "5", (), Candidate())


def test_neither_session_token_nor_share_link_is_taken_along() -> None:
    shown = repr(replace(result(NEWER), recording_url=None))
    assert "fake-session-token" not in shown
    assert "/share/" not in shown


def test_a_delivery_has_no_id_of_its_own_and_any_success_will_do() -> None:
    assert talentsprout.delivery_id(received(json.dumps(NEWER).encode(), {"webhook-id": "unsigned"})) is None
    assert 200 <= talentsprout.ACCEPTED < 300
