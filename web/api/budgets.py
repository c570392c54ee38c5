"""Budgets: what each organization may still call, and when the last one in line starts."""

from flask import Response

from web.api import paging
from web.api.resource import resource, success
from worker import shown

RESOURCE = resource("budgets", "budgets")


@RESOURCE.get("", summary="Budgets", responses=success(200, "Every organization's tiers."))
def list_budgets() -> Response:
    """All of them: there are two an organization."""
    return paging.answered(lambda tx: {"items": shown.budget_list(tx), "next": None})
