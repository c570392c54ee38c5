"""Drain: how much of the allowed rate a backlog gets, and whether the limit is ever exceeded (P1).

A row is one run: so many workers, a database, a limiter at the other end, short or long calls, 220 slots or more (one is 0.45 %).
Five times as fast as TalentSprout and no faster: a tenth of a second of margin is what a busy machine can keep. Each run is alone
on the machine. A rival does the same work at a sandbox of its own. `--all` measures every row, which takes an hour and a half.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from bench import rivals, slow_target
from bench.arrivals import FIRST, LIMIT, WINDOW_SECONDS, Arrivals
from bench.report import Aim, Row
from bench.served import ROOT
from bench.slow_target import SlowTarget
from config import load
from tests.processes import Program
from tests.servers import postgres, valkey
from worker import assembly, filing
from worker.ledger import schema
from worker.ledger.connection import Tx
from worker.sandbox.running import Running, running
from worker.sandbox.settings import FAKE_KEY, Limiter, Seconds, Settings

SPEED, SLOTS = 5.0, 220
CONTROL_WINDOWS = 5
CALLS = {"short": Seconds(2, 8), "long": Seconds(30, 60)}  # of TalentSprout's time
DATABASES, WORKERS = ("sqlite", "postgresql"), (1, 2, 4, 8)
RIVAL_BESIDE = {1: "rate_limit", 4: "window", 8: "tenacity"}
CONFIGURATION = """\
[bridge]
database_url = "{database}"
broker_url = "{broker}"
sweep = "5s"
[organizations.acme]
api_key = "{key}"
base_url = "{base_url}"
limits = {{ ai = "20/{window}ms", default = "120/{window}ms" }}
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run is about; so many `deliveries` are due to a slow target when it begins."""

    workers: int = 4
    database: str = "sqlite"
    limiter: str = "log"
    calls: str = "short"
    slots: int = SLOTS
    speed: float = SPEED
    deliveries: int = 0

    @property
    def window(self) -> float:
        """Seconds of this machine."""
        return WINDOW_SECONDS / self.speed

    @property
    def filed(self) -> int:
        """Enough, so that the backlog never runs dry: what counts, the first window, and what may be in flight."""
        return FIRST + self.slots + 3 * LIMIT

    @property
    def repeat(self) -> str:
        return (
            f"python -m bench.part drain --workers {self.workers} --database {self.database} --limiter {self.limiter} "
            f"--calls {self.calls} --slots {self.slots} --speed {self.speed:g} --deliveries {self.deliveries}"
        )

    def sandbox(self) -> Settings:
        return Settings(
            speed=self.speed, limiter=Limiter(self.limiter), candidates=0, generating=CALLS[self.calls], seed=1
        )


def chosen(argv: Sequence[str]) -> Iterator[Row]:
    """One row, or with --all every one."""
    parser = argparse.ArgumentParser(prog="python -m bench.part drain")
    parser.add_argument("--all", action="store_true", help="every row, with a rival at one, four and eight workers")
    parser.add_argument("--control", action="store_true", help="only the burst that must be punished")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--limiter", choices=list(Limiter), default="log")
    parser.add_argument("--calls", choices=CALLS, default="short", help="how long they take: 2-8 or 30-60 seconds")
    parser.add_argument("--rival", choices=rivals.NAMES)
    parser.add_argument("--slots", type=int, default=SLOTS, help="how many count")
    parser.add_argument("--speed", type=float, default=SPEED, help="faster than 5 measures the machine's noise")
    parser.add_argument(
        "--deliveries", type=int, default=0, help="how many wait for a target that takes two seconds for each"
    )
    given = vars(parser.parse_args(argv))
    everything, alone, rival = given.pop("all"), given.pop("control"), given.pop("rival")
    if everything:
        yield from every_row()
    elif alone:
        yield control()
    else:
        yield row(Run(**given), rival)


def every_row() -> Iterator[Row]:
    """The control first: without it the others say nothing."""
    yield control()
    for database, limiter, workers in product(DATABASES, (Limiter.LOG, Limiter.WEIGHTED, Limiter.FIXED), WORKERS):
        beside = RIVAL_BESIDE.get(workers) if database == "sqlite" else None
        yield row(Run(workers=workers, database=database, limiter=limiter), beside)
    for database, limiter in product(DATABASES, (Limiter.LOG, Limiter.WEIGHTED, Limiter.FIXED)):
        yield row(Run(database=database, limiter=limiter, calls="long"), None)
    for database in DATABASES:
        yield row(Run(database=database, limiter=Limiter.WEIGHTED_STRICT), None)


def row(run: Run, rival: str | None) -> Row:
    """Ours, then the rival, each at a sandbox of its own."""
    with slow_target.listening() as target:
        ours = _ours(run, target)
    other = _rivals(run, rival) if rival is not None else None
    strict = run.limiter == Limiter.WEIGHTED_STRICT
    checks = {
        "0 × 429" if not strict else "at most 2 × 429": ours.refused <= (2 if strict else 0),
        "at most 20 in any window": ours.most_in_a_window() <= LIMIT,
        f"{run.slots} slots": ours.slots() >= run.slots,
    }
    told = {} if not run.deliveries else {"deliveries": run.deliveries, "told": target.told}
    if run.deliveries:
        checks["the target was told of some"] = target.told > 0
    beside = {} if other is None else {"rival": rival, "rivals": other.facts()}
    against = "" if other is None else f"; beside {rival}, which had {other.refused} × 429"
    telling = f", beside {run.deliveries:,} deliveries" if run.deliveries else ""
    return Row(
        goal="P1",
        what=f"share of the limit: {run.workers} on {run.database}, {run.limiter}, {run.calls} calls{telling}{against}",
        unit="",
        aim=Aim(at_least=0.935 if strict else 0.995),
        ours=[ours.share()],
        peer=[] if other is None else [other.share()],
        ceiling=0.95 if strict else 1.0,
        ratios=[ours.share()],
        checks=checks,
        facts=ours.facts() | {"speed": run.speed} | told | beside,
        repeat=run.repeat + (f" --rival {rival}" if rival is not None else ""),
    )


def control() -> Row:
    """A burst under `weighted` must be refused, or lose much of its share: else this bench is blind."""
    run = Run(limiter="weighted")
    with running(run.sandbox()) as api:
        rivals.burst(CONTROL_WINDOWS, run.window, api)
        found = Arrivals.of(api)
    share = len(found.admitted) / CONTROL_WINDOWS / LIMIT
    return Row(
        goal="P1",
        what="control: 20 at once, then wait; weighted",
        unit="",
        aim=Aim(),
        ours=[share],
        ratios=[share],
        checks={"the bench sees a burst": found.refused > 0 or share < 0.9},
        facts=found.facts() | {"share": round(share, 4)},
        repeat="python -m bench.part drain --control",
    )


def _ours(run: Run, target: SlowTarget) -> Arrivals:
    with tempfile.TemporaryDirectory(prefix="sprout-bench-") as name, running(run.sandbox()) as api:
        folder = Path(name)
        with _workers(run, folder, api, target) as workers:
            return _watched(run, api, workers)


def _rivals(run: Run, name: str) -> Arrivals:
    with (
        tempfile.TemporaryDirectory(prefix="sprout-bench-") as place,
        running(run.sandbox()) as api,
        rivals.at_work(name, run.workers, run.filed, run.window, api, Path(place)),
    ):
        return _watched(run, api, [])


def _watched(run: Run, api: Running, workers: Sequence[Program]) -> Arrivals:
    """Wait for enough arrivals. Raises SystemExit where they don't come in three times the time that they may take."""
    ends = time.monotonic() + 60 + 3 * (run.slots + FIRST) * run.window / LIMIT
    while (found := Arrivals.of(api)).slots() < run.slots:
        ended = [one for one in workers if not one.is_running()]
        if ended:
            raise SystemExit(f"a worker ended:\n{ended[0].last_words()}")
        if time.monotonic() > ends:
            raise SystemExit(f"only {found.slots()} slots in the time of three times {run.slots}")
        time.sleep(0.5)
    return found


@contextmanager
def _workers(run: Run, folder: Path, api: Running, target: SlowTarget) -> Iterator[Sequence[Program]]:
    """A ledger with a backlog, and workers on it."""
    with ExitStack() as stack:
        broker = stack.enter_context(valkey())
        database = f"sqlite:///{folder}/bridge.db"
        if run.database == "postgresql":
            database = stack.enter_context(postgres()).create_database()
        path, window = folder / "bridge.toml", round(run.window * 1000)
        path.write_text(
            CONFIGURATION.format(
                database=database, broker=broker.url, key=FAKE_KEY, base_url=api.base_url, window=window
            )
            + slow_target.configuration(target)
        )
        bridge = assembly.assemble(load(path, assembly.kinds()))
        schema.upgrade(bridge.ledger)
        assembly.prepare(bridge)
        bridge.ledger.write(lambda tx: _file(tx, run.filed))
        bridge.ledger.write(lambda tx: slow_target.plan(tx, run.deliveries))
        bridge.ledger.close()
        argv = [sys.executable, "-m", "worker.cli", "--config", str(path), "worker"]
        workers = [Program(argv, log=folder / f"worker{number}.log", cwd=ROOT) for number in range(run.workers)]
        for worker in workers:
            stack.callback(worker.kill)  # what is in flight is nobody's business any more
        yield workers


def _file(tx: Tx, count: int) -> None:
    for number in range(count):
        filing.file(tx, filing.Submission("acme", rivals.TEXT.format(number=number)))
