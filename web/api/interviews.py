"""Interviews: what exists at TalentSprout, under TalentSprout's own ids."""

from typing import Any

from flask import Response
from pydantic import Field

from web.api import paging
from web.api.paging import Paging
from web.api.reading import Lenient
from web.api.resource import resource, success
from worker import shown
from worker.ledger import interviews, listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters

RESOURCE = resource("interviews", "interviews")


class InterviewPath(Lenient):
    """Which interview."""

    interview_id: str = Field(description="TalentSprout's id of an interview")


class InterviewQuery(Paging):
    """Which interviews."""

    organization: str | None = Field(default=None, description="the name of an organization")


@RESOURCE.get("", summary="List interviews", responses=success(200, "A page of interviews."))
def list_interviews(query: InterviewQuery) -> Response:
    """Last stored first."""
    filters = paging.checked(Filters(organization=query.organization), [], query.cursor)

    def unit(tx: Tx) -> dict[str, Any]:
        page = listing.interviews_page(tx, filters, query.limit, query.cursor)
        return paging.listed(page, lambda items: shown.interview_list(tx, items))

    return paging.answered(unit)


@RESOURCE.get("/<interview_id>", summary="One interview", responses=success(200, "The interview."))
def one_interview(path: InterviewPath) -> Response:
    """As TalentSprout gave it, with its origin and the request that it belongs to."""

    def unit(tx: Tx) -> dict[str, Any] | None:
        found = interviews.get(tx, path.interview_id)
        return None if found is None else shown.interview(tx, found)

    return paging.one("interview", path.interview_id, unit)
