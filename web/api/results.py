"""Results: what TalentSprout says of candidates' interviews."""

from typing import Any

from flask import Response
from pydantic import Field

from web.api import paging
from web.api.paging import Paging
from web.api.reading import Lenient
from web.api.resource import resource, success
from worker import shown
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters

RESOURCE = resource("results", "results")
STATES = ("matched", "unmatched")


class ResultPath(Lenient):
    """Which result."""

    result_id: str = Field(description="the id of a result")


class ResultQuery(Paging):
    """Which results."""

    state: str | None = Field(default=None, description="matched or unmatched")
    organization: str | None = Field(default=None, description="the name of an organization")


@RESOURCE.get("", summary="List results", responses=success(200, "A page of results."))
def list_results(query: ResultQuery) -> Response:
    """Newest first, without evaluation, transcript and recording."""
    filters = paging.checked(Filters(query.state, query.organization), STATES, query.cursor)

    def unit(tx: Tx) -> dict[str, Any]:
        page = listing.results_page(tx, filters, query.limit, query.cursor)
        return paging.listed(page, lambda items: [shown.result(one) for one in items])

    return paging.answered(unit)


@RESOURCE.get("/<result_id>", summary="One result", responses=success(200, "The result, with its evaluation."))
def one_result(path: ResultPath) -> Response:
    """With evaluation, transcript and recording."""

    def unit(tx: Tx) -> dict[str, Any] | None:
        found = listing.one_result(tx, path.result_id)
        return None if found is None else shown.one_result(found)

    return paging.one("result", path.result_id, unit)
