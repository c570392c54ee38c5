"""Deliveries: each target, and what was told to it or waits. The address holds the filter and the place, so it can be shared."""

from collections.abc import Callable

from flask import Response, g, render_template, request

from web import access, delivery_decisions, problems
from web.context import context
from web.naming import is_id
from web.problems import Problem
from worker import shown_deliveries
from worker.domain.delivery import DeliveryState
from worker.ledger import delivery_lists
from worker.ledger.connection import Tx
from worker.ledger.delivery_lists import DeliveryFilters
from worker.operators import Refusal
from worker.shown_deliveries import Shown

ON_A_PAGE = 50


def page() -> str:
    """Newest first."""
    asked = {name: request.args.get(name) or None for name in ("state", "target", "cursor")}
    state, target, cursor = asked["state"], asked["target"], asked["cursor"]
    if state not in (None, *DeliveryState) or any(one is not None and not is_id(one) for one in (target, cursor)):
        raise Problem(problems.NOT_FOUND)

    def unit(tx: Tx) -> tuple[list[Shown], list[Shown], str | None]:
        found = delivery_lists.page(tx, DeliveryFilters(state=state, target=target), ON_A_PAGE, cursor)
        return shown_deliveries.target_list(tx), shown_deliveries.delivery_list(tx, found.items), found.next

    targets, items, following = context().bridge.ledger.read(unit)
    return render_template(
        "deliveries.html",
        targets=targets,
        items=items,
        following=following,
        state=state,
        target=target,
        states=list(DeliveryState),
        signed_in=g.signed_in,
    )


def resend(delivery_id: str) -> Response:
    """Send it once more."""
    return _decided(lambda: delivery_decisions.resend(delivery_id))


def pause(name: str) -> Response:
    """Send a target nothing more."""
    return _decided(lambda: delivery_decisions.pause(name))


def resume(name: str) -> Response:
    """Send to it again."""
    return _decided(lambda: delivery_decisions.resume(name))


def _decided(decide: Callable[[], Shown]) -> Response:
    """Back to the page that tells it. Raises Problem with what the first of two did."""
    try:
        decide()
    except Refusal as refusal:
        raise problems.refused(refusal) from None
    return access.go_to("/deliveries")
