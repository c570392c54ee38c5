"""Receive: how many deliveries a second are durable and answered, beside the handler that everybody writes first (P3, P4, P5).

The same server, machine, bodies and connections for both; the other handler checks the signature and commits a row, and does
nothing else. Both run all the time and are asked in turn. Every round counts the rows in the database: one that answered more
than it stored has lost something, and no rate makes good for that.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import load, served
from bench.report import Aim, Row
from bench.served import Served
from bench.slowness import Dripping, draining
from tests.processes import Program
from tests.servers import postgres, valkey
from worker.children import answers, free_port
from worker.sandbox.running import running
from worker.sandbox.settings import Settings

ROUNDS, SECONDS = 5, 3.0
WARM_UP_SECONDS = 1.0
DRIPS = 128
CEILING = Path(__file__).with_name("ceiling.c")
CASES = ("plain", "slow-clients", "backlog", "slow-disk")
DATABASES = ("sqlite", "postgresql")
COMPILER_IS_MISSING = "there is no C compiler (cc) here"


@dataclass
class Side:
    """One of those that are compared, and all that was sent to it."""

    served: Served
    rounds: list[load.Volley] = field(default_factory=list)
    warm_ups: list[load.Volley] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._requests = load.deliveries(served.PATH)

    def fire(self, seconds: float, turn: Callable[[], None]) -> None:
        """One round."""
        self.rounds.append(load.volley(self.served.port, self._requests, seconds=seconds, turn=turn))

    def warm_up(self) -> None:
        """What a process does once, such as importing Celery for its first hint, is no part of any round."""
        self.warm_ups.append(load.volley(self.served.port, self._requests, seconds=WARM_UP_SECONDS, warm_up=0))

    @property
    def rates(self) -> list[float]:
        return [one.rate for one in self.rounds]

    @property
    def slowest(self) -> list[float]:
        return [one.percentile(0.99) for one in self.rounds]

    def checks(self, name: str) -> dict[str, bool]:
        """Every answer is a row. What was cut off may be one too, and nothing else may be."""
        volleys = [*self.warm_ups, *self.rounds]
        stored, rows = sum(one.stored for one in volleys), self.served.rows()
        open_at_the_end = sum(one.unanswered + one.broken for one in volleys)
        return {
            f"{name}: rows = answers": stored <= rows <= stored + open_at_the_end,
            f"{name}: none refused": not any(one.refused or one.broken for one in volleys),
            f"{name}: enough answers": all(len(one.seconds) >= 100 for one in self.rounds),
        }

    def facts(self) -> dict[str, object]:
        return {
            "p50_ms": [round(one.median, 2) for one in self.rounds],
            "p99_ms": [round(one.percentile(0.99), 2) for one in self.rounds],
            "answers": sum(one.stored for one in [*self.warm_ups, *self.rounds]),
            "rows": self.served.rows(),
            "refused": sum(one.refused for one in self.rounds),
            "unanswered": sum(one.unanswered for one in self.rounds),
        }


def chosen(argv: Sequence[str]) -> Iterator[Row]:
    """One case."""
    parser = argparse.ArgumentParser(prog="python -m bench.part receive")
    parser.add_argument("--case", choices=CASES, default="plain")
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each round")
    given = parser.parse_args(argv)
    yield from rows(given.case, given.database, given.rounds, given.seconds)


def rows(case: str, database: str, rounds: int, seconds: float) -> Iterator[Row]:
    """P3 and P4 of a case; P5 too where it is the plain one on SQLite and the ceiling can be compiled."""
    with tempfile.TemporaryDirectory(prefix="sprout-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        environment = served.slow_disk(folder) if case == "slow-disk" else {}
        if environment is None:
            print(f"receive, slow-disk: left out, because {COMPILER_IS_MISSING}", file=sys.stderr)
            return
        ours, bare, ready = _sides(stack, folder, case, database, environment)
        empty = Side(stack.enter_context(served.bare(folder / "empty", "nothing")))
        durable = _ceiling(stack, folder) if (case, database) == ("plain", "sqlite") else None
        others = [side for side in (empty, durable) if side is not None]
        for side in (ours, bare):
            side.warm_up()
        for _ in range(rounds):
            for side in (ours, bare):
                with ready(side.served) as turn:
                    side.fire(seconds, turn)
            for side in others:
                side.fire(min(seconds, 1.0), _nothing)
        yield from _judged(case, database, ours, bare, empty, durable)


def _judged(case: str, database: str, ours: Side, bare: Side, empty: Side, durable: Side | None) -> Iterator[Row]:
    about = f"{case.replace('-', ' ')}, {database}"
    repeat = f"python -m bench.part receive --case {case} --database {database}"
    checks = ours.checks("ours") | bare.checks("bare")
    facts = {"ours": ours.facts(), "bare": bare.facts(), "empty_rates": empty.rates, "connections": load.CONNECTIONS}
    yield Row(
        goal="P3",
        what=f"receipts a second ÷ bare Flask; {about}",
        unit="/s",
        aim=Aim(at_least=2.0),
        ours=ours.rates,
        peer=bare.rates,
        ceiling=max(empty.rates),
        ratios=_ratios(ours.rates, bare.rates),
        checks=checks,
        facts=facts,
        repeat=repeat,
    )
    yield Row(
        goal="P4",
        what=f"slowest of a hundred receipts ÷ bare Flask; {about}",
        unit="ms",
        aim=Aim(at_most=0.1),
        ours=ours.slowest,
        peer=bare.slowest,
        ratios=_ratios(ours.slowest, bare.slowest),
        checks=checks,
        repeat=repeat,
    )
    if durable is not None:
        yield Row(
            goal="P5",
            what=f"receipts a second ÷ append and fdatasync in C; {about}",
            unit="/s",
            aim=Aim(at_least=0.1),
            ours=ours.rates,
            peer=durable.rates,
            ceiling=max(durable.rates),
            ratios=_ratios(ours.rates, durable.rates),
            checks=checks,
            facts={"limited_by": "the sender of this bench, which is one process of Python"},
            repeat=repeat,
        )


Ready = Callable[[Served], AbstractContextManager[Callable[[], None]]]


def _sides(
    stack: ExitStack, folder: Path, case: str, database: str, environment: dict[str, str]
) -> tuple[Side, Side, Ready]:
    """Ours and the other, and what happens around each round."""
    broker = stack.enter_context(valkey())
    api = stack.enter_context(running(Settings(speed=20, candidates=0)))
    if database == "postgresql":
        server = stack.enter_context(postgres())
        urls = [server.create_database(), server.create_database()]
    else:
        urls = [f"sqlite:///{folder}/ours.db", f"sqlite:///{folder}/bare.db"]
    ours = served.web(served.configured(folder / "ours", urls[0], broker.url, api.base_url), environment)
    bare = served.bare(folder / "bare", urls[1], environment)
    sides = Side(stack.enter_context(ours)), Side(stack.enter_context(bare))
    if case == "backlog":
        stack.enter_context(draining(sides[0].served))
    return *sides, _dripped_on if case == "slow-clients" else _at_rest


@contextmanager
def _at_rest(_: Served) -> Iterator[Callable[[], None]]:
    yield _nothing


@contextmanager
def _dripped_on(at: Served) -> Iterator[Callable[[], None]]:
    drips = Dripping(at.port, DRIPS)
    try:
        yield drips.turn
    finally:
        drips.close()


def _nothing() -> None:
    pass


def _ceiling(stack: ExitStack, folder: Path) -> Side | None:
    compiler = shutil.which("cc")
    if compiler is None:
        print(f"P5: left out, because {COMPILER_IS_MISSING}", file=sys.stderr)
        return None
    program, port = folder / "ceiling", free_port(0)
    subprocess.run([compiler, "-O2", "-o", program, CEILING], check=True)
    listener = Program([program, str(port), folder / "ceiling.data"], log=folder / "ceiling.log")
    stack.callback(listener.stop)
    while not answers("127.0.0.1", port):
        if not listener.is_running():
            raise RuntimeError(f"the ceiling does not listen:\n{listener.last_words()}")
    return Side(Served(port, lambda: 0, folder))


def _ratios(ours: Sequence[float], others: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ours, others, strict=True)]
