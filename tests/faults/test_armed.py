"""The crash points do what the fault tests rely on, and a release has none of it."""

import subprocess
import sys
from pathlib import Path

import pytest

ARMED = Path(__file__).with_name("armed")


@pytest.mark.parametrize(("at", "status"), [("after_claim", -9), ("somewhere_else", 0)])
def test_an_armed_process_ends_at_its_step_and_at_no_other(at: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from worker import steps; steps.reached('after_claim')"],
        env={"PYTHONPATH": str(ARMED), "SPROUT_CRASH_AT": at},
        check=False,
    )
    assert done.returncode == status


def test_nothing_that_a_release_holds_knows_of_crash_points() -> None:
    root = ARMED.parents[2]
    sources = [path for room in ("config", "worker", "web") for path in (root / room).rglob("*.py")]
    assert sources
    assert [path for path in sources if "SPROUT_CRASH_AT" in path.read_text()] == []
