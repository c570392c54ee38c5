"""`make bench`: drain a backlog against the sandbox under each limiter, from one worker on SQLite and from four on PostgreSQL."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import drain, machine

OUT = Path(__file__).with_name("out")
LIMITERS = ("log", "weighted", "fixed")


def main() -> int:
    """Print a line for each row and keep all of them in bench/out/."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one limiter and 40 calls: about a minute")
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument(
        "--speed", type=float, default=5.0, help="how much faster than TalentSprout; faster than 5 measures noise"
    )
    given = parser.parse_args()
    calls = 40 if given.quick else given.calls
    rows = []
    for database, workers in (("sqlite", 1), ("postgresql", 4)):
        for limiter in LIMITERS[:1] if given.quick else LIMITERS:
            row = {"bench": "drain", **drain.measure(database, workers, limiter, calls, given.speed)}
            rows.append(row)
            print(json.dumps(row), flush=True)
    OUT.mkdir(exist_ok=True)
    report = {"machine": machine.facts(), "rows": rows}
    (OUT / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json").write_text(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
