"""Budgets: what each organization may still call, and when the last one in line starts."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from worker import shown
from web.api import paging

RESOURCE = APIBlueprint(
    "budgets", __name__, url_prefix="/api/v1/budgets", abp_tags=[Tag(name="budgets")], abp_security=[{"token": []}]
)


@RESOURCE.get("", summary="Budgets", responses={"200": {"description": "Every organization's tiers."}})
def list_budgets() -> Response:
    """All of them: there are two an organization."""
    return paging.answered(lambda tx: {"items": shown.budget_list(tx), "next": None})
