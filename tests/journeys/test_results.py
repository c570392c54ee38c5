"""Candidates finish: nothing lost, nothing doubled, whatever comes first."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.household import household, post, text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def _completed(interview_id: str, session: str, score: int = 81) -> dict[str, Any]:
    return {
        "event": "interview.completed",
        "apiVersion": "2026-01-30",
        "timestamp": "2026-11-21T18:42:07.000Z",
        "data": {
            "interview": {"id": interview_id, "title": "Bicycle mechanic"},
            "candidate": {"id": "65f0aa11bb22cc33dd44ee55", "fullName": "Ines Moreau", "email": "ines@example.org"},
            "session": {"id": session, "completedAt": "2026-11-21T18:41:58.900Z"},
            "scores": {"overall": score},
        },
    }


def test_a_result_before_its_link_twice_and_for_an_unknown_interview_is_kept_once_each(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.start()
        house.sandbox.tell("faults", fault="none", endpoint="from-job-description", complete_first=True)
        house.deliver("careers", post(1, text()))
        made = house.until_state("created")[0]
        early = house.until(lambda: house.told("results", "list")["items"], "the result of the candidate who was first")
        assert [(one["interview_id"], one["state"]) for one in early] == [(made["interview_id"], "matched")]

        for _ in range(2):
            assert house.complete(_completed(made["interview_id"], "session-2"))[0] == 202
        assert house.complete(_completed("11111111-2222-4333-8444-555555555555", "session-3"))[0] == 202

        house.until(lambda: len(house.told("results", "list")["items"]) == 3, "two more results")
        states = sorted(one["state"] for one in house.told("results", "list")["items"])
        assert states == ["matched", "matched", "unmatched"]


def test_a_wrong_token_is_not_found(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.start()
        wrong = house.post("/webhooks/talentsprout/acme/" + "w" * 43, b"{}", {"Content-Type": "application/json"})
        nobody = house.post("/webhooks/talentsprout/nobody/" + "w" * 43, b"{}", {"Content-Type": "application/json"})
        assert wrong[0] == nobody[0] == 404
        assert wrong[1] == nobody[1]
