"""Deliveries: what was told to targets, what waits, and why."""

from typing import Any

from flask import Response, jsonify
from pydantic import Field

from web import delivery_decisions, problems
from web.api import paging
from web.api.paging import Paging
from web.api.reading import Lenient
from web.api.resource import resource, success
from web.context import context
from worker import shown_deliveries
from worker.domain.delivery import DeliveryState
from worker.domain.message import Happened
from worker.ledger import deliveries, delivery_lists, targets
from worker.ledger.connection import Tx
from worker.ledger.delivery_lists import DeliveryFilters
from worker.ledger.listing import Filters
from worker.operators import Refusal

RESOURCE = resource("deliveries", "deliveries")


class DeliveryPath(Lenient):
    """Which delivery."""

    delivery_id: str = Field(description="the id of a delivery")


class DeliveryQuery(Paging):
    """Which deliveries."""

    state: str | None = Field(default=None, description="a state")
    organization: str | None = Field(default=None, description="the name of an organization")
    target: str | None = Field(default=None, description="the name of a target")
    event: str | None = Field(default=None, description="an event, such as interview.created")


@RESOURCE.get("", summary="List deliveries", responses=success(200, "A page of deliveries."))
def list_deliveries(query: DeliveryQuery) -> Response:
    """Newest first."""
    paging.checked(Filters(query.state, query.organization), list(DeliveryState), query.cursor)
    known = [one.name for one in context().bridge.ledger.read(targets.standings)]
    paging.expect({"target": (query.target, known), "event": (query.event, list(Happened))})
    filters = DeliveryFilters(query.state, query.organization, query.target, query.event)

    def unit(tx: Tx) -> dict[str, Any]:
        page = delivery_lists.page(tx, filters, query.limit, query.cursor)
        return paging.listed(page, lambda items: shown_deliveries.delivery_list(tx, items))

    return paging.answered(unit)


@RESOURCE.get("/<delivery_id>", summary="One delivery", responses=success(200, "The delivery with its tries."))
def one_delivery(path: DeliveryPath) -> Response:
    """With what the target answered to each try, cut short."""

    def unit(tx: Tx) -> dict[str, Any] | None:
        found = deliveries.get(tx, path.delivery_id)
        return None if found is None else shown_deliveries.one_delivery(tx, found)

    return paging.one("delivery", path.delivery_id, unit)


@RESOURCE.post("/<delivery_id>/resend", summary="Send a delivery again", responses=success(202, "It will be sent."))
def resend(path: DeliveryPath) -> Response:
    """Whatever became of it, under the same id. 409 while it is on its way."""
    try:
        told = delivery_decisions.resend(path.delivery_id)
    except Refusal as refusal:
        raise problems.refused(refusal) from None
    response = jsonify(told)
    response.status_code = 202
    response.headers["Location"] = f"/api/v1/deliveries/{path.delivery_id}"
    return response
