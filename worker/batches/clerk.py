"""What a worker does for batches: files the rows that were handed in, and takes files out of the inbox."""

from collections.abc import Callable, Sequence

from worker.assembly import Bridge
from worker.batches import running
from worker.batches.checking import Found
from worker.ledger import batch_rows
from worker.policy.verdicts import Verdict

Pump = Callable[[str], None]
Stopping = Callable[[], bool]


def work(bridge: Bridge, pump: Pump, stopping: Stopping) -> None:
    """One round; safe to repeat, and at once in several processes."""
    for batch_id in bridge.ledger.read(batch_rows.batches_to_file):
        for chunk in running.file_kept(bridge, batch_id, stopping):
            send(chunk, pump)


def send(chunk: Sequence[Found], pump: Pump) -> None:
    """Have what was filed sent."""
    fresh = {one.request.organization for one in chunk if one.request and one.verdict in (Verdict.NEW, Verdict.MENDS)}
    for organization in sorted(fresh):
        pump(organization)
