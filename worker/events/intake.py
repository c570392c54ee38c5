"""The writer of receipts: one thread, one commit for all that wait, and the spool where the database is away.

A commit costs the same for one receipt and for sixty, and a second writer would only stand in the first one's way; so request
threads hand their receipt over and wait. An answer is given after the commit, or after the fsync of the spool: what is
acknowledged is durable.

A receipt has its id before anything is done with it. So a commit whose outcome is unknown, and one that comes late, may be
followed by the spool: whichever arrives second finds the keys taken and changes nothing. While anything is spooled, all that
comes is spooled behind it, so that each source's order is kept. A repeat of what only the database knows gets an id of its own
while it is away; once it is back, that id leads nowhere, and the first event stays the only one.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta

from worker import ids, log, metrics, steps
from worker.events.errands import Errands, Question
from worker.events.records import Entry
from worker.events.spool import CannotSpool, Spool
from worker.ledger import events
from worker.ledger.connection import Ledger, LedgerFault, Tx
from worker.ledger.events import Contended, Receipt, Stored
from worker.ledger.keyring import Unsealable

LARGEST_GROUP = 64
LARGEST_LOAD = 256  # receipts that leave the spool in one commit: more than come in beside it
LOAD_BYTES = 16 * 1024 * 1024
TRIES_WHEN_CONTENDED = 5
PATIENCE = timedelta(seconds=2.5)  # the strictest sender hangs up after 3 s
LEDGER_PATIENCE = timedelta(seconds=1)  # twice this and an fsync fit in PATIENCE
RETRY = timedelta(seconds=1)
LOOKING = timedelta(seconds=15)  # for what dead processes left
_logger = log.named(__name__)

_Waiting = tuple[Receipt, Future[Stored]]


class CannotStore(Exception):
    """The receipt is not durable: the sender must keep it and try again."""


class Intake:
    """Hands receipts to the ledger, or to the spool. `drained` is told the id of each event that came by way of the spool."""

    def __init__(self, ledger: Ledger, spool: Spool, drained: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._spool = spool
        self._drained = drained
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._commits = Errands("intake-commits")
        self._load: tuple[list[Entry], Future[list[Stored]]] | None = None
        self._load_at = self._look_at = time.monotonic()
        self._is_sealed_out = False  # the ledger's data key is not here; who knows what the spool would be sealed with
        self._sources = Question("intake-sources", lambda: ledger.read(events.verified_sources))
        self._verified: frozenset[str] = frozenset()  # as far as this process knows
        self._noted: frozenset[str] = frozenset()  # of these, the ledger knows it too

    def start(self) -> None:
        """Begin, and store what an earlier process left in the spool. The first receipt does the same."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work_for_ever, name="intake", daemon=True)
                self._thread.start()

    def store(self, receipt: Receipt) -> Stored:
        """Returns once it is durable. Raises CannotStore where that fails or takes longer than PATIENCE."""
        answer: Future[Stored] = Future()
        self._waiting.put((receipt, answer))
        self.start()
        try:
            return answer.result(timeout=PATIENCE.total_seconds())
        except TimeoutError as late:
            raise CannotStore from late

    def has_verified(self, source: str) -> bool:
        """Whether this source has ever verified a delivery. Raises CannotStore where that is not known and can't be asked now."""
        if source not in self._verified:
            try:
                self._verified |= self._sources.answer(LEDGER_PATIENCE)
            except (LedgerFault, TimeoutError) as fault:
                raise CannotStore from fault
        return source in self._verified

    def spooled(self) -> int:
        """Receipts that are durable here and not in the database yet."""
        return len(self._spool)

    def can_spool(self) -> bool:
        """Whether receipts are taken while the database is away. Tries the disk."""
        return self._spool.has_room()

    def _work_for_ever(self) -> None:
        while True:
            try:
                self._drain()
            except Exception as fault:  # noqa: BLE001 - whatever it is, the next receipt must find somebody
                self._load_at = time.monotonic() + RETRY.total_seconds()
                if not isinstance(fault, LedgerFault):  # it is away, as was said when the first receipt was spooled
                    _logger.error("spooled receipts are not stored yet", fault=type(fault).__name__)
            metrics.SPOOLED.set(len(self._spool))
            self._answer(self._gather())

    def _gather(self) -> list[_Waiting]:
        """All that wait; nothing if it is time to look after the spool."""
        pause = RETRY if len(self._spool) else LOOKING
        try:
            found = [self._waiting.get(timeout=max(0, min(self._look_at - time.monotonic(), pause.total_seconds())))]
        except queue.Empty:
            return []
        while len(found) < LARGEST_GROUP and not self._waiting.empty():
            found.append(self._waiting.get_nowait())
        return [one for one in found if one is not None]

    def _answer(self, group: list[_Waiting]) -> None:
        if not group:
            return
        receipts = [replace(receipt, event_id=ids.new_id()) for receipt, _ in group]
        try:
            stored = self._store(receipts)
        except Exception as fault:  # noqa: BLE001 - whatever it is, every sender must be told to try again
            why = str(fault) if isinstance(fault, CannotSpool) else type(fault).__name__
            _logger.error("receipts not stored", count=len(group), fault=why)
            for _, answer in group:
                answer.set_exception(CannotStore())
            return
        self._verified |= _proven(receipts)
        for (_, answer), one in zip(group, stored, strict=True):
            answer.set_result(one)

    def _store(self, receipts: list[Receipt]) -> list[Stored]:
        if not len(self._spool) and not self._commits.are_under_way():
            try:
                return self._commits.send(lambda: self._commit(receipts)).result(LEDGER_PATIENCE.total_seconds())
            except Unsealable:
                raise
            except (LedgerFault, Contended, TimeoutError) as fault:
                _logger.warning("the database is away: receipts are spooled", fault=type(fault).__name__)
        if self._is_sealed_out:
            raise CannotSpool("the data key of this ledger is not here")
        return self._spool.keep(receipts)

    def _commit(self, receipts: list[Receipt]) -> list[Stored]:
        """Raises LedgerFault, Unsealable among them, or Contended. What it did then, the keys will tell."""
        fresh = _proven(receipts) - self._noted

        def unit(tx: Tx) -> list[Stored]:
            if fresh:
                events.note_verified(tx, fresh)
            return events.store(tx, receipts)

        steps.reached("before_event_commit")
        try:
            stored = self._write(unit)
        except Unsealable:
            self._is_sealed_out = True
            raise
        self._is_sealed_out = False
        steps.reached("after_event_commit")
        self._noted |= fresh
        return stored

    def _write(self, unit: Callable[[Tx], list[Stored]]) -> list[Stored]:
        for _ in range(TRIES_WHEN_CONTENDED - 1):
            try:
                return self._ledger.write(unit)
            except Contended:
                continue
        return self._ledger.write(unit)

    def _drain(self) -> None:
        """Begin or end a load from the spool to the ledger; never wait for one."""
        if self._commits.are_under_way():
            return
        if self._load is not None:
            self._end_load(*self._load)
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOKING.total_seconds()
            self._spool.adopt()
        entries = self._spool.oldest(LARGEST_LOAD, LOAD_BYTES)
        if entries and time.monotonic() >= self._load_at:
            load_under_way = self._commits.send(lambda: self._commit(self._spool.load(entries)))
            self._load = entries, load_under_way
            load_under_way.add_done_callback(lambda _: self._waiting.put(None))

    def _end_load(self, entries: list[Entry], load_under_way: Future[list[Stored]]) -> None:
        """Raises what the load raised."""
        self._load = None
        stored = load_under_way.result()
        self._spool.forget(entries)
        for entry, one in zip(entries, stored, strict=True):
            if one.event_id == entry.event_id:
                self._drained(entry.event_id)
        if not len(self._spool):
            _logger.info("all spooled receipts are in the database")


def _proven(receipts: list[Receipt]) -> set[str]:
    """The sources whose deliveries were authentic: all but a vendor's test."""
    return {one.source for one in receipts if one.ignored is None}
