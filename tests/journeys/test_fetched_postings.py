"""An ATS that sends only an id: from its webhook over its API to one interview, or one invitation, whoever is killed then."""

import hmac
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.journeys.household import Household, household, text
from tests.standins.ashby import AshbyApi
from tests.standins.lever import LeverApi
from tests.standins.pinpoint import PinpointApi
from tests.standins.vendor import KEY, Applicant, Cut, Posting, Status, Vendor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ARMED = Path(__file__).parents[1] / "faults" / "armed"
SECRET = "a-secret-of-this-journey-alone"
SOURCE = """
[sources.jobs]
kind = "{kind}"
organization = "acme"
secret = "{secret}"
api_key = "{key}"
api_url = "{url}"
poll = "1s"
"""
A_POSTING = Posting("6a1c40f2", "Bicycle mechanic", text(1))


def with_source(house: Household, api: Vendor) -> None:
    house.path.write_text(
        house.path.read_text() + SOURCE.format(kind=api.KIND, secret=SECRET, key=KEY, url=api.api_url)
    )


def announce(house: Household, body: bytes) -> dict[str, object]:
    """The vendor's event, signed as the vendor would."""
    digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
    headers = {"Content-Type": "application/json", "Ashby-Signature": f"sha256={digest}"}
    status, answer = house.post("/webhooks/jobs", body, headers)
    assert status == 202
    return answer


def items(house: Household, path: str, token: str) -> list[dict[str, object]]:
    status, told = house.get(f"/api/v1/{path}", token)
    return list(json.loads(told)["items"]) if status == 200 else []


@pytest.mark.parametrize("at", ["after_read", "after_fetch_claimed", "after_fetch_answered", "after_fetch_settled"])
def test_a_worker_killed_at_any_step_of_a_fetch_leads_to_one_interview(tmp_path: Path, at: str) -> None:
    died = tmp_path / "died"
    armed = {
        "PYTHONPATH": f"{ARMED}{os.pathsep}{Path(__file__).parents[2]}",
        "SPROUT_CRASH_AT": at,
        "SPROUT_STEP_ONCE": str(died),
    }
    with household(tmp_path, latency=(0.2, 0.2)) as house, AshbyApi() as api:
        api.put(A_POSTING)
        with_source(house, api)
        house.start(env=armed)
        token = house.told("token", "create")["token"]
        body = api.announcement(A_POSTING)
        first = announce(house, body)
        assert announce(house, body) == {**first, "duplicate": True}
        (made,) = house.until(lambda: items(house, "requests?state=created", token), "the interview exists")
        assert died.exists(), "the worker was killed on the way"
        assert (made["source"], made["job_id"], made["title"]) == ("jobs", A_POSTING.id, A_POSTING.title)

        asked = len(api.asked)
        announce(house, api.announcement(A_POSTING))
        house.until(lambda: len(api.asked) > asked, "it is asked again")
        house.until(lambda: not items(house, "events?state=stored", token), "all is read")
        assert len(items(house, "requests", token)) == 1
        assert len(house.calls(executed=True)) == 1
        (job,) = items(house, "coverage", token)
        assert (job["link"], job["share_link"]) == ("there", made["share_link"])


def test_an_ats_without_posting_events_is_polled(tmp_path: Path) -> None:
    """Nothing is delivered. A hiccup of its API costs nothing; a posting that is edited while it waits is polled again."""
    with household(tmp_path, latency=(0.2, 0.2)) as house, LeverApi() as api:
        api.put(A_POSTING)
        api.then(Cut(), Status(503))
        with_source(house, api)
        house.start()
        token = house.told("token", "create")["token"]
        (made,) = house.until(lambda: items(house, "requests?state=created", token), "the interview exists")
        assert (made["source"], made["job_id"]) == ("jobs", A_POSTING.id)
        api.change(A_POSTING.id, state="closed", changed_at=datetime.now(UTC))
        house.until(lambda: not items(house, "coverage", token), "it is closed")
        assert len(house.calls(executed=True)) == 1


def test_a_worker_killed_between_an_answer_and_its_filing_invites_the_candidate_once(tmp_path: Path) -> None:
    ending = tmp_path / "ending"
    ending.mkdir()
    armed = {"PYTHONPATH": f"{ARMED}{os.pathsep}{Path(__file__).parents[2]}", "SPROUT_CRASH_FILES": str(ending)}
    with household(tmp_path, latency=(0.2, 0.2)) as house, PinpointApi() as api:
        ines = Applicant("8863880", "4711")
        api.put(Posting(ines.job, A_POSTING.title, A_POSTING.text))
        api.apply(ines)
        with_source(house, api)
        house.path.write_text(f'{house.path.read_text()}stage = "AI Interview"\n')
        house.start(env=armed)
        token = house.told("token", "create")["token"]
        (made,) = house.until(lambda: items(house, "requests?state=created", token), "the interview exists")
        (ending / "after_fetch_answered").touch()
        assert house.deliver("jobs", api.moved(ines))[0] == 202
        (invited,) = house.until(lambda: items(house, "candidates?state=invited", token), "the candidate is invited")
        assert list(ending.iterdir()) == [], "the worker was killed on the way"
        asked = [one for one in api.asked if "applications" in one.path]
        assert len(asked) == 2
        shown = house.told("candidates", "show", invited["id"])
        assert (shown["sent"], shown["job_id"]) == (1, ines.job)
        assert shown["personal_link"].startswith(f"{made['share_link']}?externalUserId=spr%3A")
