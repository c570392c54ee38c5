"""What a person who looks for an unknown's interview wants to know, of its newest attempt."""

from typing import Any

from worker.domain.request import GenerationRequest
from worker.ledger import attempts, clues, requests
from worker.ledger.connection import Tx
from worker.moments import instant
from worker.policy import quarantine, unknowns
from worker.policy.reasons import Timing

Shown = dict[str, Any]
HINTS = {clues.Counted.NO: unknowns.NOT_COUNTED, clues.Counted.PERHAPS: unknowns.COUNTED}


def known_of(tx: Tx, found: GenerationRequest, timing: Timing) -> Shown | None:
    """Evidence, hints and proposals; None where it was never sent."""
    newest = next(iter(attempts.past(tx, found.id)), None)
    if newest is None or newest.sent_at is None:
        return None
    said = newest.evidence
    known = requests.content(tx, found.id)
    title = str(known.options.get("title") or found.title)
    company = known.options.get("company_name") or known.about.get("company")
    proposed = clues.proposals(tx, found, title, None if company is None else str(company), newest.sent_at)
    counted = clues.counted(tx, found, newest.sent_at)
    return {
        "how_far": unknowns.how_far(newest.outcome, newest.sent_at, said),
        "body_written": True if said.get("body_done") else None,
        "status": said.get("status"),
        "x_request_id": said.get("x_request_id"),
        "label": f"{found.label}-{newest.n}",
        "retry_from": instant(quarantine.ends_at(newest.lease_until, timing.quarantine)),
        "hint": None if counted is None else HINTS[counted],
        "proposals": [_proposal(one) for one in proposed],
    }


def _proposal(one: clues.Proposal) -> Shown:
    return {
        "result_id": one.result_id,
        "interview_id": one.interview_id,
        "title": one.title,
        "company": one.company,
        "completed_at": instant(one.completed_at or one.received_at),
    }
