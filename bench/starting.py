"""Starting: how long `sprout --help` takes beside an empty Python, and what each process weighs when it works.

All processes find their modules compiled, as after an installation: compiled once into a folder of this bench, whatever the
environment says. Memory is the resident set, which counts shared pages in every process.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.report import Aim, Row, interleaved
from config import load
from tests.processes import Program
from tests.servers import BrokerServer, valkey
from worker import assembly, filing
from worker.domain.request import State
from worker.ledger import listing, schema
from worker.ledger.connection import Ledger
from worker.sandbox.running import Running, running
from worker.sandbox.settings import FAKE_KEY, Organization, Seconds, Settings

ROUNDS = 7
FLYING = 32
PATIENCE = 60.0  # seconds for a process to be ready
MEGABYTE = 1024 * 1024
TEXT = (
    "Job {number}. We look for somebody who repairs bicycles, talks with customers and keeps a small workshop in order."
)
CONFIGURATION = """\
[bridge]
database_url = "sqlite:///{folder}/bridge.db"
broker_url = "{broker}"
data_dir = "{folder}/data"
[organizations.acme]
api_key = "{key}"
base_url = "{base_url}"
limits = {{ ai = "1000/20s", default = "1000/20s" }}
"""
EAGER = """\
import importlib, sys
from worker.cli.entry import TABLE
from worker.cli.sprout import main
leaves = [leaf for entry in TABLE.values() for leaf in (getattr(entry, "commands", None) or {"": entry}).values()]
for leaf in leaves:
    importlib.import_module(leaf.target.partition(":")[0])
main(["--help"])
"""
BARE_WORKER = """\
import os, sys, time
from celery import Celery
app = Celery(broker=sys.argv[1])
@app.task(name="fly")
def fly():
    os.write(2, b"flying;")
    time.sleep(600)
app.worker_main(["worker", "--pool=threads", "--concurrency=32", "--without-gossip", "--without-mingle", "--loglevel=ERROR"])
"""
SENDER = """\
import sys
from celery import Celery
app = Celery(broker=sys.argv[1])
for _ in range(32):
    app.send_task("fly")
"""


def chosen(argv: Sequence[str]) -> Iterator[Row]:
    """All, or a half."""
    parser = argparse.ArgumentParser(prog="python -m bench.part starting", description=__doc__)
    halves = parser.add_mutually_exclusive_group()
    halves.add_argument("--help-only", action="store_true", help="how long `--help` takes")
    halves.add_argument("--memory-only", action="store_true", help="what processes weigh")
    given = parser.parse_args(argv)
    with _compiled() as environment:
        if not given.memory_only:
            yield from _helps(environment)
        if not given.help_only:
            with valkey() as broker:
                bare = _bare_worker(environment, broker)
                yield _flying(environment, broker, bare)
            yield _household(environment, bare)


def _helps(environment: Mapping[str, str]) -> Iterator[Row]:
    bare = _timed(environment, sys.executable, "-c", "pass")
    lazy = _timed(environment, *_sprout(), "--help")
    eager = _timed(environment, sys.executable, "-c", EAGER, times=1)
    rounds = list(interleaved(ROUNDS, lazy, bare, eager))
    names = {"goal": "P10", "unit": "ms", "repeat": "python -m bench.part starting"}
    yield Row(
        **names,  # type: ignore[arg-type]  # three strings
        what="sprout --help ÷ python -c pass",
        aim=Aim(at_most=4),
        ours=[one for one, _, _ in rounds],
        peer=[one for _, one, _ in rounds],
        ratios=[ours / other for ours, other, _ in rounds],
    )
    yield Row(
        **names,  # type: ignore[arg-type]  # three strings
        what="with every command loaded ÷ as it is",
        aim=Aim(at_least=2),
        ours=[one for _, _, one in rounds],
        peer=[one for one, _, _ in rounds],
        ratios=[other / ours for ours, _, other in rounds],
    )


def _timed(environment: Mapping[str, str], *argv: str, times: int = 3) -> Callable[[], float]:
    """Milliseconds from start to end: the median of some, after one that compiles."""

    def once() -> float:
        began = time.perf_counter()
        done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, check=True)
        if argv[1] != "-c" and b"sprout demo" not in done.stdout:
            raise SystemExit(f"{argv} did not print its help")
        return (time.perf_counter() - began) * 1000

    once()
    return lambda: statistics.median(once() for _ in range(times))


def _flying(environment: Mapping[str, str], broker: BrokerServer, bare: float) -> Row:
    """Ours with 32 calls under way, Celery's own with 32 tasks that sleep."""
    slow = Settings(generating=Seconds(200, 200), candidates=0, organizations=(Organization(ai_limit=100000),))
    with running(slow) as api, tempfile.TemporaryDirectory(prefix="bench-") as name:
        ours, seconds = _worker_in_flight(environment, broker, api, Path(name))
    return Row(
        goal="P12",
        what=f"RSS of a worker with {FLYING} calls in flight ÷ a bare Celery worker with {FLYING} tasks",
        unit="MB",
        aim=Aim(at_most=2),
        ours=[ours],
        peer=[bare],
        ratios=[ours / bare],
        facts={"seconds_until_ready": round(seconds, 2)},
        repeat="python -m bench.part starting",
    )


def _worker_in_flight(
    environment: Mapping[str, str], broker: BrokerServer, api: Running, folder: Path
) -> tuple[float, float]:
    path = folder / "bridge.toml"
    path.write_text(
        CONFIGURATION.format(folder=folder, broker=broker.url, key=FAKE_KEY, base_url=api.base_url), encoding="utf-8"
    )
    bridge = assembly.assemble(load(path, assembly.kinds()))
    schema.upgrade(bridge.ledger)
    assembly.prepare(bridge)
    wanted = [filing.Submission("acme", TEXT.format(number=number)) for number in range(FLYING)]
    bridge.ledger.write(lambda tx: filing.file_many(tx, wanted))
    began = time.monotonic()
    argv = [*_sprout(), "--config", str(path), "worker"]
    program = Program(argv, log=folder / "log", cwd=folder, env=environment)
    try:
        _wait(lambda: "is ready" in program.last_words(), program)
        ready = time.monotonic() - began
        _wait(lambda: _in_flight(bridge.ledger) == FLYING, program)
        time.sleep(1)  # the last call's thread has sent its request
        return _weight(program), ready
    finally:
        program.kill()
        bridge.ledger.close()


def _in_flight(ledger: Ledger) -> int:
    return ledger.read(listing.counts).get(("acme", State.SENDING), 0)


def _bare_worker(environment: Mapping[str, str], broker: BrokerServer) -> float:
    """What it weighs once it is at work on 32 tasks."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, broker.client() as client:
        argv = [sys.executable, "-c", BARE_WORKER, broker.url]
        program = Program(argv, log=Path(name) / "log", cwd=Path(name), env=environment)
        try:
            subprocess.run([sys.executable, "-c", SENDER, broker.url], env=environment, check=True)
            _wait(lambda: program.last_words().count("flying;") == FLYING, program)
            time.sleep(1)
            return _weight(program)
        finally:
            program.kill()
            client.flushall()


def _household(environment: Mapping[str, str], bare: float) -> Row:
    """`sprout up` in an empty folder: each of its processes, and how long until it answers."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        began = time.monotonic()
        program = Program([*_sprout(), "up"], log=Path(name) / "log", cwd=Path(name), env=environment)
        try:
            _wait(lambda: "The bridge runs" in program.last_words(), program)
            answers = time.monotonic() - began
            _wait(lambda: "is ready" in program.last_words(), program)
            ready = time.monotonic() - began
            weights = {_role(member): _resident(member) for member in program.family()}
        finally:
            program.stop()
    everything = sum(weights.values())
    return Row(
        goal="P12",
        what="RSS of all that `sprout up` runs, sandbox included ÷ the same bare Celery worker",
        unit="MB",
        aim=Aim(),
        ours=[everything],
        peer=[bare],
        ratios=[everything / bare],
        checks={"up, web, worker, sandbox, broker": set(weights) == {"up", "web", "worker", "sandbox", "broker"}},
        facts={
            **{f"{role}_mb": round(weight) for role, weight in weights.items()},
            "seconds_until_it_answers": round(answers, 2),
            "seconds_until_the_worker_is_ready": round(ready, 2),
        },
        repeat="python -m bench.part starting",
    )


def _role(member: psutil.Process) -> str:
    words = member.cmdline()
    named = [word for word in words if word in ("up", "web", "worker", "worker.sandbox")]
    return named[-1].removeprefix("worker.") if named else "broker"


def _weight(program: Program) -> float:
    """Of a process and its children, in megabytes."""
    return sum(_resident(member) for member in program.family())


def _resident(member: psutil.Process) -> float:
    return float(member.memory_info().rss) / MEGABYTE


def _wait(is_so: Callable[[], bool], program: Program) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_so():
        if not program.is_running() or time.monotonic() > ends:
            raise SystemExit(f"{program.process.args!r} did not come so far:\n{program.last_words()}")
        time.sleep(0.02)


def _sprout() -> Sequence[str]:
    """The command as it is installed beside this Python."""
    return (str(Path(sys.executable).with_name("sprout")),)


@contextmanager
def _compiled() -> Iterator[Mapping[str, str]]:
    """An environment in which modules are compiled once, into a folder of our own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SPROUT"))}
        yield {**plain, "PYTHONPYCACHEPREFIX": folder}
