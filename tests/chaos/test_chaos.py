"""A short storm on each shape of the bridge: nothing lost, doubled, over the budget or stuck. `make chaos` runs longer ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.plan import EMBEDDED, PRODUCTION

ROOT = Path(__file__).parents[2]
SEED = "20261124"
MINUTES = "0.3"


@pytest.mark.slow
@pytest.mark.timeout(420)
@pytest.mark.parametrize("on", [PRODUCTION, EMBEDDED])
def test_nothing_is_lost_doubled_over_budget_or_stuck_after_a_short_storm(on: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--minutes", MINUTES, "--seed", SEED, "--on", on],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-8000:]
