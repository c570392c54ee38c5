"""The dead: a process whose journal nobody holds has ended, however it ended, and so have its leases.

It saves the minutes that a lease would run on. What was not sent goes back in line, what was sent is unknown, as at any lease's
end; the quarantine still counts from the end that the lease was given, because bytes outlive their process on the wire. Processes
of other machines and other folders leave no journal here, and keep their leases.
"""

import socket

from worker import log
from worker.assembly import Bridge
from worker.ledger import attempts, fetches, processes
from worker.ledger.connection import Tx
from worker.upkeep import sweep

_logger = log.named(__name__)


def bury(bridge: Bridge, boot_id: str) -> bool:
    """End the leases of a process whose journal's lock is free. False, and nothing changed, where it may live elsewhere."""
    if bridge.ledger.read(lambda tx: _lives_elsewhere(tx, boot_id, bridge)):
        return False
    left = bridge.ledger.read(lambda tx: attempts.open_of(tx, boot_id))
    if left:
        _logger.warning("a process died with calls under way", process=boot_id, calls=len(left))
    sweep.end(bridge, left)
    sweep.release_deliveries(bridge, boot_id=boot_id)
    bridge.ledger.write(lambda tx: forget(tx, boot_id))
    return True


def forget(tx: Tx, boot_id: str) -> None:
    """What it was asking ATSs for is asked again."""
    fetches.release(tx, boot_id)
    processes.leave(tx, boot_id)


def _lives_elsewhere(tx: Tx, boot_id: str, bridge: Bridge) -> bool:
    """Machines that share a folder through the network may not see each other's locks: one that reports is believed."""
    found = processes.find(tx, boot_id)
    if found is None or found.host == socket.gethostname():
        return False
    return tx.now() - found.seen_at < bridge.timing.silence
