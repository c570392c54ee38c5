"""What becomes of a delivery after a try: done, later, never, or nothing more for its target.

Standard Webhooks' practice ("Deliverability and reliability"): every answer that is no success is tried again, also 400 and 404,
because people mend their receivers; over about three days, in growing steps. 410 says that nobody wants deliveries any more, and
stops the target. A redirect is never followed, and is final: only a person can put the new address into the configuration.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from worker.domain.delivery import DeliveryCode, Ended, Trouble

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_TRIES = len(SCHEDULE) + 1
JITTER = 0.1  # of a step, on top of it: what failed together must not come back together
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(hours=24)  # of what a target may ask for
LONGEST_AFTER_DEATH = timedelta(
    minutes=5
)  # after 5, 10, 20 … seconds: what kills its process must not do so all the time
GONE = 410
BREATHER = timedelta(seconds=60)  # at most this long nothing goes to a target that failed; then one delivery alone
NOTICE_AFTER = timedelta(hours=1)  # of failing without a success, somebody is told
PAUSE_AFTER = timedelta(days=3)  # as long as the schedule: what failed until then is not likely to mend itself


@dataclass(frozen=True)
class Delivered:
    """The target has it."""


@dataclass(frozen=True)
class Later:
    """Another try. `not_before` is the target's own wish, for everything that goes there."""

    due_at: datetime
    because: Trouble
    not_before: datetime | None


@dataclass(frozen=True)
class GivenUp:
    """No further try until a person sends it again."""

    because: Trouble


@dataclass(frozen=True)
class Stopped:
    """The target wants nothing any more: it is paused, and what waits for it waits."""

    because: Trouble


Step = Delivered | Later | GivenUp | Stopped


def after(ended: Ended, tries: int, now: datetime, jitter: Callable[[float], float]) -> Step:
    """What follows the try number `tries`, from 1."""
    status = ended.status
    if status is not None and 200 <= status < 300:
        return Delivered()
    facts = {"status": status, "fault": ended.fault, "said": ended.said}
    told = {name: value for name, value in facts.items() if value is not None}
    if status == GONE:
        return Stopped(Trouble(DeliveryCode.DESTINATION_PAUSED, told))
    if ended.is_final or (status is not None and 300 <= status < 400):
        return GivenUp(Trouble(DeliveryCode.DESTINATION_REFUSED, told))
    if tries >= MOST_TRIES:
        return GivenUp(Trouble(DeliveryCode.ATTEMPTS_USED, {**told, "tries": tries}))
    step = SCHEDULE[tries - 1]
    wait = step + timedelta(seconds=jitter(step.total_seconds() * JITTER))
    asked = None if ended.retry_after is None else min(max(ended.retry_after, SHORTEST_WAIT), LONGEST_WAIT)
    because = Trouble(DeliveryCode.BACKING_OFF, {**told, "tries": tries, "of": MOST_TRIES})
    return Later(now + max(wait, asked or wait), because, None if asked is None else now + asked)


def refusals(known: Iterable[str]) -> Trouble | None:
    """What stays to be said of a letter that is delivered: how many of its recipients were refused for good, with which codes."""
    codes = [said for said in known if said]
    if not codes:
        return None
    return Trouble(DeliveryCode.RECIPIENTS_REFUSED, {"refused": len(codes), "codes": sorted(set(codes))})


def after_death(died: Ended, tries: int, now: datetime) -> Step:
    """What follows a try whose process died. That says nothing of the target, so that the steps begin short and end sooner."""
    step = after(died, tries, now, lambda _: 0.0)
    if not isinstance(step, Later):
        return step
    return replace(step, due_at=now + min(SCHEDULE[0] * 2 ** (tries - 1), LONGEST_AFTER_DEATH))


def breather(failures: int) -> timedelta:
    """For how long nothing goes to a target after so many failures in a row: 0, 2, 4, 8 … seconds, up to a minute."""
    return timedelta(0) if failures < 2 else min(timedelta(seconds=2 ** min(failures - 1, 10)), BREATHER)
