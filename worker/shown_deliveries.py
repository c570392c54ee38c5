"""Deliveries and targets as the API, the command line and the pages show them, each made once, so that they can't differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from worker.domain.delivery import Delivery, DeliveryState, Try
from worker.domain.request import GenerationRequest
from worker.ledger import audit, deliveries, delivery_lists, requests, targets
from worker.ledger.connection import Tx
from worker.ledger.targets import Standing
from worker.moments import instant
from worker.policy import delays
from worker.policy.delays import Destination

Shown = dict[str, Any]


def delivery_list(tx: Tx, found: Sequence[Delivery]) -> list[Shown]:
    """Deliveries with what each is about, and with their reasons."""
    known = {one.name: one for one in targets.standings(tx)}
    wanted = requests.several(tx, {one.subjects.request for one in found if one.subjects.request is not None})
    return [_delivery(tx, one, known, wanted.get(one.subjects.request or "")) for one in found]


def one_delivery(tx: Tx, found: Delivery) -> Shown:
    """A delivery with every try and who decided what."""
    (shown,) = delivery_list(tx, [found])
    reason = _why(tx, found, {one.name: one for one in targets.standings(tx)})
    return {
        **shown,
        "action": None if reason is None else reason.action,
        "try_list": [_try(one) for one in deliveries.tries(tx, found.id)],
        "decisions": [
            {"at": instant(entry.at), "actor": entry.actor, "action": entry.action} for entry in audit.of(tx, found.id)
        ],
    }


def target_list(tx: Tx) -> list[Shown]:
    """Every target that was ever configured: whether it gets what happens, and what waits for it."""
    counted = delivery_lists.counts(tx)
    return [_target(one, counted) for one in targets.standings(tx)]


def one_target(tx: Tx, name: str) -> Shown | None:
    """One target as in lists."""
    return next((one for one in target_list(tx) if one["name"] == name), None)


def _why(tx: Tx, found: Delivery, known: Mapping[str, Standing]) -> delays.Reason | None:
    is_first = found.state is not DeliveryState.WAITING or deliveries.is_first(tx, found)
    to = known[found.target].destination if found.target in known else Destination(found.target)
    return delays.why(found, to, is_first=is_first, now=tx.now())


def _delivery(tx: Tx, found: Delivery, known: Mapping[str, Standing], wanted: GenerationRequest | None) -> Shown:
    reason = _why(tx, found, known)
    about = found.subjects
    return {
        "id": found.id,
        "organization": found.organization,
        "target": found.target,
        "event": found.event,
        "state": found.state,
        "reason": None if reason is None else reason.text,
        "reason_code": None if reason is None else reason.code,
        "eta": None if reason is None else instant(reason.until),
        "tries": found.fence,
        "about": _named(found) if wanted is None else wanted.title,
        "label": None if wanted is None else wanted.label,
        "request_id": about.request,
        "interview_id": about.interview,
        "result_id": about.result,
        "created_at": instant(found.created_at),
        "updated_at": instant(found.updated_at),
    }


def _named(found: Delivery) -> str:
    """What a delivery is about that no request here is: as people know it."""
    about = found.subjects
    if about.job is not None:
        return f"posting {about.job} of {about.source}"
    nouns = {"batch": about.batch, "source": about.source, "target": about.target, "interview": about.interview}
    named = (f"{noun} {name}" for noun, name in nouns.items() if name is not None)
    return next(named, f"organization {found.organization}")


def _try(found: Try) -> Shown:
    return {
        "n": found.n,
        "at": instant(found.at),
        "status": found.status,
        "excerpt": found.excerpt,
        "fault": found.fault,
        "seconds": None if found.took is None else round(found.took.total_seconds(), 3),
    }


def _target(found: Standing, counted: Mapping[tuple[str, DeliveryState], int]) -> Shown:
    reason = delays.trouble(found.destination)
    return {
        "name": found.name,
        "organization": found.organization,
        "kind": found.kind,
        "events": list(found.events),
        "state": _state(found),
        "reason": None if reason is None else reason.text,
        "reason_code": None if reason is None else reason.code,
        "action": None if reason is None else reason.action,
        "paused_at": instant(found.paused_at),
        "paused_by": found.paused_by,
        "failing_since": instant(found.failing_since),
        **{state.value: counted.get((found.name, state), 0) for state in DeliveryState},
    }


def _state(found: Standing) -> str:
    if found.gone_at is not None:
        return "removed"
    if found.paused_at is not None:
        return "paused"
    return "failing" if found.failing_since is not None else "ok"
