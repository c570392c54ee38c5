"""Applications, under /candidates: who applied for what, as an ATS tells, who was invited, and what became of it."""

from typing import Any

from flask import Response, jsonify
from pydantic import Field

from web import problems, recruiting_decisions
from web.api import paging
from web.api.paging import Paging
from web.api.reading import Lenient, Strict
from web.api.resource import resource, success
from web.context import context
from worker import shown_candidates
from worker.domain.application import Application, Invitation
from worker.ledger import applications, listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.operators import Refusal

RESOURCE = resource("applications", "candidates")
STATES = tuple(Invitation)


class CandidatePath(Lenient):
    """Which application."""

    candidate_id: str = Field(description="the id of an application here")


class CandidateQuery(Paging):
    """Which applications."""

    state: str | None = Field(default=None, description=f"the invitation's: {', '.join(STATES)}")
    organization: str | None = Field(default=None, description="the name of an organization")
    source: str | None = Field(default=None, description="the name of a source")
    job: str | None = Field(default=None, max_length=255, description="the ATS's id of a job or a requisition")


class Resend(Strict):
    """To which interview, and what was seen when it was decided."""

    interview_id: str | None = Field(
        default=None, description="the interview that the link leads to, where it is unclear"
    )
    sent: int | None = Field(
        default=None, description="how often the link had gone out; 409 where it has gone out since"
    )


@RESOURCE.get("", summary="List candidates", responses=success(200, "A page of applications."))
def list_candidates(query: CandidateQuery) -> Response:
    """Newest first, without personal links."""
    wanted = Filters(query.state, query.organization, query.source, job=query.job)
    filters = paging.checked(wanted, STATES, query.cursor)

    def unit(tx: Tx) -> dict[str, Any]:
        page = listing.applications_page(tx, filters, query.limit, query.cursor)
        return paging.listed(page, lambda items: shown_candidates.application_list(tx, items))

    return paging.answered(unit)


@RESOURCE.get("/<candidate_id>", summary="One candidate", responses=success(200, "The application, with its results."))
def one_candidate(path: CandidatePath) -> Response:
    """With the personal link, the results and what was done."""

    def unit(tx: Tx) -> dict[str, Any] | None:
        found = applications.get(tx, path.candidate_id)
        return None if found is None else _shown(tx, found)

    return paging.one("candidate", path.candidate_id, unit)


@RESOURCE.post("/<candidate_id>/resend", summary="Send the link again", responses=success(200, "The application."))
def resend(path: CandidatePath, body: Resend) -> Response:
    """409 where the application does not stand at the stage, or no interview can be chosen."""
    try:
        return jsonify(recruiting_decisions.resend(path.candidate_id, body.interview_id, body.sent, _shown))
    except Refusal as refusal:
        raise problems.refused(refusal) from None


def _shown(tx: Tx, found: Application) -> dict[str, Any]:
    return shown_candidates.one_application(tx, found, context().bridge.settings)
