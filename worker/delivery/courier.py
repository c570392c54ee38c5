"""The courier: takes what is due, makes each call in a thread of its own, settles it; and knows when the next is due.

It shares nothing with the pump but the ledger: its own seats, its own thread that claims, so that ten thousand deliveries to a
target that takes its time delay no generation. How many are under way to one target is bound in the ledger, for all workers.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from config.settings import Target
from worker import ids, log, metrics, steps
from worker.assembly import Bridge
from worker.delivery import answers, digests, handing, inscribing, telling
from worker.delivery.inscribing import Inscription
from worker.domain.call import Call
from worker.domain.delivery import Delivery, DeliveryCode, DeliveryState, Ended, Trouble
from worker.domain.message import Mail
from worker.domain.note import Draft
from worker.ledger import deliveries, recipients
from worker.ledger.connection import LedgerFault, Tx
from worker.outbound import Outbound
from worker.policy import redelivery
from worker.targets import Undeliverable

SEATS = 16  # deliveries under way at once, to all targets
LEASE = timedelta(seconds=60)
PAUSE = timedelta(seconds=1)  # between two tries to reach a ledger that is away
_logger = log.named(__name__)


class Courier:
    """One for a worker process."""

    def __init__(self, bridge: Bridge, boot_id: str, outbound: Outbound | None = None, seats: int = SEATS) -> None:
        self.bridge = bridge
        self._boot_id = boot_id
        self._outbound = outbound or Outbound()
        self._seats = seats
        self._flying = 0
        self._changed = threading.Condition()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="courier", daemon=True)

    def start(self) -> None:
        """Begin to look for what is due; without a target there is never anything."""
        if self.bridge.settings.targets:
            self._thread.start()

    def look(self) -> None:
        """There may be a delivery that is due. Returns at once."""
        self._woken.set()

    def stop(self) -> None:
        """Take nothing more; what is under way ends."""
        self._stopping.set()
        self._woken.set()

    def land(self, seconds: float) -> bool:
        """Wait for what is under way; False if something is still out then. Its lease ends, and it is sent again."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._flying, timeout=seconds)

    def work_once(self) -> timedelta | None:
        """Take what is due now. Returns how long until more is due; None: not before something else happens."""
        names = list(self.bridge.settings.targets)
        now, dues = self.bridge.ledger.read(lambda tx: (tx.now(), deliveries.next_due(tx, names)))
        waits = [self._take(name) if due <= now else due - now for name, due in dues.items()]
        return min((wait for wait in waits if wait is not None), default=None)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                wait = self.work_once()
            except LedgerFault as fault:
                _logger.warning("deliveries wait: the ledger is away", fault=type(fault).__name__)
                wait = PAUSE
            except Exception:  # a bug with one delivery must not end the delivering of all others for ever
                _logger.exception("looking for deliveries failed")
                wait = PAUSE
            if wait != timedelta(0):
                self._woken.wait(None if wait is None else wait.total_seconds())

    def _take(self, name: str) -> timedelta | None:
        target = self.bridge.settings.targets[name]
        return self._claim(name) if target.digest is None else self._gather(target)

    def _gather(self, target: Target) -> timedelta | None:
        """Of a target with a digest: what its time has come for flies as one. What was put off has a later time now."""
        with self._changed:
            if self._flying >= self._seats:
                return None
            self._flying += 1
        held: Sequence[Delivery] = ()
        try:
            held = digests.gather(self.bridge, target, self._boot_id, LEASE)
        finally:
            if not held:
                self._leave(1)
        if held:
            name = f"digest {target.name}"
            threading.Thread(target=self._fly_together, args=(target, held), name=name, daemon=True).start()
            return None
        return self._until(target.name)

    def _until(self, name: str) -> timedelta | None:
        now, dues = self.bridge.ledger.read(lambda tx: (tx.now(), deliveries.next_due(tx, [name])))
        return dues[name] - now if name in dues and dues[name] > now else None

    def _fly_together(self, target: Target, held: Sequence[Delivery]) -> None:
        with self._landing(target.name):
            for told, ended in digests.send(self.bridge, target, held):
                self._settle(told, ended)

    def _claim(self, name: str) -> timedelta | None:
        """Claim as many as there are seats; each then flies."""
        with self._changed:
            free = self._seats - self._flying
            self._flying += free
        if not free:
            return None
        claim = deliveries.Claim((), None)
        try:
            claim = self.bridge.ledger.write(lambda tx: deliveries.claim(tx, name, self._boot_id, LEASE, free))
        finally:
            self._leave(free - len(claim.deliveries))
        for held in claim.deliveries:
            threading.Thread(target=self._fly, args=(held,), name=f"delivery {held.id}", daemon=True).start()
        return claim.wait

    def _leave(self, seats: int) -> None:
        with self._changed:
            self._flying -= seats
            self._changed.notify_all()

    def _fly(self, held: Delivery) -> None:
        with self._landing(held.id):
            self._carry(held)

    def _carry(self, held: Delivery) -> None:
        """One claimed delivery to its end."""
        target = self.bridge.settings.targets[held.target]
        packed = self._packed(held, target)
        if isinstance(packed, Trouble):
            gone = packed.code is DeliveryCode.NO_LONGER_THERE
            state = DeliveryState.CANCELLED if gone else DeliveryState.FAILED
            self.bridge.ledger.write(lambda tx: deliveries.drop(tx, held, state, packed))
            return
        ended = packed if isinstance(packed, Ended) else self._send(packed, target)
        steps.reached("after_delivery_sent")
        self._settle([held], ended)

    @contextmanager
    def _landing(self, what: str) -> Iterator[None]:
        """Whatever becomes of a flight, its seat is free again."""
        try:
            yield
        except LedgerFault as fault:
            _logger.warning("not settled; it is sent again", delivery=what, fault=type(fault).__name__)
        except Exception:  # a bug must not look like an answer: the lease ends, and the try is counted
            _logger.exception("a delivery failed", delivery=what)
        finally:
            self._leave(1)
            self._woken.set()

    def _packed(self, held: Delivery, target: Target) -> Call | Mail | Inscription | Trouble | Ended:
        """What is to be sent, or why nothing is. A bug in the writing counts as a try that failed."""
        bridge = self.bridge
        try:
            told = bridge.ledger.read(lambda tx: telling.message(tx, held, bridge.settings, bridge.timing))
            packed = handing.written(told, target)
            if isinstance(packed, Draft):
                return bridge.ledger.read(lambda tx: inscribing.planned(tx, held, bridge.settings, target, packed))
            if isinstance(packed, Mail):
                return bridge.ledger.read(lambda tx: recipients.left(tx, held.recipients, packed))
            return packed
        except telling.NothingToTell as gone:
            return Trouble(DeliveryCode.NO_LONGER_THERE, {"fault": str(gone)})
        except Undeliverable as fault:
            return Trouble(DeliveryCode.UNDELIVERABLE, {"fault": str(fault)})
        except LedgerFault:
            raise
        except Exception as bug:
            _logger.exception("a delivery could not be written", delivery=held.id)
            return answers.unwritten(bug)

    def _send(self, packed: Call | Mail | Inscription, target: Target) -> Ended:
        if isinstance(packed, Inscription):
            return inscribing.inscribe(self.bridge.ledger, self._outbound, self.bridge.settings, target, packed)
        return handing.handed_over(packed, target, self._outbound)

    def _settle(self, told: Sequence[Delivery], ended: Ended) -> None:
        """All or none, until their lease ends; then the message goes out again under the same id."""
        ends = time.monotonic() + (LEASE - handing.DEADLINE).total_seconds()

        def unit(tx: Tx) -> list[tuple[Delivery, redelivery.Step]]:
            steps = [(one, redelivery.after(ended, one.tries, tx.now(), ids.jitter)) for one in told]
            return [(one, step) for one, step in steps if deliveries.settle(tx, one, ended, step)]

        while True:
            try:
                settled = self.bridge.ledger.write(unit)
                break
            except LedgerFault:
                if time.monotonic() > ends:
                    raise
                time.sleep(PAUSE.total_seconds())
        for one, step in settled:
            _note(one, ended, step)


def _note(held: Delivery, ended: Ended, step: redelivery.Step) -> None:
    outcome = type(step).__name__
    metrics.DELIVERIES.labels(held.target, held.event, outcome).inc()
    metrics.DELIVERY_SECONDS.observe(ended.took.total_seconds())
    _logger.info(
        "delivery tried",
        delivery=held.id,
        target=held.target,
        happened=held.event,
        outcome=outcome,
        status=ended.status,
        fault=ended.fault,
        seconds=round(ended.took.total_seconds(), 3),
    )
