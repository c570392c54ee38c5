"""One request: filed, shown, and waited for if wanted."""

from typing import assert_never

from worker import filing
from worker.assembly import Bridge
from worker.cli import hinting, waiting
from worker.cli.endings import Failure
from worker.cli.printing import as_document, lines, note
from worker.domain.request import GenerationRequest
from worker.policy.reasons import NOTHING_TO_DO
from worker.shown import Shown, evidence, one_request


def submit(bridge: Bridge, wanted: filing.Submission, *, wait: bool, as_json: bool) -> None:
    """File it, hint, and print the request, or with `wait` its share link. Raises Failure."""
    match bridge.ledger.write(lambda tx: filing.file(tx, wanted)):
        case filing.Filed(request):
            hinting.pump(bridge, request.organization)
            word = "Filed"
        case filing.AlreadyFiled(request):
            word = "Already filed, nothing is doubled"
        case filing.Conflict(request):
            raise Failure("conflict", conflict(request), request_id=request.id)
        case other:
            assert_never(other)
    if wait:
        note(f"{word}: {request.label}, {request.title}")
        _print_link(waiting.for_one(bridge, request), as_json=as_json)
    else:
        _print_request(bridge, request, word, as_json=as_json)


def conflict(request: GenerationRequest) -> str:
    """The sentence for an id that is taken."""
    return (
        f'The id "{request.dedup_id}" belongs to {request.label} ({request.title}), which has another description or other '
        "options. Nothing has changed; choose another id for another interview."
    )


def _print_link(shown: Shown, *, as_json: bool) -> None:
    if as_json:
        as_document(shown)
    else:
        lines([str(shown["share_link"])])


def _print_request(bridge: Bridge, request: GenerationRequest, word: str, *, as_json: bool) -> None:
    shown, seen = bridge.ledger.read(
        lambda tx: (one_request(tx, request, bridge.timing), evidence(tx, request, bridge.timing))
    )
    if as_json:
        as_document(shown)
        return
    why = shown["reason"] or shown["share_link"]
    lines([f"{word}: {request.label}, {request.title}", f"{request.state}: {why}"])
    if seen["action"] not in (None, NOTHING_TO_DO):
        note(str(seen["action"]))
    note(f"Next: sprout requests show {request.label}")
