"""Results: what TalentSprout says of candidates' interviews."""

from typing import Any

from flask import Response, jsonify
from pydantic import Field

from web import problems, recruiting_decisions
from web.api import paging
from web.api.paging import Paging
from web.api.reading import Lenient, Strict
from web.api.resource import resource, success
from worker import shown
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.ledger.results import StoredResult
from worker.operators import Refusal
from worker.proposing import evidence

RESOURCE = resource("results", "results")
STATES = ("matched", "unmatched")


class ResultPath(Lenient):
    """Which result."""

    result_id: str = Field(description="the id of a result")


class ResultQuery(Paging):
    """Which results."""

    state: str | None = Field(default=None, description="matched or unmatched")
    organization: str | None = Field(default=None, description="the name of an organization")


class Attach(Strict):
    """To which job."""

    job: str = Field(description="an interview's id, a request's id or label, or the job's id in its ATS")


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
    """With evaluation, transcript and recording; without an interview, with the reason and those that it may be of."""

    def unit(tx: Tx) -> dict[str, Any] | None:
        found = listing.one_result(tx, path.result_id)
        return None if found is None else _whole(tx, found)

    return paging.one("result", path.result_id, unit)


@RESOURCE.post("/<result_id>/attach", summary="Say which job it belongs to", responses=success(200, "The result."))
def attach(path: ResultPath, body: Attach) -> Response:
    """Of an unmatched result, or of one matched by title. 409 where it is known already, 422 where there is no such job."""
    try:
        return jsonify(recruiting_decisions.attach(path.result_id, body.job, _whole))
    except Refusal as refusal:
        raise problems.refused(refusal) from None


def _whole(tx: Tx, found: StoredResult) -> dict[str, Any]:
    return {**shown.one_result(found), **evidence(tx, found)}
