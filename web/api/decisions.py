"""The decisions about a request, for programs."""

from collections.abc import Callable

from flask import Response, jsonify
from pydantic import AwareDatetime, Field

from web import decisions, problems
from web.api.reading import Strict
from web.api.requests import Options, RequestPath, dumped
from web.api.resource import resource, success
from worker.domain.request import State
from worker.operators import Changes, Refusal, Seen
from worker.shown import Shown

RESOURCE = resource("decisions", "requests")
DECIDED = success(200, "The request as it stands now.")
NOT_THERE = "true where a person has looked and the interview is not at TalentSprout; needed for an unknown request"


class Decision(Strict):
    """What was seen when it was decided: told, a decision about anything newer is not carried out."""

    state: State | None = Field(
        default=None, strict=False, description="the state that you saw; 409 where it is another one"
    )
    attempts: int | None = Field(
        default=None, description="the number of attempts that you saw; 409 where there are more"
    )

    updated_at: AwareDatetime | None = Field(
        default=None,
        strict=False,
        description="the `updated_at` of the request that you saw; 409 where its text or anything else of it changed since",
    )

    @property
    def seen(self) -> Seen:
        """For the compare-and-set."""
        return Seen(self.state, self.attempts, self.updated_at)


class Adoption(Decision):
    """The interview that a person found."""

    share_link: str = Field(description="the interview's share link")


class Retry(Decision):
    """Send again, perhaps changed."""

    not_there: bool = Field(default=False, description=NOT_THERE)
    job_description: str | None = Field(default=None, description="a new description, for a held or cancelled request")
    options: Options | None = Field(default=None, description="options to set, for a held or cancelled request")


class Approval(Decision):
    """The interview is wanted."""


class Cancellation(Decision):
    """Nobody wants it any more."""

    not_there: bool = Field(default=False, description=NOT_THERE)


@RESOURCE.post("/<request_id>/adopt", summary="Adopt the interview of an unknown request", responses=DECIDED)
def adopt(path: RequestPath, body: Adoption) -> Response:
    """422 for a link that can't be adopted, 409 where another request has it or the state does not allow it."""
    return _decided(lambda: decisions.adopt(path.request_id, body.share_link, body.seen))


@RESOURCE.post("/<request_id>/retry", summary="Send a request again", responses=DECIDED)
def retry(path: RequestPath, body: Retry) -> Response:
    """409 until the quarantine of an unknown one is over; the detail says how long."""
    changes = Changes(body.job_description, None if body.options is None else dumped(body.options))
    return _decided(lambda: decisions.retry(path.request_id, changes, body.seen, not_there=body.not_there))


@RESOURCE.post("/<request_id>/approve", summary="Approve a request that waits for it", responses=DECIDED)
def approve(path: RequestPath, body: Approval) -> Response:
    """409 where it waits for nobody's approval."""
    return _decided(lambda: decisions.approve(path.request_id, body.seen))


@RESOURCE.post("/<request_id>/cancel", summary="Cancel a request", responses=DECIDED)
def cancel(path: RequestPath, body: Cancellation) -> Response:
    """409 where the state does not allow it."""
    return _decided(lambda: decisions.cancel(path.request_id, body.seen, not_there=body.not_there))


def _decided(decide: Callable[[], Shown]) -> Response:
    try:
        return jsonify(decide())
    except Refusal as refusal:
        raise problems.refused(refusal) from None
