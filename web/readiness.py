"""Whether receipts can be stored: does the database answer, and has it the schema of this version? `web` never migrates.

A database that hangs must not hang who asks: the question is put in a thread of its own, one at a time, and waited for shortly.
"""

import threading
from datetime import timedelta

from web.hinting import Hinting
from worker import assembly, log
from worker.assembly import Bridge
from worker.events.errands import Question
from worker.ledger import blinding, schema
from worker.ledger.connection import LedgerFault
from worker.ledger.keyring import Unsealable

LEDGER_PATIENCE = timedelta(seconds=3)  # of whoever waits for an answer; receipts and probes wait less, by errand
DATABASE_PATIENCE = timedelta(seconds=2)
SENDERS_PATIENCE = timedelta(seconds=1)  # what follows takes time too, and the strictest sender hangs up after 3 s
BROKER_PATIENCE = timedelta(milliseconds=800)
WRONG_SCHEMA = "the database's schema is not that of this version; run `sprout db upgrade`"
WRONG_KEYS = "people's data is sealed with a data key that is not here; `sprout doctor` names it"
_logger = log.named(__name__)


class Readiness:
    """Asks the database and the broker on behalf of probes and of every request."""

    def __init__(self, bridge: Bridge, hinting: Hinting) -> None:
        self._bridge = bridge
        self._hinting = hinting
        self._question = Question("schema", lambda: schema.is_current(bridge.ledger))
        self._trial = Question("trial", lambda: _takes_receipts(bridge))
        self._opening = threading.Lock()
        self._is_open = False
        self.why = WRONG_SCHEMA  # it is not open
        self._said = ""

    def is_open(self) -> bool:
        """Whether requests may be served: the schema was right once. Until then it is looked at again each time.

        Raises LedgerFault where the database can't be asked.
        """
        if self._is_open:
            return True
        with self._opening:
            if not self._is_open and schema.is_current(self._bridge.ledger):
                self._is_open = self._prepared()
        if not self._is_open:
            self._say(self.why)
        return self._is_open

    def say_what_is_awaited(self) -> None:
        """Once, when serving begins: whoever starts a process looks at its first lines."""
        trouble = self.database_trouble(SENDERS_PATIENCE)
        if trouble is not None:
            self._say(trouble)

    def _say(self, why: str) -> None:
        if self._said != why:
            self._said = why
            _logger.warning(f"waiting: {why}")

    def _prepared(self) -> bool:
        try:
            assembly.prepare(self._bridge)
        except Unsealable:
            self.why = WRONG_KEYS
            return False
        return True

    def may_receive(self) -> bool:
        """The same for deliveries, which are also taken while nobody can tell, because the spool keeps them."""
        try:
            return self._is_open or (self._question.answer(SENDERS_PATIENCE) and self.is_open())
        except (TimeoutError, LedgerFault):
            return True

    def database_trouble(self, patience: timedelta = DATABASE_PATIENCE) -> str | None:
        """Why nothing can be read from the database now, or None."""
        return _trouble(self._question, patience, "can't be reached")

    def storing_trouble(self) -> str | None:
        """Why the database takes no receipts now, or None: it is away, or locked, or may not be written to."""
        return _trouble(self._trial, DATABASE_PATIENCE, "takes nothing")

    def broker_answers(self) -> bool:
        """Whether hints reach the broker; without them work is found by the sweep."""
        organization = next(iter(self._bridge.settings.organizations))
        return self._hinting.broker_answers(organization, BROKER_PATIENCE)


def _takes_receipts(bridge: Bridge) -> bool:
    """Also raises Unsealable, before anything is sealed with another key than all the rest."""

    if not schema.is_current(bridge.ledger):
        return False
    bridge.ledger.read(blinding.check)
    return schema.is_writable(bridge.ledger)


def _trouble(question: Question[bool], patience: timedelta, what: str) -> str | None:
    try:
        return None if question.answer(patience) else WRONG_SCHEMA
    except TimeoutError:
        return f"the database has not answered within {patience.total_seconds():.0f} s"
    except Unsealable:
        return WRONG_KEYS
    except LedgerFault as fault:
        return f"the database {what} ({type(fault).__name__})"
