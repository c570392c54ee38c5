"""`make chaos`: a storm over a whole town, then the question whether anything is lost, doubled, over the budget or stuck."""

import argparse
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import checker, nemesis
from tests.chaos.senders import Ats
from tests.chaos.town import town

LEAST_DEEDS_A_MINUTE = 4  # a storm that did too little proves nothing
LEAST_CALLS_A_MINUTE = 20
SETTLING_SECONDS = 240


def main() -> int:
    """Status 0 only if nothing was found and enough was done."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(1_000_000), help="the same seed, the same schedule"
    )
    parser.add_argument("--on", choices=("production", "embedded"), default="production")
    given = parser.parse_args()
    print(f"chaos on {given.on}, {given.minutes:g} minutes, seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder, town(Path(folder), given.on) as place:
        ats = Ats(place, given.seed)
        ats.start()
        time.sleep(5)
        done = nemesis.rage(place, given.seed, given.minutes * 60)
        ats.stop()
        place.heal()
        again = checker.settle(place, SETTLING_SECONDS)
        found = checker.check(place, ats.acked)
        sent = len(checker.calls(place))
        report = {
            "on": given.on,
            "seed": given.seed,
            "acked": len(ats.acked),
            "calls": sent,
            "sent_again_by_a_person": again,
            "deeds": dict(done),
            **{name: len(value) for name, value in vars(found).items()},
        }
        print(json.dumps(report), flush=True)
        for name, value in vars(found).items():
            for line in value[:5]:
                print(f"  {name}: {line}")
        enough = (
            sum(done.values()) >= LEAST_DEEDS_A_MINUTE * given.minutes and sent >= LEAST_CALLS_A_MINUTE * given.minutes
        )
        if not enough:
            print("too little was done: this run proves nothing")
        return 0 if found.sound() and enough else 1


if __name__ == "__main__":
    sys.exit(main())
