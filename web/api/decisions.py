"""What a person decides about a request: adopt, retry, cancel. Of two decisions the second is told what the first did."""

from collections.abc import Callable

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from config.interview import InterviewOptions
from worker import operators, shown
from worker.domain.request import GenerationRequest
from worker.ledger import requests
from worker.ledger.connection import Tx
from worker.operators import Changes, Refusal, Why
from web import problems
from web.api import paging
from web.api.reading import Strict
from web.api.requests import Options, RequestPath
from web.context import context, person

RESOURCE = APIBlueprint(
    "decisions", __name__, url_prefix="/api/v1/requests", abp_tags=[Tag(name="requests")], abp_security=[{"token": []}]
)
DECIDED = {"200": {"description": "The request as it stands now."}}
NOT_THERE = "true where a person has looked and the interview is not at TalentSprout; needed for an unknown request"


class Adoption(Strict):
    """The interview that a person found."""

    share_link: str = Field(description="the interview's share link")


class Retry(Strict):
    """Send again, perhaps changed."""

    not_there: bool = Field(default=False, description=NOT_THERE)
    job_description: str | None = Field(default=None, description="a new description, for a held or cancelled request")
    options: Options | None = Field(default=None, description="options to set, for a held or cancelled request")


class Cancellation(Strict):
    """Nobody wants it any more."""

    not_there: bool = Field(default=False, description=NOT_THERE)


@RESOURCE.post("/<request_id>/adopt", summary="Adopt the interview of an unknown request", responses=DECIDED)
def adopt(path: RequestPath, body: Adoption) -> Response:
    """422 for a link that can't be adopted, 409 where another request has it or the state does not allow it."""
    return _decided(path, lambda tx: adopted(tx, path.request_id, body.share_link))


@RESOURCE.post("/<request_id>/retry", summary="Send a request again", responses=DECIDED)
def retry(path: RequestPath, body: Retry) -> Response:
    """409 until the quarantine of an unknown one is over; the detail says how long."""
    changes = Changes(body.job_description, None if body.options is None else dumped(body.options))
    return _decided(path, lambda tx: retried(tx, path.request_id, changes, not_there=body.not_there))


@RESOURCE.post("/<request_id>/cancel", summary="Cancel a request", responses=DECIDED)
def cancel(path: RequestPath, body: Cancellation) -> Response:
    """409 where the state does not allow it."""
    return _decided(path, lambda tx: cancelled(tx, path.request_id, not_there=body.not_there))


def adopted(tx: Tx, request_id: str, share_link: str) -> GenerationRequest:
    """Raises Refusal."""
    found = requests.get(tx, request_id)
    if found is None:
        raise _no_such(request_id)
    organization = context().bridge.settings.organizations.get(found.organization)
    base_url = "" if organization is None else organization.base_url
    return operators.adopt(tx, person(), request_id, share_link, base_url)


def retried(tx: Tx, request_id: str, changes: Changes, *, not_there: bool) -> GenerationRequest:
    """Raises Refusal."""
    wait = context().bridge.timing.quarantine
    return operators.retry(tx, person(), request_id, not_there=not_there, changes=changes, wait=wait)


def cancelled(tx: Tx, request_id: str, *, not_there: bool) -> GenerationRequest:
    """Raises Refusal."""
    return operators.cancel(tx, person(), request_id, not_there=not_there, wait=context().bridge.timing.quarantine)


def decided(request_id: str, decide: Callable[[Tx], GenerationRequest]) -> dict[str, object]:
    """Carry it out, and hint once it is committed. Raises Refusal."""
    timing = context().bridge.timing
    if not paging.is_id(request_id):
        raise _no_such(request_id)
    told = context().bridge.ledger.write(lambda tx: shown.one_request(tx, decide(tx), timing))
    context().hinting.pump(str(told["organization"]))
    return told


def dumped(options: InterviewOptions) -> dict[str, object]:
    """What was set, as JSON."""
    return options.model_dump(mode="json", exclude_unset=True, exclude_none=True)


def _decided(path: RequestPath, decide: Callable[[Tx], GenerationRequest]) -> Response:
    try:
        return jsonify(decided(path.request_id, decide))
    except Refusal as refusal:
        raise problems.refused(refusal) from None


def _no_such(request_id: str) -> Refusal:
    return Refusal(Why.NOT_FOUND, f"There is no request {request_id[:40]}.")
