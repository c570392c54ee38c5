"""Pings: is the key accepted? They spend slots of the default tier, before whatever waits there."""

import time
from datetime import timedelta

from worker import ids, log
from worker.assembly import Bridge
from worker.domain.outcome import Attempt, BudgetNews, Evidence
from worker.ledger import attempts, organizations, settling
from worker.ledger.connection import Tx
from worker.sending.guard import Guard, uptime
from worker.talentsprout import client, verdict

_logger = log.named(__name__)
LONGEST_PING = timedelta(seconds=10)  # it may be repeated, and who pings a paused organization has leases to end


def ping(bridge: Bridge, organization: str) -> verdict.PingAnswer:
    """Ask once, when a slot is open.

    An organization that is paused for its key resumes if the key is accepted; one whose key is another account's pauses.
    """
    while True:
        held = _claim(bridge, organization)
        if isinstance(held, Attempt):
            return _ask(bridge, organization, held)
        assert held.wait is not None, "a ping does not wait for a call on trial"
        time.sleep(held.wait.total_seconds())


def notice_new_keys(bridge: Bridge) -> None:
    """Before a worker sends anything: with a key that is not the one of the last start, nothing is sent until it was pinged.

    It may belong to another account, and interviews would come to be where nobody looks for them.
    """
    for name, one in bridge.settings.organizations.items():
        print_of, first = one.api_key.fingerprint(), bridge.settings.bridge.probe
        if bridge.ledger.write(lambda tx, name=name: organizations.notice_key(tx, name, print_of, first)):  # type: ignore[misc]  # noqa: B023 - run at once
            _logger.info("the API key is another one: asked about before anything is sent", organization=name)


def probe(bridge: Bridge, organization: str) -> bool:
    """Ask whether a paused organization may go on; if not, ask again after twice the time. Without a slot, at the next sweep."""
    held = _claim(bridge, organization)
    if not isinstance(held, Attempt):
        return False
    accepted = isinstance(_ask(bridge, organization, held), verdict.Accepted)
    if not accepted:
        bridge.ledger.write(lambda tx: organizations.probed(tx, organization, accepted=False))
    return accepted


def _claim(bridge: Bridge, organization: str) -> Attempt | attempts.NoSlot:
    settings = bridge.settings.bridge
    lease = settings.call_deadline + settings.lease_margin
    return bridge.ledger.write(lambda tx: attempts.claim_ping(tx, organization, ids.new_id(), lease))


def _ask(bridge: Bridge, organization: str, held: Attempt) -> verdict.PingAnswer:
    settings = bridge.settings.bridge
    configured = bridge.settings.organizations[organization]
    guard = Guard(bridge.ledger, held, settings.call_deadline, settings.lease_margin, uptime())
    exchange = client.ping(
        configured.base_url,
        configured.api_key,
        times=client.Times.of(min(settings.call_deadline, LONGEST_PING), settings.lease_margin),
        guard=guard,
    )
    answer = verdict.judge_ping(exchange, now=held.slot_at, window=configured.limits.default.window)
    news = answer.news if isinstance(answer, verdict.Accepted | verdict.Odd) else BudgetNews()

    def settle(tx: Tx) -> verdict.PingAnswer:
        settling.settle_ping(tx, held.id, Evidence(status=exchange.status, trouble=exchange.trouble), news)
        return _taken(tx, organization, answer, settings.probe) if isinstance(answer, verdict.Accepted) else answer

    return bridge.ledger.write(settle)


def _taken(tx: Tx, organization: str, answer: verdict.Accepted, first_probe: timedelta) -> verdict.PingAnswer:
    """What an accepted key changes."""
    known = organizations.other_account(tx, organization, answer.organization_id)
    if known is None or answer.organization_id is None:
        organizations.probed(tx, organization, accepted=True)
        return answer
    facts = {"account": answer.organization_id, "known_account": known}
    organizations.refuse_account(tx, organization, facts, first_probe)
    return verdict.OtherAccount(answer.organization_id, known)
