"""Candidates: who applied for what, where the invitation stands, what came of it. The address holds the filter and the place.

Found by ids alone: of people the bridge keeps names only where a source asks for it, sealed, and nobody's name is searched.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Response, g, render_template, request

from web import access, problems
from web.context import context
from web.naming import is_id
from web.problems import Problem
from worker.domain.application import Invitation
from worker.ledger import applications, listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.shown_candidates import Shown, application_list

ON_A_PAGE = 50
FILTERS = ("state", "job", "source", "cursor")


@dataclass(frozen=True)
class Found:
    """What the page lists. `named` is the id that was looked for."""

    items: list[Shown]
    following: str | None
    named: str | None = None


def page() -> Response:
    """Newest first; an id that only one application bears leads to its page."""
    named = (request.args.get("id") or "").strip()
    if named:
        return _named(named)
    asked = {name: request.args.get(name) or None for name in FILTERS}
    state, cursor = asked["state"], asked["cursor"]
    ids = (asked["job"], asked["source"], cursor)
    if state not in (None, *Invitation) or any(one is not None and not is_id(one) for one in ids):
        raise Problem(problems.NOT_FOUND)

    def unit(tx: Tx) -> Found:
        wanted = Filters(state=state, source=asked["source"], job=asked["job"])
        found = listing.applications_page(tx, wanted, ON_A_PAGE, cursor)
        return Found(application_list(tx, found.items), found.next)

    return _rendered(context().bridge.ledger.read(unit), {name: asked[name] for name in FILTERS[:3]})


def address(**filters: str | None) -> str:
    """The page with these filters."""
    told = urlencode({name: value for name, value in filters.items() if value})
    return f"/candidates?{told}" if told else "/candidates"


def _named(named: str) -> Response:
    """By whatever id: ours or its start, the ATS's, what a link carried, a session."""

    def unit(tx: Tx) -> Found:
        found = applications.named(tx, named, ON_A_PAGE)
        begun = [] if found else listing.starting_with(tx, "candidate", named.lower(), ON_A_PAGE)
        found = found or [one for name in begun if (one := applications.get(tx, name)) is not None]
        return Found(application_list(tx, found), None, named)

    found = context().bridge.ledger.read(unit) if is_id(named) else Found([], None, named)
    if len(found.items) == 1:
        return access.go_to(f"/candidates/{quote(found.items[0]['id'], safe='')}")
    return _rendered(found, dict.fromkeys(FILTERS[:3]))


def _rendered(found: Found, filters: dict[str, str | None]) -> Response:
    text = render_template(
        "candidates.html",
        found=found,
        filters=filters,
        states=list(Invitation),
        address=address,
        signed_in=g.signed_in,
    )
    return Response(text)
