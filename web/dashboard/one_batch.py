"""One batch: where it stands and why, which rows need somebody, its results, and what a person may decide.

A decision that is refused shows the page again with the sentence; the page then tells what the first decision did.
"""

from collections.abc import Callable

from flask import Response, g, render_template, request

from web import access, batch_decisions, batch_results, problems
from web.context import context
from web.dashboard.batch_list import counted
from web.naming import is_id
from web.problems import Problem
from worker.batches import showing
from worker.ledger import batches
from worker.ledger.connection import Tx
from worker.operators import Refusal
from worker.shown import Shown

FIRST_ONES = 50  # rows of each kind on the page; the results have all
RENEWED = 5000  # rows; a page of more does not renew itself, because each time they are counted
MOVES = ("filing", "running")


def page(batch_id: str) -> Response:
    """Raises Problem where there is no such batch."""
    return _page(batch_id, 200, "")


def results(batch_id: str) -> Response:
    """A file to be kept: `?format=csv`, `xlsx` or `jsonl`. Raises Problem."""
    kind = request.args.get("format", "csv")
    if kind not in batch_results.TYPES:
        raise Problem(problems.NOT_FOUND)
    return batch_results.answer(batch_id, kind)


def pause(batch_id: str) -> Response:
    """Nothing of it is sent any more."""
    return _decided(batch_id, batch_decisions.pause)


def resume(batch_id: str) -> Response:
    """It goes on."""
    return _decided(batch_id, batch_decisions.resume)


def cancel(batch_id: str) -> Response:
    """The rest of it is not wanted."""
    return _decided(batch_id, batch_decisions.cancel)


def _decided(batch_id: str, decide: Callable[[str], Shown]) -> Response:
    try:
        decide(batch_id)
    except Refusal as refusal:
        return _page(batch_id, problems.refused(refusal).kind.status, str(refusal))
    return access.go_to(f"/batches/{batch_id}")


def _page(batch_id: str, status: int, refusal: str) -> Response:
    timing = context().bridge.timing

    def unit(tx: Tx) -> Shown | None:
        found = batches.get(tx, batch_id)
        return None if found is None else showing.whole(tx, found, timing, FIRST_ONES)

    told = context().bridge.ledger.read(unit) if is_id(batch_id) else None
    if told is None:
        raise Problem(problems.NOT_FOUND, "There is no batch of that id.")
    text = render_template(
        "one_batch.html",
        told={**told, **counted(told)},
        refusal=refusal,
        kinds=list(batch_results.TYPES),
        renews=told["state"] in MOVES and told["rows"] <= RENEWED and not refusal,
        signed_in=g.signed_in,
    )
    return Response(text, status)
