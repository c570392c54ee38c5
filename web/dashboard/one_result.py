"""One result: the score beside its mark, whose it is and by which rule its interview was found, what was said.

A recording opens without a login, so its address is in no page until somebody asks for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, g, render_template, request

from web import access, problems, recruiting_decisions
from web.context import context
from web.naming import is_id
from web.problems import Problem
from worker import shown
from worker.ledger import interviews, listing, results
from worker.ledger.connection import Tx
from worker.operators import Refusal
from worker.policy.matching import FOUND_BY
from worker.proposing import evidence
from worker.shown import Shown


@dataclass(frozen=True)
class Category:
    """One part of the evaluation, as TalentSprout calls it."""

    name: str
    score: float | None
    notes: str


@dataclass(frozen=True)
class Facts:
    """What the page shows. `request_id` is the job's page, if there is one."""

    stored: results.StoredResult
    told: Shown
    request_id: str | None


def page(result_id: str) -> Response:
    """Raises Problem where there is no such result."""
    return _page(result_id, 200, "")


def attach(result_id: str) -> Response:
    """It belongs to this job."""
    try:
        recruiting_decisions.attach(result_id, request.form.get("job", "").strip(), lambda _tx, one: one)
    except Refusal as refusal:
        return _page(result_id, problems.refused(refusal).kind.status, str(refusal))
    return access.go_to(f"/results/{result_id}")


def categories(evaluation: object) -> list[Category]:
    """Whatever keys arrive; what has another form is in the JSON."""
    parts = _part(evaluation, "performance")
    return [
        Category(str(one.get("name") or key), _number(one.get("score")), str(one.get("notes") or ""))
        for key, one in parts.items()
        if isinstance(one, dict)
    ]


def said(evaluation: object) -> Iterator[tuple[str, list[str]]]:
    """The evaluator's words, under a heading each."""
    summary = _part(evaluation, "summary")
    performance = evaluation.get("performanceSummary") if isinstance(evaluation, dict) else None
    for heading, text in (("Summary", summary.get("overview")), ("Performance", performance)):
        if isinstance(text, str) and text.strip():
            yield heading, [text]
    for name in ("strengths", "concerns", "tags"):
        listed = [one for one in _list(summary.get(name)) if isinstance(one, str)]
        if listed:
            yield name.capitalize(), listed


def spoken(transcript: object) -> list[tuple[str, str]]:
    """Who said what."""
    return [
        (str(one.get("speaker") or "–"), str(one.get("text") or ""))
        for one in _list(transcript)
        if isinstance(one, dict)
    ]


def _page(result_id: str, status: int, refusal: str) -> Response:
    facts = _read(result_id)
    words = facts.stored.result
    text = render_template(
        "one_result.html",
        facts=facts,
        told=facts.told,
        refusal=refusal,
        found_by=None if facts.stored.matched_by is None else FOUND_BY[facts.stored.matched_by],
        categories=categories(words.evaluation),
        said=list(said(words.evaluation)),
        spoken=spoken(words.transcript),
        wants_recording=request.args.get("recording") == "1",
        signed_in=g.signed_in,
    )
    return Response(text, status)


def _read(result_id: str) -> Facts:
    def unit(tx: Tx) -> Facts | None:
        found = listing.one_result(tx, result_id)
        if found is None:
            return None
        made = None if found.interview_id is None else interviews.get(tx, found.interview_id)
        told = {**shown.one_result(found), **evidence(tx, found)}
        return Facts(found, told, None if made is None else made.request_id)

    facts = context().bridge.ledger.read(unit) if is_id(result_id) else None
    if facts is None:
        raise Problem(problems.NOT_FOUND, "There is no result of that id.")
    return facts


def _part(evaluation: object, name: str) -> Mapping[str, Any]:
    part = evaluation.get(name) if isinstance(evaluation, dict) else None
    return part if isinstance(part, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
