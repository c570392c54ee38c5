"""Events: deliveries as they came, and what became of them."""

from typing import Any

from flask import Response, jsonify
from pydantic import Field

from web import problems
from web.api import paging
from web.api.paging import Paging
from web.api.reading import Lenient
from web.api.resource import resource, success
from web.context import context, person
from web.naming import is_id
from web.problems import Problem
from worker import shown
from worker.ledger import audit, events, listing
from worker.ledger.connection import Tx
from worker.ledger.events import EventState
from worker.ledger.listing import Filters

RESOURCE = resource("events", "events")


class EventPath(Lenient):
    """Which event."""

    event_id: str = Field(description="the id of an event")


class EventQuery(Paging):
    """Which events."""

    state: str | None = Field(default=None, description="a state")
    organization: str | None = Field(default=None, description="the name of an organization")
    source: str | None = Field(default=None, description="the name of a source")


@RESOURCE.get("", summary="List events", responses=success(200, "A page of events."))
def list_events(query: EventQuery) -> Response:
    """Newest first."""
    filters = paging.checked(Filters(query.state, query.organization, query.source), list(EventState), query.cursor)

    def unit(tx: Tx) -> dict[str, Any]:
        page = listing.events_page(tx, filters, query.limit, query.cursor)
        return paging.listed(page, lambda items: [shown.event(one) for one in items])

    return paging.answered(unit)


@RESOURCE.get("/<event_id>", summary="One event", responses=success(200, "The event."))
def one_event(path: EventPath) -> Response:
    """Without its bytes."""

    def unit(tx: Tx) -> dict[str, Any] | None:
        found = events.get(tx, path.event_id)
        return None if found is None else shown.event(found)

    return paging.one("event", path.event_id, unit)


@RESOURCE.post("/<event_id>/replay", summary="Read an event again", responses=success(202, "It will be read."))
def replay(path: EventPath) -> Response:
    """What it says is done once: reading it again doubles nothing."""

    def unit(tx: Tx) -> dict[str, Any] | None:
        if events.get(tx, path.event_id, lock=True) is None:
            return None
        events.reopen(tx, path.event_id)
        audit.record(tx, person().name, "replay", path.event_id, {})
        found = events.get(tx, path.event_id)
        return None if found is None else shown.event(found)

    told = context().bridge.ledger.write(unit) if is_id(path.event_id) else None
    if told is None:
        raise Problem(problems.NOT_FOUND, "There is no event of that id.")
    context().hinting.read(path.event_id)
    response = jsonify(told)
    response.status_code = 202
    response.headers["Location"] = f"/api/v1/events/{path.event_id}"
    return response
