"""`make chaos`: a storm over a whole town, then the question whether anything is lost, doubled, over the budget or stuck.

    python -m tests.chaos --minutes 10 --on production --seed 7
    python -m tests.chaos --minutes 10 --on production --seed 7 --plan      # what it would do, and when

Status 0 only if nothing was found and enough was done. docs/proof.md says how to read the table.
"""

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.chaos import checker, nemesis, report
from tests.chaos.checker import Findings
from tests.chaos.person import Truthful
from tests.chaos.plan import EMBEDDED, PRODUCTION, Deed, plan
from tests.chaos.senders import Ats
from tests.chaos.town import Town, town
from tests.chaos.witness import books

SETTLING_SECONDS = 120.0
SETTLING_SHARE = 1.0  # of the storm: its backlog drains at the pace of the budget
SHOWN = 5  # findings of each sort
LAST_WORDS = 3000  # characters of each log


def main(arguments: Sequence[str] | None = None) -> int:
    """Status 0 only if nothing was found and enough was done."""
    given = _arguments().parse_args(arguments)
    seconds = given.minutes * 60
    deeds = plan(given.seed, seconds, given.on)
    if given.plan:
        print(*deeds, sep="\n")
        return 0
    _say(f"chaos on {given.on}, {given.minutes:g} minutes, seed {given.seed}: {len(deeds)} deeds")
    with (
        tempfile.TemporaryDirectory(prefix="sprout-chaos-") as folder,
        town(Path(folder), given.on, given.seed) as place,
    ):
        ats, person = Ats(place, given.seed), Truthful(place)
        found = _storm(place, ats, person, deeds, seconds)
        counts = report.counted(place, ats, books(place), person.done)
        lacking = report.too_little(counts, given.minutes, given.on)
        _show(found, asdict(counts), lacking)
        if given.json:
            print(json.dumps(_document(given, place, counts, found, lacking)))
        if not found.sound():
            _show_logs(place)
    return 0 if found.sound() and not lacking else 1


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the storm lasts (default: 1)")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(1_000_000), help="the same seed, the same plan (default: drawn)"
    )
    parser.add_argument("--on", choices=(PRODUCTION, EMBEDDED), default=PRODUCTION)
    parser.add_argument("--plan", action="store_true", help="print the plan and do nothing")
    parser.add_argument("--json", action="store_true", help="print the counts as one JSON document on stdout")
    return parser


def _storm(place: Town, ats: Ats, person: Truthful, deeds: Sequence[Deed], seconds: float) -> Findings:
    began = time.monotonic()
    ats.start()
    person.start()
    nemesis.rage(place, deeds, seconds)
    ats.fall_silent()
    person.stop()
    _say(f"{time.monotonic() - began:6.1f} s  the storm is over")
    place.wait_until_ready()
    ats.stop()
    _say(f"{time.monotonic() - began:6.1f} s  every delivery is acknowledged")
    unrest = checker.settle(place, ats, person, SETTLING_SECONDS + seconds * SETTLING_SHARE)
    _say(f"{time.monotonic() - began:6.1f} s  {unrest or 'everything has come to rest'}")
    found = checker.check(place, ats, person)
    _say(f"{time.monotonic() - began:6.1f} s  the books are compared")
    return found


def _document(
    given: argparse.Namespace, place: Town, counts: report.Counts, found: Findings, lacking: list[str]
) -> dict[str, object]:
    return {
        "on": given.on,
        "seed": given.seed,
        "minutes": given.minutes,
        "sound": found.sound(),
        "enough": not lacking,
        "counts": asdict(counts),
        "deeds": dict(sorted(place.done.items())),
        "found": {name: len(what) for name, what in vars(found).items()},
    }


def _show(found: Findings, counts: dict[str, int], lacking: list[str]) -> None:
    for name, number in counts.items():
        _say(f"  {name:18} {number:6}")
    for name, what in vars(found).items():
        _say(f"  {name:18} {len(what):6}  must be 0")
        for one in what[:SHOWN]:
            _say(f"      {one}")
    for one in lacking:
        _say(f"too little was done, this storm proves nothing: {one}")


def _show_logs(place: Town) -> None:
    for house in place.houses.values():
        words = house.log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:]
        _say(f"---- the last words of {house.name}:\n{words}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
