"""The pump: claims what is due while slots are open, lets each call fly, and sets one alarm for the moment the next may go.

It never waits for a slot or an answer. However often, from wherever and by how many processes it is called, the ledger's lock
decides who gets a slot. Of many workers, the one that took a slot comes for the next when it opens; the others stay a little
behind, and take over where it is not taken.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from worker import ids, log
from worker.domain.request import Tier
from worker.ledger import attempts
from worker.ledger.connection import LedgerFault
from worker.policy import pacing
from worker.sending.alarms import Alarms
from worker.sending.call import Caller, Claim
from worker.sending.flight import Flights

WHEN_THE_LEDGER_IS_AWAY = timedelta(seconds=1)
WHEN_EVERY_SEAT_IS_TAKEN = timedelta(
    seconds=1
)  # a seat that another claim took for a moment wakes nobody when it is free
A_MOMENT = timedelta(milliseconds=1)
_logger = log.named(__name__)


class Pump:
    """One for a worker process."""

    def __init__(self, caller: Caller, seats: int, landed: Callable[[], None] = lambda: None) -> None:
        """`landed` is called after each call: what it made may be announced."""
        self.flights = Flights(seats)
        self._caller = caller
        self._landed = landed
        self._alarms = Alarms(self._woken)
        self._stopping = threading.Event()
        # When the slot opens that follows the last one that was taken here, by the monotonic clock.
        self._opens: dict[tuple[str, Tier], float] = {}

    def run(self, organization: str) -> None:
        """Claim and send what may go now, in both tiers. An organization that is not configured any more waits."""
        if organization not in self._caller.bridge.settings.organizations:
            return
        self.run_tier(organization, Tier.AI)
        if self._caller.waits(organization, Tier.DEFAULT):
            self.run_tier(organization, Tier.DEFAULT)

    def run_tier(self, organization: str, tier: Tier) -> None:
        """The same for one tier."""
        wait: timedelta | None = timedelta(0)
        while wait == timedelta(0):
            wait = self._claim_one(organization, tier)
        if wait is not None:
            self._alarms.set(f"{organization} {tier}", wait)

    def stop(self) -> None:
        """Claim nothing more; calls in flight finish."""
        self._stopping.set()
        self._alarms.stop()

    def abandon(self) -> None:
        """Nobody waits for the calls in flight: note them as unknown."""
        for attempt in self.flights.now():
            self._caller.give_up(attempt)

    def _claim_one(self, organization: str, tier: Tier) -> timedelta | None:
        """Whether to come again: at once, after a while, or not before something else happens."""
        if not self.flights.take_seat():
            return WHEN_EVERY_SEAT_IS_TAKEN
        claimed: Claim | None = None
        try:
            # Looked at from the seat: who waits for free seats after the stop waits for this claim, too.
            if not self._stopping.is_set():
                claimed = self._claim(organization, tier)
        finally:
            if not isinstance(claimed, attempts.Claimed):
                self.flights.leave_seat()
        if isinstance(claimed, attempts.Claimed):
            self._fly(claimed, tier)
            if claimed.wait is not None:
                self._opens[organization, tier] = time.monotonic() + claimed.wait.total_seconds()
            return claimed.wait
        if claimed is None or isinstance(claimed, attempts.Paused) or claimed.wait is None:
            return None
        if isinstance(claimed, attempts.NoSlot) and not self._took_the_last(organization, tier, claimed):
            return max(pacing.behind(claimed.wait, claimed.step, ids.jitter(1.0)), A_MOMENT)
        return max(claimed.wait, A_MOMENT)

    def _took_the_last(self, organization: str, tier: Tier, found: attempts.NoSlot) -> bool:
        """Whether nobody has taken a slot since this process did: then the next one opens about when it was told."""
        assert found.wait is not None
        opens = time.monotonic() + (found.wait - found.step / 2).total_seconds()
        return opens < self._opens.get((organization, tier), float("-inf"))

    def _claim(self, organization: str, tier: Tier) -> Claim:
        try:
            return self._caller.claim(organization, tier)
        except LedgerFault as fault:
            _logger.warning("no claim: the ledger is away", organization=organization, fault=type(fault).__name__)
            return attempts.NoSlot(WHEN_THE_LEDGER_IS_AWAY)

    def _fly(self, claimed: attempts.Claimed, tier: Tier) -> None:
        organization = claimed.attempt.organization

        def then() -> None:
            self._landed()
            self.run_tier(organization, tier)

        self.flights.start(claimed.attempt, lambda: self._caller.make(claimed), then)

    def _woken(self, key: str) -> None:
        organization, tier = key.split()
        self.run_tier(organization, Tier(tier))
