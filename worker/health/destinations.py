"""Where links and results go: targets that get nothing, or that do not answer as they should."""

from collections.abc import Iterator, Mapping

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
        mine = {state: count for (name, state), count in counted.items() if name == one.name}
        if one.gone_at is None or mine.get(DeliveryState.WAITING):
            yield _check(bridge, one, mine)


def _check(bridge: Bridge, one: Standing, counted: Mapping[DeliveryState, int]) -> Check:
    waiting, failed = counted.get(DeliveryState.WAITING, 0), counted.get(DeliveryState.FAILED, 0)
    name, where = f"target {one.name}", place(bridge.settings, f"targets.{one.name}")
    kept = f" Deliveries that wait for it: {waiting}." if waiting else ""
    trouble = delays.trouble(one.destination)
    if trouble is not None:
        return Check(name, State.WARN, f"{trouble.text}{kept}", trouble.action, where)
    has_taken = counted.get(DeliveryState.DELIVERED, 0) > 0
    taken = f"{one.name} takes what is sent." if has_taken else f"Nothing is known to have reached {one.name} yet."
    if failed:
        sentence = f"{taken} Deliveries that were given up: {failed}."
        return Check(
            name, State.WARN, sentence, f"Send them again: sprout deliveries recover --since 3d --target {one.name}"
        )
    return Check(name, State.OK, f"{taken}{kept}")
