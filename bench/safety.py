"""Safety: what a storm over a whole town loses and makes twice (P2). The storm is that of `make chaos`, with a seed of its own.

Processes are killed, databases stopped, answers lost; then both sides' books are compared. What the usual ways with Celery lose
and double at the same tortures is not run here: they lose or double one for nearly every call that was cut.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence

from bench.report import Aim, Row
from bench.served import ROOT

SEED = 7
MINUTES = 4.0  # enough for 30 kills and 100 lost answers
KILLS, LOST_ANSWERS = 30, 100


def chosen(argv: Sequence[str]) -> Iterator[Row]:
    """One storm."""
    parser = argparse.ArgumentParser(prog="python -m bench.part safety", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(argv)
    words = ["--minutes", f"{given.minutes:g}", "--on", "production", "--seed", str(given.seed)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *words, "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"the storm had no end: {done.stderr[-1000:]}")
    told = json.loads(lines[-1])
    counts, found = told["counts"], told["found"]
    wrong = found["lost"] + found["doubled"] + found["ghosts"]
    yield Row(
        goal="P2",
        what=f"lost or made twice, {counts['kills']} kills, {counts['lost_answers']} lost answers, PostgreSQL",
        unit="",
        aim=Aim(at_most=0),
        ours=[wrong],
        ratios=[wrong],
        checks={
            "whole": bool(told["sound"]),
            f"≥ {KILLS} kills": counts["kills"] >= KILLS,
            f"≥ {LOST_ANSWERS} lost answers": counts["lost_answers"] >= LOST_ANSWERS,
        },
        facts={"counts": counts, "found": found},
        repeat=f"python -m bench.part safety --minutes {given.minutes:g} --seed {given.seed}",
    )
