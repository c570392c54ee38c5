"""`--wait`: looks into the ledger until what was filed has come to rest. It changes nothing, so it may be interrupted.

What is awaited, and why, is said on stderr in the words that every page shows, also that no worker runs.
"""

import time
from collections import Counter
from collections.abc import Collection, Sequence

from worker.assembly import Bridge
from worker.cli.endings import Failure, Interrupted
from worker.cli.printing import moment
from worker.cli.progress import Progress
from worker.domain.request import GenerationRequest, State
from worker.ledger import requests
from worker.ledger.connection import Tx
from worker.policy.reasons import NOTHING_TO_DO
from worker.shown import Shown, evidence, one_request

POLL_SECONDS = 0.3
CHEAP = 500  # requests looked at in one poll; of more, polls are further apart
UNDER_WAY = frozenset({State.WAITING, State.SENDING})


def for_one(bridge: Bridge, wanted: GenerationRequest) -> Shown:
    """Until its interview exists. Raises Failure where it comes to rest otherwise, or the person stops waiting."""
    try:
        with Progress() as progress:
            while True:
                found, shown, action = bridge.ledger.read(lambda tx: _seen(tx, bridge, wanted.id))
                if found.state not in UNDER_WAY:
                    break
                step = "" if action in (None, NOTHING_TO_DO) else f" {action}"
                progress.tell(f"{found.label} is {found.state}: {shown['reason']}{step}", str(shown["reason_code"]))
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        raise _interrupted(f"{wanted.label} goes on without you: sprout requests show {wanted.label}") from None
    if found.state is not State.CREATED:
        sentence = f"{found.label} is {found.state}: {shown['reason']}"
        raise Failure(found.state, f"{sentence} {action}" if action else sentence, request=shown)
    return shown


def for_all(bridge: Bridge, wanted: Sequence[str]) -> list[GenerationRequest]:
    """Until none of them is under way; they are returned as they are then. Raises Failure where the person stops waiting."""
    at_rest: dict[str, GenerationRequest] = {}
    try:
        with Progress() as progress:
            while True:
                pending = [one for one in wanted if one not in at_rest]
                seen = bridge.ledger.read(lambda tx, pending=pending: _all(tx, pending))  # type: ignore[misc]  # bound now
                at_rest.update({one.id: one for one in seen if one.state not in UNDER_WAY})
                if len(at_rest) == len(wanted):
                    return [at_rest[one] for one in wanted]
                _tell(bridge, progress, len(wanted), at_rest.values(), [one for one in seen if one.state in UNDER_WAY])
                time.sleep(POLL_SECONDS * max(1, len(seen) / CHEAP))
    except KeyboardInterrupt:
        raise _interrupted("What was filed goes on without you: sprout requests list") from None


def _seen(tx: Tx, bridge: Bridge, request_id: str) -> tuple[GenerationRequest, Shown, str | None]:
    found = _get(tx, request_id)
    action = evidence(tx, found, bridge.timing)["action"]
    return found, one_request(tx, found, bridge.timing), action


def _all(tx: Tx, ids: Sequence[str]) -> list[GenerationRequest]:
    return [_get(tx, one) for one in ids]


def _get(tx: Tx, request_id: str) -> GenerationRequest:
    found = requests.get(tx, request_id)
    assert found is not None, "requests are never deleted"
    return found


def _tell(
    bridge: Bridge,
    progress: Progress,
    total: int,
    at_rest: Collection[GenerationRequest],
    under_way: Sequence[GenerationRequest],
) -> None:
    """How many are done, and what the last one in line waits for."""
    counted = Counter(one.state for one in at_rest)
    others = "".join(f", {count} {state}" for state, count in sorted(counted.items()) if state is not State.CREATED)
    last = max(under_way, key=lambda one: (one.priority, one.due_at, one.id))
    shown = bridge.ledger.read(lambda tx: one_request(tx, last, bridge.timing))
    starts = moment(shown["eta"])
    until = f" The last one starts about {starts}." if starts else ""
    text = f"{counted[State.CREATED]} of {total} created{others}. {last.label}, the last one: {shown['reason']}{until}"
    progress.tell(text, str(shown["reason_code"]))


def _interrupted(sentence: str) -> Interrupted:
    return Interrupted(f"Stopped waiting. {sentence}")
