"""The plan of a storm: what is done to whom, when, and for how long. The seed alone decides it, before anything starts.

Every kind of harm has a rate, so that a storm of a given length does at least so much of each; the seed draws the moments, the
targets, the spans and the details. What is not there when its moment comes is passed over, and counted as missed.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

PRODUCTION = "production"
EMBEDDED = "embedded"
STEPS = (  # where an armed process ends; worker/ names them
    "before_event_commit",
    "after_event_commit",
    "after_spool_append",
    "after_claim",
    "after_connect",
    "after_sent_mark",
    "after_body_sent",
    "after_response",
    "after_journal",
    "after_outcome_commit",
    "after_sweep",
)
STEPS_OF_THE_RECEIVER = STEPS[:3]
LOSES_THE_ANSWER = (  # the call is executed, and its answer can't be read, or never comes
    "created_hang",
    "half_close",
    "reset_after",
    "truncate_hang",
    "garbage_200",
    "200_no_share_link",
    "200_other_id_type",
    "html_504_after",
    "garbage_status_line",
    "wrong_gzip",
    "drip_headers",
    "drip_body",
)
TROUBLES = (
    "truncate",
    "wrong_content_length",
    "hang",
    "reset_on_accept",
    "reset_before",
    "created_500",
    "html_502",
    "redirect_307",
    "redirect_308",
    "gzip_bomb",
    "1xx_flood",
    "status:400",
    "status:403",
    "status:408",
    "status:422",
    "status:429",
    "status:500",
    "status:502",
    "status:503",
    "status:504",
    "completes_first",
)
TOXICS = ("down", "latency", "slicer", "limit_data_up", "limit_data_down", "reset_peer", "timeout")
ROLL_SECONDS = 15.0  # after which whoever was asked to end is killed
LONGEST_PAUSE = 10.0  # seconds: longer than a lease, shorter than a lease and its quarantine (see town)


class What(StrEnum):
    """The kinds of harm."""

    KILL = "kill"  # -9
    CRASH = "crash"  # -9 by itself, at a named step
    ROLL = "roll"  # SIGTERM, and a new one
    PAUSE = "pause"
    BROKER_FLUSH = "broker flush"
    BROKER_KILL = "broker kill"
    BROKER_CLIENTS = "broker client kill"
    BROKER_SILENCE = "broker client pause"
    BROKER_PAUSE = "broker pause"
    DATABASE_TERMINATE = "database terminate"
    DATABASE_STOP = "database stop"  # as pg_ctl stop -m immediate
    DATABASE_KILL = "database kill"
    DATABASE_PAUSE = "database pause"
    DATABASE_READ_ONLY = "database read only"
    FILE_LOCK = "file lock"
    PROXY = "proxy"
    LOST_ANSWER = "lost answer"
    VENDOR = "vendor trouble"
    KEY = "key revoked"
    FOREIGN = "foreign spender"


@dataclass(frozen=True)
class Deed:
    """One harm. `at` and `span` in seconds; `detail` is a step, a toxic or a fault, `size` counts bytes, calls or requests."""

    at: float
    what: What
    target: str
    span: float = 0.0
    detail: str = ""
    size: int = 0

    def __str__(self) -> str:
        more = f" {self.detail}" * bool(self.detail) + f" ({self.size})" * bool(self.size)
        return f"{self.at:7.2f} s  {self.what:20} {self.target:9} for {self.span:5.2f} s{more}"


@dataclass(frozen=True)
class Kind:
    """How often a minute, to whom (in turn; named twice is twice as often), how long, and with what."""

    rate: float
    targets: Sequence[str]
    span: Callable[[random.Random], float] = lambda _: 0.0
    details: Sequence[str] = ("",)
    size: Callable[[random.Random], int] = lambda _: 0


def _between(low: float, high: float) -> Callable[[random.Random], float]:
    return lambda chance: round(chance.uniform(low, high), 2)


def _whole(low: int, high: int) -> Callable[[random.Random], int]:
    return lambda chance: chance.randint(low, high)


def _pauses(chance: random.Random) -> float:
    return chance.choice((0.5, 2.0, LONGEST_PAUSE))


EVERYWHERE = {
    What.LOST_ANSWER: Kind(11, ("vendor",), details=LOSES_THE_ANSWER, size=_whole(1, 3)),
    What.VENDOR: Kind(5, ("vendor",), details=TROUBLES, size=_whole(1, 2)),
    What.KEY: Kind(0.5, ("vendor",), _between(1, 3)),
    What.FOREIGN: Kind(0.5, ("vendor",), _between(5, 9), size=_whole(3, 8)),
    What.BROKER_FLUSH: Kind(1, ("broker",)),
    What.BROKER_CLIENTS: Kind(0.5, ("broker",)),
    What.BROKER_SILENCE: Kind(0.5, ("broker",), _between(0.5, 3)),
}
OF = {
    PRODUCTION: EVERYWHERE
    | {
        What.KILL: Kind(4, ("web", "worker-1", "worker-2"), _between(0, 2)),
        What.CRASH: Kind(3, ("web", "worker-1", "worker-2", "worker-1", "worker-2"), details=STEPS),
        What.ROLL: Kind(1, ("web", "worker-1", "worker-2"), lambda _: ROLL_SECONDS),
        What.PAUSE: Kind(1.5, ("web", "worker-1", "worker-2"), _pauses),
        What.BROKER_KILL: Kind(1, ("broker",), _between(0, 4)),
        What.BROKER_PAUSE: Kind(0.5, ("broker",), _between(0.5, 3)),
        What.DATABASE_TERMINATE: Kind(1, ("database",)),
        What.DATABASE_STOP: Kind(0.5, ("database",), _between(0, 3)),
        What.DATABASE_KILL: Kind(0.5, ("database",), _between(0, 3)),
        What.DATABASE_PAUSE: Kind(0.5, ("database",), _between(0.5, 3)),
        What.DATABASE_READ_ONLY: Kind(0.5, ("database",), _between(1, 3)),
        What.PROXY: Kind(
            7,
            ("vendor", "vendor", "database", "broker", "door", "door"),
            _between(0.3, 2.5),
            TOXICS,
            _whole(1, 900),
        ),
    },
    EMBEDDED: EVERYWHERE
    | {
        What.KILL: Kind(4, ("up", "up.web", "up.worker", "up.worker", "up.broker"), _between(0, 1)),
        What.CRASH: Kind(1, ("up",), details=STEPS),
        What.ROLL: Kind(0.5, ("up",), lambda _: ROLL_SECONDS),
        What.PAUSE: Kind(1.5, ("up", "up.worker", "up.web"), _pauses),
        What.FILE_LOCK: Kind(1.5, ("database",), _between(0.5, 6)),
        What.PROXY: Kind(5, ("vendor", "vendor", "door"), _between(0.3, 2.5), TOXICS, _whole(1, 900)),
    },
}


def plan(seed: int, seconds: float, on: str) -> list[Deed]:
    """The storm, in order. However short it is, there is one of each kind that comes once a minute or more often."""
    chance = random.Random(f"{seed} {on}")
    deeds = [deed for what, kind in OF[on].items() for deed in _drawn(what, kind, chance, seconds)]
    return sorted(deeds, key=lambda deed: deed.at)


def _drawn(what: What, kind: Kind, chance: random.Random, seconds: float) -> Iterator[Deed]:
    """One in each share of the time; targets and details in turn, so that none is left out in a long storm."""
    times = max(int(kind.rate * seconds / 60 + 0.5), 1 if kind.rate >= 1 else 0)
    targets = _in_turn(kind.targets, chance)
    details = {target: _in_turn(_details(what, kind, target), chance) for target in sorted(set(kind.targets))}
    for number in range(times):
        at = round((number + chance.random()) * seconds / times, 2)
        target = next(targets)
        yield Deed(at, what, target, kind.span(chance), next(details[target]), kind.size(chance))


def _details(what: What, kind: Kind, target: str) -> Sequence[str]:
    """Steps that this process comes to, or whatever the kind has."""
    if what is not What.CRASH or target == "up":
        return kind.details
    return [step for step in STEPS if (step in STEPS_OF_THE_RECEIVER) == (target == "web")]


def _in_turn(choices: Sequence[str], chance: random.Random) -> Iterator[str]:
    """All of them in an order that was drawn, and again in another."""
    while True:
        yield from chance.sample(choices, len(choices))
