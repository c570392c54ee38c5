"""The timeline of an application: its stage, its link, its attempts, what was decided. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from web.dashboard import timeline
from web.dashboard.timeline import Step
from worker.shown_candidates import Shown

DONE = {
    "invite": ("created", "The personal link went out"),
    "resend": ("held", "The link was sent again"),
    "remind": ("sending", "The candidate was reminded"),
}
ENDINGS = {"interview.completed": ("created", "Finished"), "interview.abandoned": ("cancelled", "Left early")}


def steps(told: Shown) -> list[Step]:
    """In the order of time."""
    return timeline.in_order(_steps(told))


def _steps(told: Shown) -> Iterator[Step]:
    yield Step(_moment(told["created_at"]), "waiting", f"First told of by {told['source']}", {})
    stage = told["stage"] or told["stage_id"]
    if stage:
        here = ", where candidates are invited" if told["at_stage"] else ""
        yield Step(_moment(told["reached_at"]), "waiting", f"At the stage {stage}{here}", {})
    for one in told["decisions"]:
        look, text = DONE.get(one["action"], ("held", str(one["action"]).capitalize()))
        by = "" if one["actor"] == "bridge" else f" by {one['actor']}"
        yield Step(_moment(one["at"]), look, f"{text}{by}", one["detail"])
    for one in told["results"]:
        yield _ended(one)


def _ended(one: Mapping[str, Any]) -> Step:
    look, text = ENDINGS.get(one["event"], ("created", str(one["event"])))
    attempt = "a preview, not counted" if one["test"] else f"attempt {one['attempt']} of {one['attempts']}"
    score = "" if one["score"] is None else f", {one['score']:g} of 100"
    return Step(_moment(one["completed_at"] or one["received_at"]), look, f"{text}: {attempt}{score}", {})


def _moment(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
