"""A worker process: its journal, its pump, and the rounds that make every hint unnecessary.

The rounds run in a thread of their own: report, settle what dead processes left in their journals and end their leases, and, if
this process holds the duty, sweep. What the sweep finds is done here and now, so that a broker that is away costs at most one
sweep's time.
"""

import os
import socket
import threading
import time
from collections.abc import Callable

from worker import ids, log, metrics, steps
from worker.assembly import Bridge
from worker.batches.clerk import Clerk
from worker.delivery.courier import Courier
from worker.domain.outcome import Outcome
from worker.events import reader
from worker.events.fetchers import Fetchers
from worker.events.fetching import Done
from worker.ledger import processes, settling
from worker.ledger.connection import LedgerFault
from worker.sending import journal
from worker.sending.call import Caller
from worker.sending.pump import Pump
from worker.upkeep import deaths, sweep

SEATS = 200  # calls in flight at once; 20 a minute of 60 seconds each are 20 for one busy organization
TERM = 2  # sweeps for which the duty is held: one may be missed
_logger = log.named(__name__)


class Station:
    """Everything of one worker process but its ear for hints."""

    def __init__(self, bridge: Bridge, seats: int = SEATS) -> None:
        self.bridge = bridge
        self.boot_id = ids.new_id()
        self._journals = bridge.settings.bridge.data_dir / "journal"
        self._journal = journal.Journal(self._journals, self.boot_id)
        self._caller = Caller(bridge, self._journal, self.boot_id)
        self.courier = Courier(bridge, self.boot_id)
        self.pump = Pump(self._caller, seats, landed=self.courier.look)
        self._fetchers = Fetchers(bridge, self.boot_id, self._follow_fetch)
        self._stopping = threading.Event()
        self._rows_wait = threading.Event()
        self._clerk = Clerk(bridge, self.boot_id, self.pump.run, self._stopping.is_set)
        self._filing = threading.Thread(target=self._file_batches, name="clerk", daemon=True)
        self._rounds = threading.Thread(target=self._go_round, name="rounds", daemon=True)

    def start(self) -> None:
        """Begin the rounds, the first one at once."""
        try:
            self._caller.warm()
        except LedgerFault as fault:
            _logger.warning("started while the ledger is away", fault=type(fault).__name__)
        self._rounds.start()
        self._filing.start()
        self._fetchers.start()
        self.courier.start()

    def read(self, event_id: str) -> None:
        """Read an event and send what it filed."""
        settings = self.bridge.settings
        dropping = {name for name, one in settings.organizations.items() if one.foreign == "drop"}
        done = reader.read(self.bridge.ledger, settings.sources, event_id, dropping)
        self.courier.look()
        for organization in done.organizations:
            self.pump.run(organization)
        if done.asks:
            self._fetchers.look()

    def look_for_fetches(self) -> None:
        """There may be something to ask an ATS."""
        self._fetchers.look()

    def look_for_rows(self) -> None:
        """There may be rows of batches that are to be filed."""
        self._rows_wait.set()

    def stop(self) -> None:
        """Claim nothing more. Calls in flight go on."""
        self._stopping.set()
        self._rows_wait.set()
        self._fetchers.stop()
        self.pump.stop()
        self.courier.stop()

    def land(self, seconds: float) -> bool:
        """Wait for calls and deliveries under way; False if some are still out then."""
        ends = time.monotonic() + seconds
        return self.pump.flights.wait(seconds) and self.courier.land(max(ends - time.monotonic(), 0))

    def leave(self) -> None:
        """Say goodbye to the ledger and close the journal."""
        try:
            self.bridge.ledger.write(lambda tx: deaths.forget(tx, self.boot_id))
        except LedgerFault as fault:
            _logger.warning("left without a word: the ledger is away", fault=type(fault).__name__)
        self._journal.close()

    def _follow_fetch(self, done: Done) -> None:
        for event_id in done.event_ids:
            self.read(event_id)
        for organization in done.organizations:
            self.pump.run(organization)

    def _go_round(self) -> None:
        steps: tuple[Callable[[], None], ...] = (self._report, self._replay, self._sweep, self.courier.look)
        while not self._stopping.is_set():
            for step in steps:
                try:
                    step()
                except LedgerFault as fault:
                    _logger.warning("the ledger is away; trying again at the next round", fault=type(fault).__name__)
                except Exception:  # a bug in one step must not end the rounds of this process
                    _logger.exception("a step of the rounds failed", step=step.__name__)
            self._stopping.wait(self.bridge.settings.bridge.sweep.total_seconds())

    def _file_batches(self) -> None:
        """In a thread of its own, because a large file takes minutes and the rounds must go on."""
        while not self._stopping.is_set():
            self._rows_wait.clear()
            try:
                self._clerk.work()
            except LedgerFault as fault:
                _logger.warning("batches wait: the ledger is away", fault=type(fault).__name__)
            except Exception:  # a bug with one batch must not end the filing of all others for ever
                _logger.exception("filing batches failed")
            self._rows_wait.wait(self.bridge.settings.bridge.sweep.total_seconds())

    def _report(self) -> None:
        self.bridge.ledger.write(lambda tx: processes.report(tx, self.boot_id, socket.gethostname(), os.getpid()))

    def _replay(self) -> None:
        settled = journal.replay(self._journals, self._settle_again, lambda boot_id: deaths.bury(self.bridge, boot_id))
        if settled:
            _logger.info("answers that a dead process had journaled are settled", count=settled)

    def _settle_again(self, attempt_id: str, outcome: Outcome) -> None:
        try:
            self._caller.settle(attempt_id, outcome)
        except settling.Forgotten as fault:
            _logger.warning("a journal names an attempt that this ledger does not know", attempt=attempt_id)
            raise journal.NotKnownHere from fault

    def _sweep(self) -> None:
        term = self.bridge.settings.bridge.sweep * TERM
        if not self.bridge.ledger.write(lambda tx: processes.take_duty(tx, "sweep", self.boot_id, term)):
            return
        due = sweep.sweep(self.bridge)
        metrics.SWEEPS.inc()
        steps.reached("after_sweep")
        for event_id in due.events:
            self.read(event_id)
        for organization in due.organizations:
            self.pump.run(organization)
