"""kill -9 while a call is under way: unknown with its evidence, never sent again by itself, resolved by a person."""

import time
from pathlib import Path

import pytest

from tests.journeys.household import Household, household, post, text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def _killed_in_a_call(house: Household) -> dict[str, object]:
    up = house.start()
    house.deliver("careers", post(1, text()))
    house.until(lambda: house.calls(), "the call has reached the sandbox")
    up.kill()
    house.start()
    unknown: dict[str, object] = house.until_state("unknown")[0]
    return unknown


def test_the_request_is_unknown_with_its_evidence_and_a_person_adopts(tmp_path: Path) -> None:
    with household(tmp_path, speed=1, latency=(3, 3)) as house:
        unknown = _killed_in_a_call(house)

        assert unknown["reason_code"] == "died_sending"
        assert f"{unknown['label']}-1" in str(unknown["reason"])
        time.sleep(3)
        assert len(house.calls()) == 1, "nothing is sent again by itself"
        link = house.sandbox.ask("interviews")["interviews"][0]["interview"]["share_link"]  # type: ignore[index]  # a list of interviews
        house.sprout("requests", "adopt", str(unknown["label"]), "https://example.com/interview/abcdefgh", status=1)
        house.sprout("requests", "adopt", str(unknown["label"]), link)
        assert house.requests()[0]["share_link"] == link
        assert house.told("interviews", "list")["items"][0]["origin"] == "adopted"


def test_not_there_is_refused_before_the_quarantine_ends_and_believed_after_it(tmp_path: Path) -> None:
    with household(tmp_path, speed=1, latency=(3, 3), quarantine="20s") as house:
        unknown = _killed_in_a_call(house)

        early = house.run("requests", "retry", str(unknown["label"]), "--not-there")
        assert early.returncode == 1
        assert "may still be on its way" in early.stderr
        retry = ("requests", "retry", str(unknown["label"]), "--not-there")
        house.until(lambda: house.run(*retry).returncode == 0, "the quarantine is over")

        made = house.until_state("created")[0]
        assert made["attempts"] == 2
        assert len(house.calls()) == 2
