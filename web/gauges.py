"""What the ledger counts, read when Prometheus asks. Labels are names from the configuration and states, never ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from web.readiness import Readiness
from worker.assembly import Bridge
from worker.domain.delivery import DeliveryState
from worker.domain.request import State
from worker.ledger import budgets, delivery_lists, listing, organizations, processes, targets
from worker.ledger.budgets import Standing
from worker.ledger.connection import LedgerFault, Tx
from worker.ledger.events import EventState
from worker.policy import delays


@dataclass(frozen=True)
class Counted:
    """The ledger at one moment."""

    requests: dict[tuple[str, State], int]
    events: dict[tuple[str, str], int]
    oldest_due: timedelta
    paused: frozenset[str]
    budgets: list[Standing]
    workers: int
    deliveries: dict[tuple[str, DeliveryState], int]
    targets: list[targets.Standing]


class Gauges(Collector):
    """One scrape's view of the ledger."""

    def __init__(self, bridge: Bridge, readiness: Readiness) -> None:
        self._bridge = bridge
        self._readiness = readiness

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families; of a ledger that is away only that it is."""
        counted = self._count()
        answers = float(counted is not None)
        yield GaugeMetricFamily("sprout_ledger_answers", "1 where the database answers, else 0.", value=answers)
        if counted is not None:
            yield from _requests(counted, sorted(self._bridge.settings.organizations))
            yield from _others(counted, sorted(self._bridge.settings.organizations))
            yield from _budgets(counted)
            yield from _targets(counted)

    def _count(self) -> Counted | None:
        if self._readiness.database_trouble() is not None:
            return None
        try:
            return self._bridge.ledger.read(lambda tx: count(tx, self._bridge.timing.silence))
        except LedgerFault:
            return None


def count(tx: Tx, silence: timedelta) -> Counted:
    """Read everything in one transaction. A worker that was silent for longer than `silence` counts as gone."""
    now = tx.now()
    oldest = listing.oldest_due(tx)
    return Counted(
        requests=listing.counts(tx),
        events=listing.event_counts(tx),
        oldest_due=timedelta(0) if oldest is None else max(now - oldest.due_at, timedelta(0)),
        paused=frozenset(one.organization for one in organizations.all_paused(tx)),
        budgets=budgets.standings(tx),
        deliveries=delivery_lists.counts(tx),
        targets=targets.standings(tx),
        workers=sum(now - one.seen_at < silence for one in processes.known(tx)),
    )


def _requests(counted: Counted, names: list[str]) -> Iterator[GaugeMetricFamily]:
    """Zeros are told too: an alert on a series that is not there never fires."""
    by_state = GaugeMetricFamily("sprout_requests", "Requests by state.", labels=["organization", "state"])
    everyone = sorted({*names, *(name for name, _ in counted.requests)})
    for name in everyone:
        for state in State:
            by_state.add_metric([name, state.value], counted.requests.get((name, state), 0))
    yield by_state
    for state, about in ((State.UNKNOWN, "may or may not exist"), (State.HELD, "a person must change something")):
        needs = GaugeMetricFamily(f"sprout_{state}_requests", f"Requests of which: {about}.", labels=["organization"])
        for name in everyone:
            needs.add_metric([name], counted.requests.get((name, state), 0))
        yield needs


def _others(counted: Counted, names: list[str]) -> Iterator[GaugeMetricFamily]:
    events = GaugeMetricFamily("sprout_events", "Deliveries by state.", labels=["source", "state"])
    for source in sorted({source for source, _ in counted.events}):
        for state in EventState:
            events.add_metric([source, state.value], counted.events.get((source, state), 0))
    yield events
    paused = GaugeMetricFamily("sprout_organization_paused", "1 while nothing is sent.", labels=["organization"])
    for name in names:
        paused.add_metric([name], float(name in counted.paused))
    yield paused
    yield GaugeMetricFamily(
        "sprout_oldest_due_seconds",
        "For how long the longest-due request has waited.",
        value=counted.oldest_due.total_seconds(),
    )
    yield GaugeMetricFamily("sprout_workers_alive", "Workers that have reported lately.", value=counted.workers)


def _targets(counted: Counted) -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("sprout_deliveries_waiting", "Deliveries that are to be sent.", labels=["target"])
    failed = GaugeMetricFamily("sprout_deliveries_failed", "Deliveries that were given up.", labels=["target"])
    ill = GaugeMetricFamily("sprout_target_failing", "1 while a target takes nothing, or is paused.", labels=["target"])
    for one in counted.targets:
        waiting.add_metric([one.name], counted.deliveries.get((one.name, DeliveryState.WAITING), 0))
        failed.add_metric([one.name], counted.deliveries.get((one.name, DeliveryState.FAILED), 0))
        ill.add_metric([one.name], float(delays.trouble(one.destination) is not None))
    yield waiting
    yield failed
    yield ill


def _budgets(counted: Counted) -> Iterator[GaugeMetricFamily]:
    labels = ["organization", "tier"]
    used = GaugeMetricFamily("sprout_budget_used", "Calls in the window that ends now.", labels=labels)
    limit = GaugeMetricFamily("sprout_budget_limit", "Calls that a window allows.", labels=labels)
    for one in counted.budgets:
        used.add_metric([one.organization, one.tier.value], one.used)
        limit.add_metric([one.organization, one.tier.value], one.view.limit)
    yield used
    yield limit
