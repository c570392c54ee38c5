"""One application: where it stands and why, its personal link, its attempts, what happened, and sending the link again."""

from dataclasses import dataclass

from flask import Response, g, render_template, request

from web import access, problems, recruiting_decisions
from web.context import context
from web.dashboard import hiring_timeline
from web.dashboard.timeline import Step
from web.naming import is_id
from web.problems import Problem
from worker.domain.application import Invitation
from worker.ledger import applications, candidates
from worker.ledger.candidates import Told
from worker.ledger.connection import Tx
from worker.operators import Refusal
from worker.shown_candidates import Shown, one_application

MOST_DIGITS = 9
SENDS = (Invitation.INVITED, Invitation.UNCLEAR)  # where a person may send the link from the page


@dataclass(frozen=True)
class Facts:
    """What the page shows. `told_to` are the deliveries about it and its results."""

    told: Shown
    steps: list[Step]
    told_to: list[Told]


def page(candidate_id: str) -> Response:
    """Raises Problem where there is no such application."""
    return _page(candidate_id, 200, "")


def resend(candidate_id: str) -> Response:
    """Send the personal link, again or for the first time; what was seen is told, because pages stay open."""
    sent, chosen = request.form.get("sent", ""), request.form.get("interview_id", "").strip()
    is_number = sent.isascii() and sent.isdecimal() and len(sent) <= MOST_DIGITS
    if chosen and not is_id(chosen):
        raise Problem(problems.NOT_FOUND)
    try:
        recruiting_decisions.resend(
            candidate_id, chosen or None, int(sent) if is_number else None, lambda _tx, one: one
        )
    except Refusal as refusal:
        return _page(candidate_id, problems.refused(refusal).kind.status, str(refusal))
    return access.go_to(f"/candidates/{candidate_id}")


def _page(candidate_id: str, status: int, refusal: str) -> Response:
    facts = _read(candidate_id)
    may_send = facts.told["at_stage"] and facts.told["state"] in SENDS
    text = render_template("one_candidate.html", facts=facts, refusal=refusal, may_send=may_send, signed_in=g.signed_in)
    return Response(text, status)


def _read(candidate_id: str) -> Facts:
    settings = context().bridge.settings

    def unit(tx: Tx) -> Facts | None:
        found = applications.get(tx, candidate_id)
        if found is None:
            return None
        told = one_application(tx, found, settings)
        results = [one["id"] for one in told["results"]]
        told_to = [*candidates.deliveries_of_applications(tx, [found.id]), *candidates.deliveries_of(tx, results)]
        return Facts(told, hiring_timeline.steps(told), told_to)

    facts = context().bridge.ledger.read(unit) if is_id(candidate_id) else None
    if facts is None:
        raise Problem(problems.NOT_FOUND, "There is no candidate of that id.")
    return facts
