"""The timeline of a request: what happened, when, how long after the step before, with the evidence folded beneath. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from worker.shown import Shown

OUTCOMES = {
    "Created": ("created", "TalentSprout made the interview"),
    "NotExecuted": ("waiting", "Not executed"),
    "Refused": ("paused", "TalentSprout refused the API key"),
    "Unknown": ("unknown", "No readable answer: the interview may exist"),
    "lease ended": ("unknown", "The process ended before the answer came"),
    "not sent": ("waiting", "The process ended before anything was sent"),
}
DECISIONS = {"adopt": "Adopted", "retry": "Sent back in line", "approve": "Approved", "cancel": "Cancelled"}


@dataclass(frozen=True)
class Step:
    """One thing that happened. `gap` is the time since the step before, `evidence` what proves it."""

    at: datetime
    look: str
    text: str
    evidence: Mapping[str, Any]
    gap: timedelta | None = None


def steps(told: Shown, evidence: Shown) -> list[Step]:
    """In the order of time."""
    return in_order(_steps(told, evidence))


def in_order(happened: Iterable[Step]) -> list[Step]:
    """By time, each with the gap to the one before."""
    found = sorted(happened, key=lambda one: one.at)
    return [one if before is None else replace(one, gap=one.at - before.at) for before, one in _pairs(found)]


def _pairs(found: Sequence[Step]) -> Iterator[tuple[Step | None, Step]]:
    before: Step | None = None
    for one in found:
        yield before, one
        before = one


def _steps(told: Shown, evidence: Shown) -> Iterator[Step]:
    yield Step(_moment(told["created_at"]), "waiting", _filed(told), {"dedup_id": told["dedup_id"]})
    for one in evidence["attempt_list"]:
        yield from _attempt(one)
    for one in evidence["decisions"]:
        what = DECISIONS.get(one["action"], str(one["action"]).capitalize())
        yield Step(_moment(one["at"]), "held", f"{what} by {one['actor']}", one["detail"])


def _attempt(one: Mapping[str, Any]) -> Iterator[Step]:
    yield Step(_moment(one["slot_at"]), "waiting", f"Attempt {one['n']} took a slot", {"label": one["label"]})
    if one["sent_at"]:
        yield Step(_moment(one["sent_at"]), "sending", f"Sent to TalentSprout, labelled {one['label']}", {})
    if one["ended_at"]:
        look, text = OUTCOMES.get(one["outcome"], ("waiting", str(one["outcome"])))
        yield Step(_moment(one["ended_at"]), look, text + _status(one["evidence"]), one["evidence"])


def _filed(told: Shown) -> str:
    if told["source"]:
        return f"Filed: posting {told['job_id']} of {told['source']}"
    return "Filed from a batch" if told["batch"] else "Filed"


def _status(evidence: Mapping[str, Any]) -> str:
    return f" ({evidence['status']})" if evidence.get("status") else ""


def _moment(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
