"""A batch from a file to links, with real processes: killed while it files, run again, paused, resumed; nothing twice."""

import csv
from pathlib import Path

import pytest

from tests.journeys.household import household, text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
ROWS = 24


def test_a_batch_that_was_killed_is_run_again_and_makes_each_interview_once(tmp_path: Path) -> None:
    with household(tmp_path, speed=20, latency=(1, 2)) as house:
        house.start()
        with (tmp_path / "jobs.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "description", "Hiring manager"])
            writer.writerows([str(number), text(number), "Ada"] for number in range(ROWS))
            writer.writerow(["short", "Too short", "Ada"])

        killed = house.start("batch", "run", "jobs.csv", "--wait", ready=False)
        house.until(lambda: house.calls(), "the first call has reached the sandbox")
        killed.kill()
        (batch,) = house.told("batch", "list")["items"]
        house.sprout("batch", "pause", batch["id"])
        house.sprout("batch", "resume", batch["id"][:12])
        done = house.run("batch", "run", "jobs.csv", "--wait")

        assert done.returncode == 1, "one row is too short"
        assert "row 26: The description has 9 characters; TalentSprout needs 50." in done.stderr
        assert len(house.calls(executed=True)) == ROWS
        house.sprout("batch", "export", batch["id"], "results.csv")
        with (tmp_path / "results.csv").open(encoding="utf-8-sig", newline="") as file:
            results = list(csv.DictReader(file))
        assert [one["state"] for one in results] == [*["created"] * ROWS, "too_short"]
        assert len({one["share_link"] for one in results if one["share_link"]}) == ROWS
        assert [one["id"] for one in results][-1] == "short"
