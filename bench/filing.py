"""Filing: a CSV of 100,000 rows through our own batch filing, beside reading and judging the same rows without filing them.

Both go through the file together, a fifth of it each in turn, so that what disturbs the machine disturbs both. The lock is timed
from the moment at which SQLite grants it to the return of the connection, the commit and its writing to disk included.
"""

import argparse
import csv
import gc
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from bench.backlog import count
from bench.report import Aim, Row
from config import load
from tests.servers import postgres
from worker import assembly
from worker.assembly import Bridge
from worker.batches import running
from worker.batches.judging import Judge
from worker.batches.reading import open_sheet
from worker.ledger import schema, tables
from worker.ledger.connection import Ledger
from worker.operators import Person
from worker.sandbox.settings import FAKE_KEY

ROWS = 100_000
ROUNDS = 5
LONGEST_LOCK = 0.05  # seconds
MEGABYTE = 1024 * (1024 if sys.platform == "darwin" else 1)  # in the unit of ru_maxrss
OWNER = "acme"
CONFIGURATION = """\
[bridge]
database_url = "{database}"
data_dir = "{folder}"
[organizations.acme]
api_key = "{key}"
base_url = "http://127.0.0.1:1/api/v1"
"""
TEXT = (
    "Harbour House looks for a night-shift care assistant – somebody who stays calm when two bells ring together, writes "
    "things down and likes people. We’re a small team; the café is ours, too. You bring patience and a driving licence"
)


@dataclass(frozen=True)
class Found:
    """Rows a second of each round, of filing and of reading alone; `bare`: what Python's own reader does with the file."""

    filing: Sequence[float]
    reading: Sequence[float]
    bare: float
    stored: int
    rss_mb: float
    rss_before_mb: float
    longest_lock: float
    facts: Mapping[str, float] = field(default_factory=dict)


def chosen(argv: Sequence[str]) -> Iterator[Row]:
    """On one database."""
    parser = argparse.ArgumentParser(prog="python -m bench.part filing", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rows", type=int, default=ROWS)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        path = Path(name) / "jobs.csv"
        write_sheet(path, given.rows)
        url = f"sqlite:///{name}/bridge.db"
        if given.database == "postgresql":
            url = stack.enter_context(postgres()).create_database()
        yield _row(given.database, given.rows, _in_a_process(path, url))


def write_sheet(path: Path, rows: int) -> None:
    """Texts of 1,600 characters, each its own."""
    words = TEXT.split()
    paragraphs = [" ".join(words[(start * step) % len(words)] for step in range(1, 54)) for start in range(1, 200)]
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["id", "title", "job_description"])
        for number in range(rows):
            chosen = [paragraphs[(number * (place + 1) + place) % len(paragraphs)] for place in range(5)]
            sheet.writerow([f"job-{number}", f"Care assistant {number}", "\n\n".join(chosen)])


def _row(database: str, rows: int, found: Found) -> Row:
    checks = {"rows in the ledger = rows in the file": found.stored == rows}
    if database == "sqlite":
        checks[f"no write lock above {LONGEST_LOCK * 1000:.0f} ms"] = found.longest_lock <= LONGEST_LOCK
    return Row(
        goal="P9",
        what=f"a CSV of {rows:,} rows filed ÷ read and judged, {database}",
        unit="rows/s",
        aim=Aim(at_least=0.4),
        ours=found.filing,
        peer=found.reading,
        ceiling=found.bare,
        ratios=[ours / other for ours, other in zip(found.filing, found.reading, strict=True)],
        checks=checks,
        facts={
            "longest_write_lock_ms": round(found.longest_lock * 1000, 1),
            "peak_rss_mb": round(found.rss_mb),
            "rss_before_mb": round(found.rss_before_mb),
        },
        repeat=f"python -m bench.part filing --database {database} --rows {rows}",
    )


def _in_a_process(path: Path, database: str) -> Found:
    """In a process of its own, whose memory is measured."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(file_and_read, path, database).result()


def file_and_read(path: Path, database: str) -> Found:
    """Both, a fifth of the file each in turn."""
    bridge = _bridge(path.parent, database)
    rows, began = sum(1 for _ in _bare(path)), time.perf_counter()
    bare = sum(1 for _ in _bare(path)) / (time.perf_counter() - began)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    gc.freeze()  # as the command and the worker do
    filing, reading = _filed(bridge, path), _read(bridge, path)
    rates: tuple[list[float], list[float]] = ([], [])
    with _locks(bridge.ledger) as held:
        for number in range(1, ROUNDS + 1):
            for side, rate in zip((filing, reading), rates, strict=True):
                rate.append(_rate(side, rows * number // ROUNDS))
    stored = bridge.ledger.read(lambda tx: count(tx, tables.request))
    bridge.ledger.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    return Found(*rates, bare, stored, peak, before, max(held))


def _filed(bridge: Bridge, path: Path) -> Iterator[int]:
    """Our batch filing: how many rows are done, after each chunk."""
    sheet, judge = open_sheet(path), _judge(bridge)
    done = 0
    for found in running.run(bridge, sheet, judge, running.begin(bridge, sheet, judge, Person("bench"), None)):
        done += len(found)
        yield done


def _read(bridge: Bridge, path: Path) -> Iterator[int]:
    """The same without filing: each row is read, its text made readable, its options checked, its identity found."""
    judge = _judge(bridge)
    for done, row in enumerate(open_sheet(path).each(), 1):
        judge.judge(row)
        yield done


def _judge(bridge: Bridge) -> Judge:
    return Judge(frozenset(bridge.settings.organizations), OWNER)


def _bare(path: Path) -> Iterator[list[str]]:
    """Python's csv and nothing else."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from islice(csv.reader(file), 1, None)


def _rate(side: Iterator[int], until: int) -> float:
    """Rows a second, until so many are done."""
    first = next(side)  # outside of the time: the first of all looks through the whole file
    began, done = time.perf_counter(), first
    while done < until:
        done = next(side)
    return (done - first) / (time.perf_counter() - began)


@contextmanager
def _locks(ledger: Ledger) -> Iterator[list[float]]:
    """For how long, in seconds, each write of this process kept others from writing."""
    held, granted = [0.0], [0.0]

    @sa.event.listens_for(ledger.engine, "begin")
    def begin(_conn: sa.Connection) -> None:
        granted[0] = time.perf_counter()

    @sa.event.listens_for(ledger.engine, "checkin")
    def checkin(*_: object) -> None:
        held.append(time.perf_counter() - granted[0])

    yield held


def _bridge(folder: Path, database: str) -> Bridge:
    path = folder / "bridge.toml"
    path.write_text(CONFIGURATION.format(database=database, folder=folder, key=FAKE_KEY), encoding="utf-8")
    bridge = assembly.assemble(load(path, assembly.kinds()))
    schema.upgrade(bridge.ledger)
    assembly.prepare(bridge)
    return bridge
