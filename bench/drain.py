"""Drain: how much of the allowed rate a backlog gets, and whether the limit is ever exceeded.

The judge is the sandbox's own record of arrivals, never the client's count. The share is of `limit / window`, so the margin that
keeps the bridge inside every window (1/240 of it in calm) costs 0.4 % of it.
"""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config import load
from tests.servers import postgres, valkey
from worker import assembly, filing
from worker.assembly import Bridge
from worker.domain.request import State
from worker.ledger import listing, schema
from worker.ledger.connection import Tx
from worker.sandbox.running import running
from worker.sandbox.settings import FAKE_KEY, Limiter, Settings

LIMIT = 20
WINDOW_SECONDS = 60.0
TEXT = (
    "Job {number}. We look for somebody who repairs bicycles, talks with customers and keeps a small workshop in order."
)
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


def measure(database: str, workers: int, limiter: str, calls: int, speed: float) -> dict[str, Any]:
    """File `calls` requests, start `workers`, and read the sandbox's record when all interviews are made."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Settings(speed=speed, limiter=Limiter(limiter), candidates=0)) as api,
    ):
        with _servers(database, Path(folder)) as (database_url, broker_url):
            path = Path(folder) / "bridge.toml"
            window = round(WINDOW_SECONDS / speed * 1000)
            path.write_text(
                CONFIGURATION.format(
                    database=database_url, broker=broker_url, key=FAKE_KEY, base_url=api.base_url, window=window
                )
            )
            bridge = assembly.assemble(load(path, assembly.kinds()))
            schema.upgrade(bridge.ledger)
            assembly.prepare(bridge)
            bridge.ledger.write(lambda tx: _file(tx, calls))
            _work(bridge, path, workers, calls, patience=60 + calls * window / 1000 / LIMIT * 2)
            bridge.ledger.close()
        found = api.ask("record")["requests"]
        assert isinstance(found, list)
        sends = [one for one in found if one["tier"] == "ai"]
    shown = {"database": database, "workers": workers, "limiter": limiter, "calls": calls, "speed": speed}
    return {**shown, **judge(sends, WINDOW_SECONDS / speed)}


def _file(tx: Tx, calls: int) -> None:
    for number in range(calls):
        filing.file(tx, filing.Submission("acme", TEXT.format(number=number)))


def judge(sends: Sequence[dict[str, Any]], window: float) -> dict[str, Any]:
    """The share of the allowed rate, the 429s, and the most arrivals in any window."""
    arrivals = sorted(one["head_at"] for one in sends)
    ends = {one["label"]: one["finished_at"] for one in sends}
    in_flight = max(sum(one["head_at"] <= at < ends[one["label"]] for one in sends) for at in arrivals)
    return {
        "share": round((len(arrivals) - 1) / (arrivals[-1] - arrivals[0]) * window / LIMIT, 4),
        "refused_429": sum(one["status"] == 429 for one in sends),
        "most_in_a_window": max(sum(start <= at < start + window for at in arrivals) for start in arrivals),
        "most_in_flight": in_flight,
    }


@contextmanager
def _servers(database: str, folder: Path) -> Iterator[tuple[str, str]]:
    with valkey() as broker:
        if database == "sqlite":
            yield f"sqlite:///{folder}/bridge.db", broker.url
        else:
            with postgres() as server:
                yield server.create_database(), broker.url


def _work(bridge: Bridge, path: Path, workers: int, calls: int, patience: float) -> None:
    argv = [sys.executable, "-m", "worker.cli", "--config", str(path), "worker"]
    with (path.parent / "log").open("wb") as log:
        processes = [subprocess.Popen(argv, stderr=log) for _ in range(workers)]
    try:
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            if (
                sum(bridge.ledger.read(listing.counts).get(("acme", state), 0) for state in (State.CREATED, State.HELD))
                >= calls
            ):
                return
            time.sleep(0.2)
        raise SystemExit(f"not all {calls} interviews were made within {patience:.0f} s")
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)
