"""Coverage: the open jobs of sources, and whether each has its link."""

from typing import Any

from flask import Response
from pydantic import Field

from web.api import paging
from web.api.paging import Paging
from web.api.resource import resource, success
from web.context import context
from worker.events import covering
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.policy.covering import Link

RESOURCE = resource("coverage", "coverage")


class CoverageQuery(Paging):
    """Which jobs."""

    source: str | None = Field(default=None, description="the name of a source")
    link: Link | None = Field(default=None, description='"missing", "on_its_way" or "there"')


@RESOURCE.get("", summary="List open jobs", responses=success(200, "A page of jobs, and each source's totals."))
def list_coverage(query: CoverageQuery) -> Response:
    """Those without a link first, and of those the oldest."""
    paging.checked(Filters(source=query.source), [], query.cursor)
    configured = context().bridge.settings.sources
    sources = {name: one for name, one in configured.items() if query.source in (None, name)}

    def unit(tx: Tx) -> dict[str, Any]:
        items, following = covering.page(tx, sources, query.link, query.limit, query.cursor)
        return {"items": items, "next": following, "sources": covering.totals(tx, sources)}

    return paging.answered(unit)
