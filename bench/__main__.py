"""`make bench`: what is fast and what is not, as ratios of things measured side by side in one run.

Names choose benches; without a name all run. A bench with options of its own takes them after its name, and then measures just
that: python -m bench drain --workers 4 --database postgresql --limiter log
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench import machine
from bench.report import Row, table

# Modules of this package, with `measure(quick)`, in the order in which they run.
BENCHES = ("receive", "latency", "drain", "scale", "claims", "filing", "starting")
OUT = Path(__file__).with_name("out")


def main() -> int:
    """One JSON line for each row on stdout, the table on stderr, and everything in bench/out/. 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the short ones, in at most 90 seconds")
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"of {', '.join(BENCHES)}; all by default")
    given, rest = parser.parse_known_args()
    names = given.benches or BENCHES
    if unknown := [name for name in names if name not in BENCHES]:
        parser.error(f"there is no bench {unknown[0]!r}; there are {', '.join(BENCHES)}")
    if rest and len(names) != 1:
        parser.error(f"{rest[0]} belongs to one bench: name it, and no other")
    before, began = machine.facts(), time.monotonic()
    print(f"fsync: {before['fsync_per_second']} a second; load {before['load']}", file=sys.stderr)
    rows: list[Row] = []
    for row in _measured(names, rest, quick=given.quick):
        rows.append(row)
        print(row.line(), flush=True)
    _keep(rows, before, time.monotonic() - began)
    print(f"\n{table(rows)}", file=sys.stderr)
    return int(any(row.verdict.startswith("MISS") for row in rows))


def _measured(names: Sequence[str], rest: Sequence[str], *, quick: bool) -> Iterator[Row]:
    for name in names:
        bench = import_module(f"bench.{name}")
        print(f"{name} …", file=sys.stderr, flush=True)
        yield from bench.chosen(rest) if rest else bench.measure(quick)


def _keep(rows: Sequence[Row], before: dict[str, object], seconds: float) -> None:
    OUT.mkdir(exist_ok=True)
    report = {
        "machine": before,
        "load_after": machine.load(),
        "seconds": round(seconds, 1),
        "rows": [row.document() for row in rows],
    }
    path = OUT / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
