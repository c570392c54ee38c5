"""The sweep: finds everything that is due, whoever was told of it or not.

It makes lost hints harmless: whatever a message should have started, the sweep finds in the ledger. Each step is safe to repeat
and to do twice at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from worker import log
from worker.assembly import Bridge
from worker.batches import deciding
from worker.domain.request import State
from worker.ledger import (
    attempts,
    batches,
    deliveries,
    events,
    invitations,
    late_matches,
    organizations,
    requests,
    resealing,
    settling,
)
from worker.ledger.connection import Tx
from worker.policy import quarantine
from worker.privacy import erasing, retaining
from worker.sending import pinging
from worker.upkeep import noticing

MOST_AT_ONCE = 500
PARTS_AT_ONCE = 20  # of 500 rows or 4 MB, each in a transaction of its own
_logger = log.named(__name__)


@dataclass(frozen=True)
class Due:
    """What the sweep found to do: events to be read, organizations with a request that is due."""

    events: list[str]
    organizations: list[str]


def sweep(bridge: Bridge) -> Due:
    """One round."""
    end_leases(bridge)
    retry_unknown(bridge)
    linked = bridge.ledger.write(late_matches.link)
    if linked:
        _logger.info("results found their interview", count=linked)
    invited = bridge.ledger.write(invitations.follow_overlooked)
    if invited:
        _logger.info("candidates were invited late", count=invited)
    remind(bridge)
    probe_paused(bridge)
    follow_decisions(bridge)
    release_deliveries(bridge)
    noticing.finished_batches(bridge)
    noticing.quiet_sources(bridge)
    seal_again(bridge)
    erase_again(bridge)
    end_what_is_old(bridge)
    due = bridge.ledger.read(requests.due)
    unread = bridge.ledger.read(lambda tx: events.unread(tx, MOST_AT_ONCE))
    return Due(unread, sorted({organization for organization, _ in due}))


def end_leases(bridge: Bridge) -> None:
    """Attempts whose time is over, whatever became of their worker."""
    end(bridge, bridge.ledger.read(lambda tx: attempts.expired(tx, MOST_AT_ONCE)))


def end(bridge: Bridge, ids: Iterable[str]) -> None:
    """End the leases of these attempts, each in a transaction of its own."""
    for attempt_id in ids:
        state = bridge.ledger.write(lambda tx, one=attempt_id: settling.end_lease(tx, one))  # type: ignore[misc]  # a default binds it
        if state is not None:
            _logger.warning("a lease ended", attempt=attempt_id, request_is=state)


def retry_unknown(bridge: Bridge) -> None:
    """Where the policy says so, an unknown is sent again after its quarantine, as often as it allows."""
    wait = bridge.settings.bridge.quarantine

    def unit(tx: Tx, organization: str, most: int) -> None:
        for found in requests.unknown(tx, organization):
            # Looked at again under its lock: a person may have decided meanwhile, and it be unknown anew.
            request = requests.get(tx, found.id, lock=True)
            assert request is not None, "requests are never deleted"
            newest = attempts.past(tx, request.id)[0]
            over = quarantine.ends_at(newest.lease_until, wait) <= tx.now()
            if over and request.unknown_retries < most:
                changes = {"due_at": tx.now(), "because": None, "unknown_retries": request.unknown_retries + 1}
                requests.move(tx, request.id, {State.UNKNOWN}, State.WAITING, **changes)

    for name, organization in bridge.settings.organizations.items():
        if organization.on_unknown == "retry":
            most = organization.max_unknown_retries
            bridge.ledger.write(lambda tx, one=name, most=most: unit(tx, one, most))  # type: ignore[misc]  # defaults bind them


def remind(bridge: Bridge) -> None:
    """Candidates who were invited and have not been heard of, where their source wants it."""
    for source in bridge.settings.sources.values():
        if source.reminders:
            count = bridge.ledger.write(lambda tx, one=source: invitations.remind(tx, one.name, one.reminders))  # type: ignore[misc]  # a default binds it
            if count:
                _logger.info("candidates are reminded", source=source.name, count=count)


def release_deliveries(bridge: Bridge, *, boot_id: str | None = None) -> None:
    """Deliveries whose lease is over, or whose process has ended: they are sent again, under the same id."""
    left = bridge.ledger.read(lambda tx: deliveries.expired(tx, boot_id=boot_id))
    if left:
        count = bridge.ledger.write(lambda tx: deliveries.release(tx, left))
        _logger.warning("deliveries are sent again", count=count)


def follow_decisions(bridge: Bridge) -> None:
    """Batches that were paused, resumed or cancelled, and whose requests do not say so yet."""
    for batch_id in bridge.ledger.read(batches.lagging):
        deciding.follow(bridge.ledger, batch_id)


def seal_again(bridge: Bridge) -> None:
    """A part of what is not sealed with the newest key: the data key was rotated, or the data is older than any key."""
    done = 0
    for _ in range(PARTS_AT_ONCE):
        sealed = bridge.ledger.write(resealing.reseal)
        done += sealed
        if not sealed:
            break
    if done:
        _logger.info("rows were sealed with the newest data key", count=done)


def erase_again(bridge: Bridge) -> None:
    """What a restored backup has brought back, and what a broken off erasure has left."""
    count = erasing.finish(bridge)
    if count:
        _logger.warning("data of people who were erased was found and erased again", count=count)


def end_what_is_old(bridge: Bridge) -> None:
    """What was kept for as long as its organization wants it."""
    for one in retaining.look_after(bridge):
        _logger.info("what is old has gone", organization=one.organization, kind=one.kind, count=one.rows)


def probe_paused(bridge: Bridge) -> None:
    """Ping the paused organizations whose time has come."""
    now = bridge.ledger.read(lambda tx: tx.now())
    for pause in bridge.ledger.read(organizations.all_paused):
        is_due = pause.probe_at is not None and pause.probe_at <= now
        if is_due and pause.organization in bridge.settings.organizations:
            accepted = pinging.probe(bridge, pause.organization)
            _logger.info("paused organization probed", organization=pause.organization, accepted=accepted)
