"""Fetchers: the hands of one process that ask the ATSs' APIs, one thread for each source that has something to ask.

A vendor that hangs holds up its own source alone. The ledger paces and hands out; whoever is told to look and finds nothing has
lost nothing.
"""

import threading
from collections.abc import Callable, Iterable, Sequence

from config.settings import Source
from worker import log, sources
from worker.assembly import Bridge
from worker.domain.asking import Asking
from worker.domain.fields import Unreadable
from worker.events.fetching import Done, Fetching
from worker.ledger import fetches, source_apis
from worker.ledger.connection import LedgerFault, Tx
from worker.ledger.fetches import Fetch, Later, What
from worker.outbound import Outbound
from worker.sources import Polls

PATIENCE_SECONDS = 5.0  # for the next call of a source: whoever waits longer lets go and is told again
_logger = log.named(__name__)


class Fetchers:
    """`then` gets what each settled fetch led to: events to be read, an organization that may have work."""

    def __init__(self, bridge: Bridge, boot_id: str, then: Callable[[Done], None]) -> None:
        self._bridge, self._then = bridge, then
        self._fetching = Fetching(bridge.ledger, bridge.settings.sources, Outbound(), boot_id)
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._is_prepared = False
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="fetchers", daemon=True)

    def start(self) -> None:
        """Begin to look, now and at each sweep's time."""
        self._thread.start()

    def look(self) -> None:
        """There may be something to ask."""
        self._wake.set()

    def stop(self) -> None:
        """Ask nothing more. A call on its way goes on; without it the fetch would be repeated."""
        self._stopping.set()
        self._wake.set()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._safely(self._send_out)
            self._wake.wait(self._bridge.settings.bridge.sweep.total_seconds())

    def _send_out(self) -> None:
        if not self._is_prepared:
            self._bridge.ledger.write(lambda tx: prepare(tx, self._bridge.settings.sources.values()))
            self._is_prepared = True
        for name in self._bridge.ledger.read(fetches.due_sources):
            with self._lock:
                if name not in self._bridge.settings.sources or name in self._busy:
                    continue
                self._busy.add(name)
            threading.Thread(target=self._go, args=(name,), name=f"fetch {name}", daemon=True).start()

    def _go(self, name: str) -> None:
        try:
            self._safely(lambda: self._work(name))
        finally:
            with self._lock:
                self._busy.discard(name)

    def _work(self, name: str) -> None:
        while not self._stopping.is_set():
            found = self._fetching.one(name)
            if isinstance(found, Done):
                self._then(found)
            elif found is None or not self._waited(found):
                return

    def _waited(self, later: Later) -> bool:
        """Whether the next call may go soon, and that was waited for."""
        left = (later.at - self._bridge.ledger.read(lambda tx: tx.now())).total_seconds()
        return left <= PATIENCE_SECONDS and not self._stopping.wait(max(left, 0))

    def _safely(self, step: Callable[[], None]) -> None:
        try:
            step()
        except LedgerFault as fault:
            _logger.warning("fetching waits: the ledger is away", fault=type(fault).__name__)
        except Exception:  # a bug with one source must not end the fetching of all others
            _logger.exception("fetching failed")


def prepare(tx: Tx, configured: Iterable[Source]) -> None:
    """Give every source its lists, and try again what was refused: the configuration may be another one now."""
    fetches.reopen_refused(tx)
    for source in configured:
        resting = [one for one in fetches.lists(tx, source.name) if not _can_be_asked(one, source)]
        for one in resting:
            fetches.rest(tx, one)
        if resting:
            source_apis.forget_trouble(tx, source.name)
        for what in lists_of(source):
            fetches.want_list(tx, source.name, source.organization, what, "", now=False)


def _can_be_asked(found: Fetch, source: Source) -> bool:
    """Whether a list is one that a source of this kind and address has. A key that is missing is for a person to mend."""
    kind = sources.named(source.kind)
    if not isinstance(kind, Polls) or bool(found.subject) != kind.BY_ACCOUNT:
        return False
    try:
        kind.page(Asking(found.subject or None), source)
    except Unreadable:
        return False
    return found.what is What.OPEN or kind.IS_POLLED


def lists_of(source: Source) -> Sequence[What]:
    """What can be asked for of a source that knows of no account yet."""
    kind = sources.named(source.kind)
    if sources.first_page(source) is None or not isinstance(kind, Polls):
        return ()
    return (What.CHANGES, What.OPEN) if kind.IS_POLLED else (What.OPEN,)
