"""Counters of this process, each named once. What the ledger knows is counted there when somebody asks (`web.probes`)."""

from prometheus_client import Counter, Gauge, Histogram

RECEIPTS = Counter("sprout_receipts_total", "Deliveries answered, by how.", ["source", "answer"])
SPOOLED = Gauge("sprout_spooled", "Receipts on this process's own disk that the database has not got yet.")
HINTS_LOST = Counter("sprout_hints_lost_total", "Hints that the broker did not take.")
CALLS = Counter("sprout_calls_total", "Calls to TalentSprout that ended, by outcome.", ["organization", "outcome"])
CALL_SECONDS = Histogram(
    "sprout_call_seconds", "From the mark to the answer.", buckets=(0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
)
SWEEPS = Counter("sprout_sweeps_total", "Sweeps done by this process.")
