"""Where links and results go: targets that get nothing, or that do not answer as they should."""

from collections.abc import Iterator

from worker.assembly import Bridge
from worker.domain.delivery import DeliveryState
from worker.health.check import Check, State, place
from worker.ledger import delivery_lists, targets
from worker.ledger.connection import Tx
from worker.ledger.targets import Standing
from worker.policy import delays


def destinations(bridge: Bridge) -> Iterator[Check]:
    """Each configured target; one that has left the configuration only while something waits for it."""

    def unit(tx: Tx) -> tuple[list[Standing], dict[tuple[str, DeliveryState], int]]:
        return targets.standings(tx), delivery_lists.counts(tx)

    standings, counted = bridge.ledger.read(unit)
    for one in standings:
        waiting = counted.get((one.name, DeliveryState.WAITING), 0)
        if one.gone_at is None or waiting:
            yield _check(bridge, one, waiting, counted.get((one.name, DeliveryState.FAILED), 0))


def _check(bridge: Bridge, one: Standing, waiting: int, failed: int) -> Check:
    name, where = f"target {one.name}", place(bridge.settings, f"targets.{one.name}")
    kept = f" Deliveries that wait for it: {waiting}." if waiting else ""
    trouble = delays.trouble(one.destination)
    if trouble is not None:
        return Check(name, State.WARN, f"{trouble.text}{kept}", trouble.action, where)
    if failed:
        sentence = f"{one.name} takes what is sent. Deliveries that were given up: {failed}."
        return Check(
            name, State.WARN, sentence, f"Send them again: sprout deliveries recover --since 3d --target {one.name}"
        )
    return Check(name, State.OK, f"{one.name} takes what is sent.{kept}")
