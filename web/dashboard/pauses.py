"""The two buttons of an organization: send nothing more, and send again."""

from collections.abc import Callable

from flask import Response

from web import access, decisions, problems
from worker.operators import Refusal
from worker.shown import Shown


def pause(name: str) -> Response:
    """Send nothing more."""
    return _decided(lambda: decisions.pause(name))


def resume(name: str) -> Response:
    """Send again."""
    return _decided(lambda: decisions.resume(name))


def _decided(decide: Callable[[], Shown]) -> Response:
    """Back to the page that tells it. Raises Problem with what the first of two did."""
    try:
        decide()
    except Refusal as refusal:
        raise problems.refused(refusal) from None
    return access.go_to("/")
