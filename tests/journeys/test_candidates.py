"""A candidate reaches the stage, gets one link, finishes by it, and the result is theirs; whenever everything is killed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.household import Household, household, post, text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
TARGET = """
[targets.crm]
kind = "webhook"
organization = "acme"
url = "http://127.0.0.1:9/hook"
secret = "whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
events = ["candidate.invited", "result.completed", "result.abandoned"]
"""


def stage(name: str, minute: int) -> bytes:
    """A candidate of the job behind post 1 stands at a stage."""
    application = {
        "id": 770001,
        "status": "active",
        "last_activity_at": f"2026-11-20T09:{minute:02}:00Z",
        "candidate": {"id": 660001, "first_name": "Ines", "last_name": "Moreau"},
        "current_stage": {"id": 9001, "name": name},
        "jobs": [{"id": 2}],
    }
    return json.dumps({"action": "candidate_stage_change", "payload": {"application": application}}).encode()


def killed_and_started(house: Household) -> None:
    """As kill -9 and whoever starts it again."""
    house.programs[-1].kill()
    house.start()


def announced(house: Household, event: str) -> list[dict[str, Any]]:
    return list(house.told("deliveries", "list", "--event", event)["items"])


def test_one_invitation_and_one_result_whatever_dies_in_between(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        configured = house.path.read_text().replace(
            'kind = "greenhouse"', 'kind = "greenhouse"\nstage = "ai interview"'
        )
        house.path.write_text(configured + TARGET)
        house.start()
        assert house.deliver("careers", stage("AI Interview", 5))[0] == 200
        killed_and_started(house)
        (waiting,) = house.until(lambda: house.told("candidates", "list")["items"], "the application is there")
        assert waiting["state"] == "waiting"

        house.deliver("careers", post(1, text()))
        house.deliver("careers", stage("AI Interview", 5))
        killed_and_started(house)

        def invited() -> Any:
            shown = house.told("candidates", "show", "770001")
            return shown if shown["personal_link"] else None

        candidate = house.until(invited, "the candidate is invited")
        killed_and_started(house)
        house.sandbox.tell("complete", link=candidate["personal_link"], kind="abandoned")
        house.sandbox.tell("complete", link=candidate["personal_link"], duplicates=1)
        killed_and_started(house)
        house.deliver("careers", stage("Applied", 1))  # late, and older

        def finished() -> Any:
            shown = house.told("candidates", "show", "770001")
            return shown if shown["attempts"] == 2 else None

        done = house.until(finished, "both sessions are the candidate's")
        assert (done["stage"], done["sent"], done["latest"]["event"]) == ("AI Interview", 1, "interview.completed")
        assert [one["application_by"] for one in done["results"]] == ["signed id", "signed id"]
        counts = {
            event: len(announced(house, event))
            for event in ("candidate.invited", "result.completed", "result.abandoned")
        }
        assert counts == {"candidate.invited": 1, "result.completed": 1, "result.abandoned": 1}
