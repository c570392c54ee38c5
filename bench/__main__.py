"""`make bench`: what is fast and what is not, as ratios of things measured side by side in one run.

Names choose benches; without a name all run. Each part is a process of its own with a time of its own; one that fails is a row
that says so, and the next one begins. `python -m bench.part BENCH --help` says how one part is measured alone.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bench import machine
from bench.plan import BENCHES, Part, chosen
from bench.report import Row, table
from bench.served import ROOT

OUT = Path(__file__).with_name("out")
LAST_WORDS = 300  # characters of what a part said before it failed
ENDING_SECONDS = 10.0


def main() -> int:
    """A JSON line for each row on stdout, the table on stderr, all in bench/out/. 1 if a goal is missed or a part failed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the short ones, in at most six minutes")
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"of {', '.join(BENCHES)}; all by default")
    given = parser.parse_args()
    if unknown := [name for name in given.benches if name not in BENCHES]:
        parser.error(f"there is no bench {unknown[0]!r}; there are {', '.join(BENCHES)}")
    OUT.mkdir(exist_ok=True)
    before, began = machine.facts(), time.monotonic()
    path = OUT / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.jsonl"
    print(f"fsync: {before['fsync_per_second']} a second; load {before['load']}; {path}", file=sys.stderr)
    rows: list[Row] = []
    with path.open("w", encoding="utf-8") as kept:
        _keep(kept, {"machine": before})
        for part in chosen(given.benches, quick=given.quick):
            for row in _measured(part):
                rows.append(row)
                _keep(kept, row.document())
                print(row.line(), flush=True)
        _keep(kept, {"load_after": machine.load(), "seconds": round(time.monotonic() - began, 1)})
    print(f"\n{table(rows)}", file=sys.stderr)
    return int(any(row.verdict.startswith(("MISS", "FAILED")) for row in rows))


def _keep(kept: IO[str], document: dict[str, object]) -> None:
    """At once: whatever happens later, this was measured."""
    kept.write(json.dumps(document, ensure_ascii=False) + "\n")
    kept.flush()


def _measured(part: Part) -> Iterator[Row]:
    """Its rows, and one more where it did not come to its end."""
    began = time.monotonic()
    print(f"{part.command} …", file=sys.stderr, end=" ", flush=True)
    argv = [sys.executable, "-m", "bench.part", part.bench, *part.arguments]
    process = subprocess.Popen(
        argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    too_late = False
    try:
        said, complaints = process.communicate(timeout=part.seconds)
    except subprocess.TimeoutExpired:
        too_late = True
        _end(process)
        said, complaints = process.communicate()
    finally:
        _end(process)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    yield from (Row.of(json.loads(line)) for line in said.splitlines() if line.startswith("{"))
    if too_late:
        yield Row.failed_part(part.goals, part.command, f"not done after {part.seconds:.0f} s")
    elif process.returncode != 0:
        why = " ".join(complaints.split())[-LAST_WORDS:]
        yield Row.failed_part(part.goals, part.command, f"ended with {process.returncode}: {why}")


def _end(process: "subprocess.Popen[str]") -> None:
    """With all that it started in its session; what is in another one dies with whoever started it."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
