"""What a worker does for batches: files the rows that were handed in, and takes files out of the inbox."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from worker.assembly import Bridge
from worker.batches import running
from worker.batches.checking import Found
from worker.batches.inbox import Inbox
from worker.ledger import batch_rows, processes
from worker.policy.verdicts import Verdict

DUTY = "inbox"
TERM = 4  # sweeps for which the inbox is watched by one process; it asks again with every chunk
Pump = Callable[[str], None]
Stopping = Callable[[], bool]


@dataclass
class Clerk:
    """`pump` sends what an organization has waiting; `holder` is this process, for of several only one watches the inbox."""

    bridge: Bridge
    holder: str
    pump: Pump
    stopping: Stopping
    inbox: Inbox = field(default_factory=Inbox)

    def work(self) -> None:
        """One round; safe to repeat, and at once in several processes."""
        for batch_id in self.bridge.ledger.read(batch_rows.batches_to_file):
            for chunk in running.file_kept(self.bridge, batch_id, self.stopping):
                send(chunk, self.pump)
        if self.bridge.settings.batches.inbox is not None and self._has_duty():
            self.inbox.take(self.bridge, self._sent, lambda: self.stopping() or not self._has_duty())

    def _sent(self, chunk: Sequence[Found]) -> None:
        send(chunk, self.pump)

    def _has_duty(self) -> bool:
        term = self.bridge.settings.bridge.sweep * TERM
        return self.bridge.ledger.write(lambda tx: processes.take_duty(tx, DUTY, self.holder, term))


def send(chunk: Sequence[Found], pump: Pump) -> None:
    """Have what was filed sent."""
    fresh = {one.request.organization for one in chunk if one.request and one.verdict in (Verdict.NEW, Verdict.MENDS)}
    for organization in sorted(fresh):
        pump(organization)
