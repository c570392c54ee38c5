"""Organizations: whether each sends, and a person's word that it must not, or may again."""

from collections.abc import Callable

from flask import Response, jsonify
from pydantic import Field

from web import decisions, problems
from web.api import paging
from web.api.reading import Lenient
from web.api.resource import resource, success
from web.context import context
from worker import shown
from worker.operators import Refusal
from worker.shown import Shown

RESOURCE = resource("organizations", "organizations")
DECIDED = success(200, "The organization as it stands now.")


class OrganizationPath(Lenient):
    """Which organization."""

    name: str = Field(description="the name of an organization")


@RESOURCE.get("", summary="List organizations", responses=success(200, "Every configured organization."))
def list_organizations() -> Response:
    """By name: whether it sends, why not, and how much waits."""
    names = list(context().bridge.settings.organizations)
    return paging.answered(lambda tx: {"items": shown.organization_list(tx, names), "next": None})


@RESOURCE.post("/<name>/pause", summary="Send nothing more of an organization", responses=DECIDED)
def pause(path: OrganizationPath) -> Response:
    """Receipts go on and calls in flight finish. 409 where a person has paused it already."""
    return _decided(lambda: decisions.pause(path.name))


@RESOURCE.post("/<name>/resume", summary="Send again", responses=DECIDED)
def resume(path: OrganizationPath) -> Response:
    """Whoever or whatever paused it; after a refused key one call goes alone first. 409 where it is not paused."""
    return _decided(lambda: decisions.resume(path.name))


def _decided(decide: Callable[[], Shown]) -> Response:
    try:
        return jsonify(decide())
    except Refusal as refusal:
        raise problems.refused(refusal) from None
