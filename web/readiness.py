"""Whether receipts can be stored: does the database answer, and has it the schema of this version? `web` never migrates.

A database that hangs must not hang who asks: the question is put in a thread of its own, one at a time, and waited for shortly.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta

from web.hinting import Hinting
from worker import assembly, log
from worker.assembly import Bridge
from worker.ledger import schema
from worker.ledger.connection import LedgerFault

DATABASE_PATIENCE = timedelta(seconds=2)
BROKER_PATIENCE = timedelta(milliseconds=800)
WRONG_SCHEMA = "the database's schema is not that of this version; run `sprout db upgrade`"
_logger = log.named(__name__)


class Readiness:
    """Asks the database and the broker on behalf of probes and of every request."""

    def __init__(self, bridge: Bridge, hinting: Hinting) -> None:
        self._bridge = bridge
        self._hinting = hinting
        self._question = _Question(lambda: schema.is_current(bridge.ledger))
        self._opening = threading.Lock()
        self._is_open = False
        self._said = False

    def is_open(self) -> bool:
        """Whether requests may be served: the schema was right once. Until then it is looked at again each time.

        Raises LedgerFault where the database can't be asked.
        """
        if self._is_open:
            return True
        with self._opening:
            if not self._is_open and schema.is_current(self._bridge.ledger):
                assembly.prepare(self._bridge)
                self._is_open = True
        if not self._is_open and not self._said:
            self._said = True
            _logger.warning(f"waiting: {WRONG_SCHEMA}")
        return self._is_open

    def database_trouble(self) -> str | None:
        """Why receipts can't be stored now, or None."""
        try:
            return None if self._question.answer(DATABASE_PATIENCE) else WRONG_SCHEMA
        except TimeoutError:
            return f"the database has not answered within {DATABASE_PATIENCE.total_seconds():.0f} s"
        except LedgerFault as fault:
            return f"the database can't be reached ({type(fault).__name__})"

    def broker_answers(self) -> bool:
        """Whether hints reach the broker; without them work is found by the sweep."""
        organization = next(iter(self._bridge.settings.organizations))
        return self._hinting.broker_answers(organization, BROKER_PATIENCE)


class _Question:
    """A question that may take for ever. Whoever asks while it is under way waits for the same answer."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._pending: Future[bool] | None = None

    def answer(self, patience: timedelta) -> bool:
        """Raises TimeoutError, or what the question raised."""
        with self._lock:
            if self._pending is None or self._pending.done():
                self._pending = Future()
                threading.Thread(target=self._work, args=(self._pending,), name="question", daemon=True).start()
            pending = self._pending
        return pending.result(patience.total_seconds())

    def _work(self, pending: Future[bool]) -> None:
        try:
            pending.set_result(self._ask())
        except Exception as fault:  # noqa: BLE001 - it is raised again where it is waited for
            pending.set_exception(fault)
