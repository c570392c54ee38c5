"""Filters of a list. One that nothing can fit is wrong usage: a misspelt name must not show an empty list."""

from collections.abc import Iterable

import click

from config.wording import ended, one_of, shown
from worker.assembly import Bridge
from worker.events.reader import COMPLETIONS
from worker.ledger import batches, targets
from worker.ledger.delivery_lists import DeliveryFilters
from worker.ledger.listing import Filters


def filters(bridge: Bridge, wanted: Filters) -> Filters:
    """As they are. Raises click.UsageError."""
    settings = bridge.settings
    _check("--organization", wanted.organization, settings.organizations)
    _check("--source", wanted.source, [*settings.sources, COMPLETIONS])
    batch = wanted.batch
    if batch is not None and not bridge.ledger.read(lambda tx: batches.exists(tx, batch)):
        raise click.UsageError(f"--batch: there is no batch {shown(batch)}.", click.get_current_context())
    return wanted


def _check(option: str, value: str | None, known: Iterable[str]) -> None:
    if value is not None and value not in known:
        sentence = ended(f"{option}: {shown(value)} is not configured; {one_of(value, sorted(known))}")
        raise click.UsageError(sentence, click.get_current_context())


def of_deliveries(bridge: Bridge, wanted: DeliveryFilters) -> None:
    """Raises click.UsageError. A target that has left the configuration keeps its deliveries."""
    _check("--organization", wanted.organization, bridge.settings.organizations)
    known = [one.name for one in bridge.ledger.read(targets.standings)]
    _check("--target", wanted.target, [*bridge.settings.targets, *known])
