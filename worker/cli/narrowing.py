"""Filters of a list. One that nothing can fit is wrong usage: a misspelt name must not show an empty list."""

from collections.abc import Collection

import click

from config.wording import ended, one_of, shown
from worker.assembly import Bridge
from worker.cli import settings
from worker.events.reader import COMPLETIONS
from worker.ledger import batches, events, targets
from worker.ledger.delivery_lists import DeliveryFilters
from worker.ledger.listing import Filters


def filters(bridge: Bridge, wanted: Filters) -> Filters:
    """As they are. Raises click.UsageError. A source that has left the configuration keeps its events and requests."""
    _check("--organization", wanted.organization, bridge.settings.organizations)
    gone = wanted.source is not None and bridge.ledger.read(lambda tx: events.is_of(tx, wanted.source or ""))
    _check("--source", None if gone else wanted.source, [*bridge.settings.sources, COMPLETIONS])
    batch = wanted.batch
    if batch is not None and not bridge.ledger.read(lambda tx: batches.exists(tx, batch)):
        raise click.UsageError(f"--batch: there is no batch {shown(batch)}.", click.get_current_context())
    return wanted


def _check(option: str, value: str | None, known: Collection[str]) -> None:
    if value is not None and value not in known:
        expected = one_of(value, sorted(known)) if known else "the configuration has none"
        sentence = ended(f"{option}: {shown(value)} is not configured; {expected}")
        raise click.UsageError(sentence, click.get_current_context())


def of_deliveries(bridge: Bridge, wanted: DeliveryFilters) -> None:
    """Raises click.UsageError. A target that has left the configuration keeps its deliveries."""
    _check("--organization", wanted.organization, bridge.settings.organizations)
    _check("--target", wanted.target, _targets(bridge))


def target(bridge: Bridge, name: str) -> None:
    """One that is configured, or was. Raises click.UsageError."""
    settings.named("target", name, dict.fromkeys(_targets(bridge)))


def _targets(bridge: Bridge) -> set[str]:
    return {*bridge.settings.targets, *(one.name for one in bridge.ledger.read(targets.standings))}
