"""Requests as a list: the address holds the filter and the place, so it can be shared."""

from flask import g, render_template, request

from web import problems
from web.context import context
from web.naming import is_id
from web.problems import Problem
from worker import shown
from worker.domain.request import State
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.shown import Shown

ON_A_PAGE = 50


def page() -> str:
    """Newest first."""
    state = request.args.get("state") or None
    batch, cursor = (request.args.get(name) or None for name in ("batch", "cursor"))
    is_odd = any(one is not None and not is_id(one) for one in (batch, cursor))
    if is_odd or (state is not None and state not in list(State)):
        raise Problem(problems.NOT_FOUND)
    timing = context().bridge.timing

    def unit(tx: Tx) -> tuple[list[Shown], str | None]:
        found = listing.requests_page(tx, Filters(state=state, batch=batch), ON_A_PAGE, cursor)
        return shown.request_list(tx, found.items, timing), found.next

    items, following = context().bridge.ledger.read(unit)
    return render_template(
        "request_list.html",
        items=items,
        following=following,
        state=state,
        batch=batch,
        states=list(State),
        signed_in=g.signed_in,
    )
