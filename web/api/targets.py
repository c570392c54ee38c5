"""Targets: whether each gets what happens, and a person's word that it must not, or may again."""

from collections.abc import Callable

from flask import Response, jsonify
from pydantic import Field

from web import delivery_decisions, problems
from web.api import paging
from web.api.reading import Lenient
from web.api.resource import resource, success
from worker import shown_deliveries
from worker.operators import Refusal
from worker.shown_deliveries import Shown

RESOURCE = resource("targets", "targets")
DECIDED = success(200, "The target as it stands now.")


class TargetPath(Lenient):
    """Which target."""

    name: str = Field(description="the name of a target")


@RESOURCE.get("", summary="List targets", responses=success(200, "Every target, also those that were configured once."))
def list_targets() -> Response:
    """By name: whether it gets what happens, why not, and how many deliveries are in each state."""
    return paging.answered(lambda tx: {"items": shown_deliveries.target_list(tx), "next": None})


@RESOURCE.get("/<name>", summary="One target", responses=success(200, "The target."))
def one_target(path: TargetPath) -> Response:
    """As in lists."""
    return paging.one("target", path.name, lambda tx: shown_deliveries.one_target(tx, path.name))


@RESOURCE.post("/<name>/pause", summary="Send a target nothing more", responses=DECIDED)
def pause(path: TargetPath) -> Response:
    """What happens meanwhile waits for it. 409 where it is paused already."""
    return _decided(lambda: delivery_decisions.pause(path.name))


@RESOURCE.post("/<name>/resume", summary="Send to a target again", responses=DECIDED)
def resume(path: TargetPath) -> Response:
    """Whoever or whatever paused it. 409 where it is not paused."""
    return _decided(lambda: delivery_decisions.resume(path.name))


def _decided(decide: Callable[[], Shown]) -> Response:
    try:
        return jsonify(decide())
    except Refusal as refusal:
        raise problems.refused(refusal) from None
