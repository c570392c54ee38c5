"""Batches: many interviews from one file, or from rows."""

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request
from pydantic import Field

from web import batch_decisions, batch_results, problems, uploads
from web.api import paging
from web.api.paging import Paging
from web.api.reading import Lenient
from web.api.resource import resource, success
from web.context import context, person
from web.problems import Problem
from worker.batches import checking, prediction, running, showing
from worker.batches.checking import Totals
from worker.ledger import batches
from worker.ledger.connection import Tx
from worker.operators import Refusal
from worker.shown import Shown

RESOURCE = resource("batches", "batches")
_NAME = {"type": "string"}
HANDED_IN = {  # what OpenAPI says of the body, which is read by `web.uploads`
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "organization": _NAME,
                    "map": {"type": "array", "items": {"type": "string", "description": "FIELD=TITLE"}},
                },
            }
        },
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["rows"],
                "properties": {
                    "rows": {"type": "array", "minItems": 1, "items": {"type": "object"}},
                    "name": _NAME,
                    "organization": _NAME,
                },
            }
        },
    },
}


class BatchPath(Lenient):
    """Which batch."""

    batch_id: str = Field(description="the id of a batch")


class HandingIn(Lenient):
    """How rows are handed in."""

    dry_run: bool = Field(default=False, description="true to have the rows checked and nothing filed")


class ResultsQuery(Lenient):
    """As what."""

    format: str = Field(default="csv", pattern="^(csv|xlsx|jsonl)$", description='"csv", "xlsx" or "jsonl"')


@RESOURCE.post(
    "",
    summary="Hand in a batch",
    responses=success(202, "The batch; its rows are filed by a worker.") | success(200, "With dry_run: the verdicts."),
)
def hand_in(query: HandingIn) -> Response:
    """A multipart form with `file` (CSV, XLSX, JSONL) and, if wanted, `organization` and `map` (FIELD=TITLE, repeatable); or JSON
    with `rows` (a list of objects) and, if wanted, `name` and `organization`. The same content again goes on with its batch, and
    `goes_on` says so. With `dry_run` 200 and a verdict for each row."""
    with uploads.received() as upload:
        if query.dry_run:
            return jsonify(_checked(upload))
        bridge = context().bridge
        now = running.begin(bridge, upload.sheet, upload.judge, person(), None)
        running.keep_unfiled(bridge, upload.sheet, now)
    context().hinting.file(now.batch)
    told = bridge.ledger.read(lambda tx: batch_decisions.told(tx, now.batch))
    response = jsonify({**(told or {}), "goes_on": now.goes_on is not None})
    response.status_code = 202
    response.headers["Location"] = f"/api/v1/batches/{now.batch}"
    return response


@RESOURCE.get("", summary="List batches", responses=success(200, "A page of batches."))
def list_batches(query: Paging) -> Response:
    """Newest first."""
    timing = context().bridge.timing

    def unit(tx: Tx) -> dict[str, Any]:
        page = batches.page(tx, query.limit, query.cursor)
        return paging.listed(page, lambda items: [showing.batch(tx, one, timing) for one in items])

    return paging.answered(unit)


@RESOURCE.get("/<batch_id>", summary="One batch", responses=success(200, "The batch, with counts by state."))
def one_batch(path: BatchPath) -> Response:
    """Where it stands, why it stands still, and when it is done."""
    return paging.one("batch", path.batch_id, lambda tx: batch_decisions.told(tx, path.batch_id))


@RESOURCE.get(
    "/<batch_id>/results",
    summary="Its results",
    responses=success(200, "A file to be kept.", *batch_results.TYPES.values()),
)
def results(path: BatchPath, query: ResultsQuery) -> Response:
    """The columns that were handed in, and interview, share link, state, reason and request of each row."""
    return batch_results.answer(path.batch_id, query.format)


@RESOURCE.post("/<batch_id>/pause", summary="Pause a batch", responses=success(200, "The batch as it stands now."))
def pause(path: BatchPath) -> Response:
    """409 where it is paused or cancelled already."""
    return _decided(lambda: batch_decisions.pause(path.batch_id))


@RESOURCE.post("/<batch_id>/resume", summary="Resume a batch", responses=success(200, "The batch as it stands now."))
def resume(path: BatchPath) -> Response:
    """409 where it is not paused."""
    return _decided(lambda: batch_decisions.resume(path.batch_id))


@RESOURCE.post("/<batch_id>/cancel", summary="Cancel the rest", responses=success(200, "The batch as it stands now."))
def cancel(path: BatchPath) -> Response:
    """What waits, is held or is not filed yet. 409 where it is cancelled already."""
    return _decided(lambda: batch_decisions.cancel(path.batch_id))


def _decided(decide: Callable[[], Shown]) -> Response:
    if request.get_data(cache=True) not in (b"", b"{}"):
        raise Problem(problems.MALFORMED, "This decision takes no body.")
    try:
        return jsonify(decide())
    except Refusal as refusal:
        raise problems.refused(refusal) from None


def _checked(upload: uploads.Upload) -> Shown:
    ledger = context().bridge.ledger
    counted, items = Totals(), []
    for found in checking.check(ledger, upload.judge, upload.sheet.each()):
        counted.add(found)
        items.append(showing.checked(found))
    now, ends = ledger.read(lambda tx: prediction.of_calls(tx, counted.calls))
    told = {"name": upload.sheet.name, "notes": [*upload.sheet.notes], "ignored": [*upload.sheet.ignored]}
    return {**told, **showing.totals(counted, now, ends), "items": items}
