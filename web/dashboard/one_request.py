"""One request: where it stands and why, its link, what happened, and what a person may decide.

A decision that is refused shows the page again with the sentence; the page then tells what the first decision did.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, render_template, request

from web import access, decisions, problems
from web.context import context
from web.dashboard import timeline
from web.dashboard.timeline import Step
from web.naming import is_id
from web.problems import Problem
from worker import shown
from worker.domain.request import State
from worker.ledger import requests
from worker.ledger.connection import Tx
from worker.operators import Changes, Refusal, Seen
from worker.shown import Shown

MOST_DIGITS = 9


@dataclass(frozen=True)
class Facts:
    """What the page shows. `text` is the description that is to be sent."""

    told: Shown
    evidence: Shown
    text: str
    steps: list[Step]
    awaits_approval: bool


def page(request_id: str) -> Response:
    """Raises Problem where there is no such request."""
    return _page(request_id, 200, "")


def adopt(request_id: str) -> Response:
    """I found it."""
    link = request.form.get("share_link", "")
    return _decided(request_id, lambda: decisions.adopt(request_id, link, _seen()))


def retry(request_id: str) -> Response:
    """Send again; a text that was not touched is no change."""
    given = request.form.get("job_description", "").replace("\r\n", "\n")
    not_there = request.form.get("not_there") == "yes"
    known = _read(request_id).text if given else ""
    changes = Changes(text=given if given and given.strip() != known.strip() else None)
    return _decided(request_id, lambda: decisions.retry(request_id, changes, _seen(), not_there=not_there))


def approve(request_id: str) -> Response:
    """It is wanted."""
    return _decided(request_id, lambda: decisions.approve(request_id, _seen()))


def cancel(request_id: str) -> Response:
    """Nobody wants it any more."""
    not_there = request.form.get("not_there") == "yes"
    return _decided(request_id, lambda: decisions.cancel(request_id, _seen(), not_there=not_there))


def _seen() -> Seen:
    """What the page showed: pages stay open, and the back button brings old ones."""
    state, attempts = request.form.get("state"), request.form.get("attempts", "")
    is_number = attempts.isascii() and attempts.isdecimal() and len(attempts) <= MOST_DIGITS
    return Seen(
        State(state) if state in list(State) else None,
        int(attempts) if is_number else None,
        _moment(request.form.get("updated_at", "")),
    )


def _moment(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _decided(request_id: str, decide: Callable[[], Shown]) -> Response:
    try:
        decide()
    except Refusal as refusal:
        return _page(request_id, problems.refused(refusal).kind.status, str(refusal))
    return access.go_to(f"/requests/{request_id}")


def _page(request_id: str, status: int, refusal: str) -> Response:
    facts = _read(request_id)
    text = render_template(
        "one_request.html",
        facts=facts,
        refusal=refusal,
        may_approve=facts.awaits_approval,
        may_send_again=facts.told["state"] in (State.HELD, State.CANCELLED) and not facts.awaits_approval,
        may_cancel=facts.told["state"] in (State.WAITING, State.HELD),
        signed_in=g.signed_in,
    )
    return Response(text, status)


def _read(request_id: str) -> Facts:
    timing = context().bridge.timing

    def unit(tx: Tx) -> Facts | None:
        found = requests.get(tx, request_id)
        if found is None:
            return None
        told, evidence = shown.one_request(tx, found, timing), shown.evidence(tx, found, timing)
        text, steps = requests.content(tx, request_id).text, timeline.steps(told, evidence)
        return Facts(told, evidence, text, steps, found.awaits_approval)

    facts = context().bridge.ledger.read(unit) if is_id(request_id) else None
    if facts is None:
        raise Problem(problems.NOT_FOUND, "There is no request of that id.")
    return facts
