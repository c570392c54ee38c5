"""What is known of a call that nobody heard of again, in sentences for the person who decides. Pure."""

from collections.abc import Mapping
from datetime import datetime

from worker.policy.reasons import clock_to_the_second

NOT_COUNTED = (
    "A hint, no proof: TalentSprout's count right after it did not include this call, so it probably did not run."
)
COUNTED = "A hint, no proof: TalentSprout's count right after it included one call more, this one or somebody else's."


def how_far(outcome: str | None, sent_at: datetime | None, evidence: Mapping[str, object]) -> str:
    """How far an attempt got."""
    if sent_at is None:
        return "Nothing was sent."
    marked = f"It was marked as sent at {clock_to_the_second(sent_at)}"
    if outcome == "lease ended":
        return f"{marked}, and its process ended: how much of it left is not known."
    if not evidence.get("body_done"):
        return f"{marked}; it is not known that all of it was written."
    if evidence.get("status") is None:
        return f"{marked} and written to its end; no status line came back."
    likely = ", so the interview probably exists" if evidence.get("likely") else ""
    return f"{marked} and written to its end; the answer began with status {evidence['status']}{likely}."
