"""All questions in order, and the short form for a probe."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from worker.assembly import Bridge
from worker.health import apis, configuration, destinations, network, sealed, stored
from worker.health.check import Check, State
from worker.ledger import schema
from worker.ledger.connection import LedgerFault
from worker.talentsprout.verdict import PingAnswer

Ask = Callable[[str], PingAnswer]


@dataclass(frozen=True)
class Readiness:
    """Each "ok", or what is wrong. Receipts need database and schema; a broker that is away costs latency only."""

    database: str
    schema: str
    broker: str


def doctor(bridge: Bridge, ask: Ask) -> Iterator[Check]:
    """Every check, in the order in which faults follow from one another. `ask` pings an organization by its name."""
    settings = bridge.settings
    yield from configuration.configuration(settings)
    yield configuration.disk(settings)
    found = stored.database(bridge)
    yield found
    yield network.broker(settings)
    if found.state is State.OK:
        yield stored.database_disk(bridge)
        yield stored.database_clock(bridge)
        yield from sealed.data_keys(bridge)
        yield stored.worker(bridge)
        asleep = network.sandbox_asleep(settings)
        if asleep is not None:
            yield asleep
        for one in () if asleep else settings.organizations.values():
            yield network.key(settings, one, ask(one.name))
        yield from stored.pauses(bridge)
        yield from stored.budgets_in_force(bridge)
        yield from apis.source_apis_in_trouble(bridge)
        yield from stored.decisions(bridge)
        yield from stored.quiet_sources(bridge)
        yield from destinations.destinations(bridge)
    yield from network.clocks(settings)
    yield network.public_url(settings)
    yield from configuration.silent_sources(settings)


def ready(bridge: Bridge) -> Readiness:
    """Whether receipts can be stored, and hints be sent."""
    hints = network.broker(bridge.settings)
    told = "ok" if hints.state is State.OK else hints.sentence
    try:
        is_current = schema.is_current(bridge.ledger)
    except LedgerFault as fault:
        return Readiness(f"can't be reached ({type(fault).__name__})", "not known", told)
    return Readiness("ok", "ok" if is_current else "not that of this version: sprout db upgrade", told)
