"""Counters of this process, each named once. What the ledger knows is counted there when somebody asks (`web.probes`).

Under `up` there is one port for all processes, so each keeps its counters in a file of `data_dir/metrics`, and `web` adds them
up: prometheus_client does so where SHARED names the folder. A process that ends leaves what it has counted.
"""

import os
import shutil
from pathlib import Path

from prometheus_client import PROCESS_COLLECTOR, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, multiprocess

SHARED = "PROMETHEUS_MULTIPROC_DIR"

RECEIPTS = Counter("sprout_receipts_total", "Deliveries answered, by how.", ["source", "answer"])
SPOOLED = Gauge(
    "sprout_spooled",
    "Receipts on this process's own disk that the database has not got yet.",
    multiprocess_mode="livesum",
)
HINTS_LOST = Counter("sprout_hints_lost_total", "Hints that the broker did not take.")
CALLS = Counter("sprout_calls_total", "Calls to TalentSprout that ended, by outcome.", ["organization", "outcome"])
CALL_SECONDS = Histogram(
    "sprout_call_seconds", "From the mark to the answer.", buckets=(0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
)
DELIVERIES = Counter("sprout_deliveries_total", "Tries to deliver, by how they ended.", ["target", "event", "outcome"])
DELIVERY_SECONDS = Histogram(
    "sprout_delivery_seconds", "How long targets take to answer.", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
)
FETCHES = Counter("sprout_fetches_total", "Calls to ATSs' APIs, by how they ended.", ["source", "outcome"])
SWEEPS = Counter("sprout_sweeps_total", "Sweeps done by this process.")


def begin_sharing(data_dir: Path) -> Path:
    """An empty folder for the processes of an `up` that starts; what the last one counted is gone, as with any restart."""
    folder = data_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def forget_process(folder: Path, pid: int) -> None:
    """It has ended: its counters stay, its gauges say nothing any more."""
    multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # prometheus_client has no types here


def counted() -> CollectorRegistry:
    """What this process counted; under `up`, what all of them did."""
    folder = os.environ.get(SHARED)  # noqa: TID251 - prometheus_client reads it, nobody configures it
    if folder is None:
        return REGISTRY
    together = CollectorRegistry(auto_describe=False)
    together.register(PROCESS_COLLECTOR)
    multiprocess.MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]  # the same
    return together
