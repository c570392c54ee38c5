"""Why a delivery is not delivered, or a target gets nothing, in one sentence, and what to do: nobody else composes these."""

from dataclasses import dataclass
from datetime import datetime

from worker.domain.delivery import Delivery, DeliveryCode, DeliveryState, Trouble
from worker.policy.reasons import NOTHING_TO_DO, clock
from worker.policy.redelivery import MOST_TRIES


@dataclass(frozen=True)
class Reason:
    """`until` is when the next try is due, where that is known; `action` is the next step."""

    code: DeliveryCode
    text: str
    until: datetime | None
    action: str


@dataclass(frozen=True)
class Destination:
    """What sentences need of a target. `paused_by` is None where the bridge paused it, and `pause_reason` says why then."""

    name: str
    gone_at: datetime | None = None
    paused_at: datetime | None = None
    paused_by: str | None = None
    pause_reason: str | None = None
    not_before: datetime | None = None
    failing_since: datetime | None = None


def why(found: Delivery, to: Destination, *, is_first: bool, now: datetime) -> Reason | None:
    """The reason, or None for what was delivered to everybody."""
    match found.state:
        case DeliveryState.DELIVERED:
            return None if found.because is None else _partly(found, found.because)
        case DeliveryState.SENDING:
            return Reason(DeliveryCode.UNDER_WAY, f"On its way to {to.name}.", None, NOTHING_TO_DO)
        case DeliveryState.WAITING:
            return _waiting(found, to, is_first=is_first, now=now)
        case DeliveryState.FAILED | DeliveryState.CANCELLED:
            because = found.because or Trouble(DeliveryCode.UNDELIVERABLE, {})
            return Reason(because.code, _resting(because, to), None, _resting_action(found, because))


def stopped(to: Destination) -> Reason | None:
    """Why a target gets nothing; None where it does."""
    if to.gone_at is not None:
        text = f"{to.name} is not in the configuration any more. What waits for it is kept."
        return Reason(DeliveryCode.DESTINATION_REMOVED, text, None, f"Configure [targets.{to.name}] again.")
    if to.paused_at is not None:
        at = f"at {clock(to.paused_at)}"
        how = f"by {to.paused_by} {at}" if to.paused_by else f"{at}, because {to.pause_reason}"
        text = f"{to.name} was paused {how}. Nothing is lost; what waits for it is kept."
        return Reason(DeliveryCode.DESTINATION_PAUSED, text, None, f"To go on: sprout deliveries resume {to.name}")
    return None


def trouble(to: Destination) -> Reason | None:
    """Why a target gets nothing, or that it takes nothing; None where all is well."""
    stops = stopped(to)
    if stops is not None or to.failing_since is None:
        return stops
    text = f"{to.name} has taken nothing since {clock(to.failing_since)}. Nothing is lost; it is tried again."
    action = f"See what it answers: sprout deliveries list --target {to.name}"
    return Reason(DeliveryCode.BACKING_OFF, text, to.not_before, action)


def said(of: Trouble, name: str) -> str:
    """What came of a try: "recruiting answered 503 Service Unavailable", or why there was no answer."""
    facts = of.facts
    if "status" in facts:
        words = f" {facts['said']}" if "said" in facts else ""
        return f"{name} answered {facts['status']}{words}."
    return str(facts.get("fault", f"{name} could not be reached."))


def _partly(found: Delivery, because: Trouble) -> Reason:
    """Delivered, and not to everybody."""
    count, codes = because.facts.get("refused", 1), because.facts.get("codes", ())
    shown = ", ".join(map(str, codes)) if isinstance(codes, list) else ""
    who = "1 recipient was" if count == 1 else f"{count} recipients were"
    text = f"{who} refused for good ({shown}); the others have it."
    return Reason(because.code, text, None, f"Correct the addresses under to in [targets.{found.target}].")


def _waiting(found: Delivery, to: Destination, *, is_first: bool, now: datetime) -> Reason:
    stops = stopped(to)
    if stops is not None:
        return stops
    if not is_first:
        text = "An earlier delivery about the same thing goes first."
        return Reason(DeliveryCode.AFTER_ANOTHER, text, None, NOTHING_TO_DO)
    due = max(found.due_at, to.not_before or found.due_at)
    if found.because is not None and due > now:
        again = f"Trying again at {clock(due)}, try {found.tries + 1} of {MOST_TRIES}."
        return Reason(DeliveryCode.BACKING_OFF, f"{said(found.because, to.name)} {again}", due, NOTHING_TO_DO)
    if due > now and (to.not_before is None or to.not_before <= now):
        text = f"Gathered: it goes out at {clock(due)}, with the others of its day."
        return Reason(DeliveryCode.GATHERED, text, due, NOTHING_TO_DO)
    if due > now:
        text = f"{to.name} has just failed and is given time. Sent at {clock(due)} or later."
        return Reason(DeliveryCode.BACKING_OFF, text, due, NOTHING_TO_DO)
    return Reason(DeliveryCode.IN_LINE, "Next: it is sent as soon as a worker takes it.", None, NOTHING_TO_DO)


def _resting(because: Trouble, to: Destination) -> str:
    told = said(because, to.name)
    match because.code:
        case DeliveryCode.DESTINATION_REFUSED:
            return (
                told
                if "status" not in because.facts
                else f"{told} That leads elsewhere, and redirects are not followed."
            )
        case DeliveryCode.NO_LONGER_THERE if not because.facts:
            return "What it tells of is not kept any more."
        case DeliveryCode.ATTEMPTS_USED:
            return f"{told} All {because.facts.get('tries', MOST_TRIES)} tries are used up."
        case _:
            return told


def _resting_action(found: Delivery, because: Trouble) -> str:
    again = f"sprout deliveries resend {found.id}"
    match because.code:
        case DeliveryCode.NO_LONGER_THERE:
            return NOTHING_TO_DO
        case DeliveryCode.DESTINATION_REFUSED if "status" in because.facts:
            return f"Put the final address into [targets.{found.target}], start the bridge again, then: {again}"
        case _:
            return f"When that is mended: {again}, or everything: sprout deliveries recover --since 3d"
