"""The writer of receipts: one thread, one commit for all that wait.

A commit costs the same for one receipt and for sixty, and a second writer would only stand in the first one's way; so request
threads hand their receipt over and wait. An answer is given after the commit: what is acknowledged is durable.
"""

import queue
import threading
from concurrent.futures import Future
from datetime import timedelta

from worker import log, steps
from worker.ledger import events
from worker.ledger.connection import Ledger, LedgerFault, Tx
from worker.ledger.events import Contended, Receipt, Stored

LARGEST_GROUP = 64
TRIES_WHEN_CONTENDED = 5
PATIENCE = timedelta(seconds=2.5)  # the strictest sender hangs up after 3 s
_logger = log.named(__name__)


class CannotStore(Exception):
    """The receipt is not durable: the sender must keep it and try again."""


class Intake:
    """Hands receipts to the ledger. Starts its thread with the first one."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: queue.SimpleQueue[tuple[Receipt, Future[Stored]]] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._verified: set[str] | None = None

    def store(self, receipt: Receipt) -> Stored:
        """Returns once it is committed. Raises CannotStore where that fails or takes longer than PATIENCE."""
        answer: Future[Stored] = Future()
        self._waiting.put((receipt, answer))
        self._start()
        try:
            return answer.result(timeout=PATIENCE.total_seconds())
        except TimeoutError as late:
            raise CannotStore from late

    def has_verified(self, source: str) -> bool:
        """Whether this source has ever verified a delivery. Raises CannotStore where the ledger can't be asked."""
        if self._verified is None or source not in self._verified:
            try:
                self._verified = self._ledger.read(events.verified_sources)
            except LedgerFault as fault:
                raise CannotStore from fault
        return source in self._verified

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_for_ever, name="intake", daemon=True)
                self._thread.start()

    def _write_for_ever(self) -> None:
        while True:
            group = [self._waiting.get()]
            while len(group) < LARGEST_GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            self._write(group)

    def _write(self, group: list[tuple[Receipt, Future[Stored]]]) -> None:
        receipts = [receipt for receipt, _ in group]
        try:
            steps.reached("before_event_commit")
            stored = self._commit(receipts)
            steps.reached("after_event_commit")
        except Exception as fault:  # noqa: BLE001 - whatever it is, every sender must be told to try again
            _logger.error("receipts not stored", count=len(group), fault=type(fault).__name__)
            for _, answer in group:
                answer.set_exception(CannotStore())
            return
        for (_, answer), one in zip(group, stored, strict=True):
            answer.set_result(one)

    def _commit(self, receipts: list[Receipt]) -> list[Stored]:
        fresh = {one.source for one in receipts if one.ignored is None} - (self._verified or set())

        def unit(tx: Tx) -> list[Stored]:
            if fresh:
                events.note_verified(tx, fresh)
            return events.store(tx, receipts)

        for _ in range(TRIES_WHEN_CONTENDED):
            try:
                return self._ledger.write(unit)
            except Contended:
                continue
        raise CannotStore
