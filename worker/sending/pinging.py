"""Pings: is the key accepted? They spend slots of the default tier, before whatever waits there."""

import time

from worker import ids
from worker.assembly import Bridge
from worker.domain.outcome import Attempt, BudgetNews, Evidence
from worker.ledger import attempts, organizations, settling
from worker.ledger.connection import Tx
from worker.sending.guard import Guard, uptime
from worker.talentsprout import client, verdict


def ping(bridge: Bridge, organization: str) -> verdict.PingAnswer:
    """Ask once, when a slot is open. A paused organization whose key is accepted resumes."""
    held = _slot(bridge, organization)
    settings = bridge.settings.bridge
    configured = bridge.settings.organizations[organization]
    guard = Guard(bridge.ledger, held, settings.call_deadline, settings.lease_margin, uptime())
    exchange = client.ping(
        configured.base_url,
        configured.api_key,
        times=client.Times.of(settings.call_deadline, settings.lease_margin),
        guard=guard,
    )
    answer = verdict.judge_ping(exchange, now=held.slot_at, window=configured.limits.default.window)

    news = answer.news if isinstance(answer, verdict.Accepted | verdict.Odd) else BudgetNews()

    def settle(tx: Tx) -> None:
        settling.settle_ping(tx, held.id, Evidence(status=exchange.status, trouble=exchange.trouble), news)
        if isinstance(answer, verdict.Accepted):
            organizations.probed(tx, organization, accepted=True)

    bridge.ledger.write(settle)
    return answer


def probe(bridge: Bridge, organization: str) -> bool:
    """Ask whether a paused organization may go on; if not, ask again after twice the time."""
    accepted = isinstance(ping(bridge, organization), verdict.Accepted)
    if not accepted:
        bridge.ledger.write(lambda tx: organizations.probed(tx, organization, accepted=False))
    return accepted


def _slot(bridge: Bridge, organization: str) -> Attempt:
    settings = bridge.settings.bridge
    lease = settings.call_deadline + settings.lease_margin
    while True:
        held = bridge.ledger.write(lambda tx: attempts.claim_ping(tx, organization, ids.new_id(), lease))
        if isinstance(held, Attempt):
            return held
        assert held.wait is not None, "a ping does not wait for a call on trial"
        time.sleep(held.wait.total_seconds())
