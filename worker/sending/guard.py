"""The guard: the last moment to say no, when the connection stands and before the first byte leaves.

It marks the attempt as sent. Where that fails, whatever the reason, nothing is sent: a mark that was committed and not heard of
makes the attempt unknown later, which errs on the safe side. A mark that is heard of late, because the database hung or this
process was frozen meanwhile, is no leave to send either: its lease, and the quarantine after it, may be over.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from worker import steps
from worker.domain.outcome import Attempt
from worker.ledger import attempts
from worker.ledger.connection import Ledger, LedgerFault, Tx
from worker.talentsprout.client import Abandoned

OLDEST_CLAIM = 0.25  # of the lease's margin may have passed since the claim
OLDEST_MARK = (
    0.5  # of it may have passed when the mark is known to be committed: the other half is left beyond a full deadline
)


def uptime() -> float:
    """Seconds that also pass while the machine is suspended, where the system can tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


@dataclass(frozen=True)
class Guard:
    """Called by the client for one attempt; `claimed_at` is the `uptime` just after its claim."""

    ledger: Ledger
    attempt: Attempt
    deadline: timedelta
    lease_margin: timedelta
    claimed_at: float

    def __call__(self) -> float:
        """Marks the attempt and returns when that began, by `time.monotonic`: its stamp is later. Or raises Abandoned."""
        steps.reached("after_connect")
        self._expect_younger_than(self.lease_margin * OLDEST_CLAIM)
        try:
            began, marked = self.ledger.write(self._mark)
        except LedgerFault as fault:
            raise Abandoned from fault
        if not marked:
            raise Abandoned
        self._expect_younger_than(self.lease_margin * OLDEST_MARK)
        steps.reached("after_sent_mark")
        return began

    def _mark(self, tx: Tx) -> tuple[float, bool]:
        """The stamp is taken within the transaction, and its commit takes time: the clock starts before both."""
        began = time.monotonic()
        return began, attempts.mark(tx, self.attempt, self.deadline, self.lease_margin)

    def _expect_younger_than(self, age: timedelta) -> None:
        if uptime() - self.claimed_at > age.total_seconds():
            raise Abandoned
