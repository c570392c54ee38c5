"""What a person who looks at a result without an interview wants to know: why it has none, and which it may be of."""

from typing import Any

from worker.domain.interview import StoredInterview
from worker.ledger import interviews, linking, namesakes, requests
from worker.ledger.connection import Tx
from worker.ledger.results import StoredResult
from worker.moments import instant
from worker.policy import matching

Shown = dict[str, Any]
MOST = 5


def evidence(tx: Tx, found: StoredResult) -> Shown:
    """`reason` and `proposals`; nothing of either where the interview is known beyond doubt."""
    if found.is_settled:
        return {"reason": None, "proposals": []}
    said = found.result
    ids = namesakes.proposed(tx, found.organization, said.title, said.company, MOST)
    proposals = [_proposal(tx, stored) for one in ids if (stored := interviews.get(tx, one)) is not None]
    if found.interview_id is not None:
        return {"reason": None, "proposals": [one for one in proposals if one["interview_id"] != found.interview_id]}
    name = min(linking.names_of(tx, found.id), default=None, key=len)
    return {"reason": matching.unmatched(name, len(proposals)), "proposals": proposals}


def _proposal(tx: Tx, stored: StoredInterview) -> Shown:
    made = None if stored.request_id is None else requests.get(tx, stored.request_id)
    return {
        "interview_id": stored.interview.id,
        "title": stored.interview.raw.get("title") or (None if made is None else made.title),
        "company": stored.interview.raw.get("company_name"),
        "request_id": stored.request_id,
        "label": None if made is None else made.label,
        "job_id": None if made is None else made.job_id,
        "share_link": stored.interview.share_link,
        "stored_at": instant(stored.stored_at),
    }
