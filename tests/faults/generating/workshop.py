"""One worker on a ledger of its own against a sandbox, in this process, and the judge: the sandbox's record against the ledger.

    with workshop(tmp_path, speed=60) as shop:
        shop.fault("status:500")
        label = shop.file()
        shop.until_state("created")
        shop.judge()

`Workshop.process` starts the same worker as a program that can be killed and stopped at a named step.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from config import load
from tests.faults.generating import judge
from tests.faults.generating.judge import Allowed, Call
from tests.faults.generating.wording import CONFIGURATION, a_text
from tests.ledger.databases import furnish
from tests.processes import Program
from worker import assembly, filing, operators
from worker.assembly import Bridge
from worker.domain.interview import StoredInterview
from worker.domain.request import GenerationRequest, State, Tier
from worker.ledger import attempts, budgets, interviews, organizations, requests
from worker.ledger.attempts import PastAttempt
from worker.ledger.connection import Tx, database_clock
from worker.ledger.tables import request as request_table
from worker.sandbox.running import Running, running
from worker.sandbox.settings import FAKE_KEY, ForeignSpender, Key, Limiter, Organization, Seconds, Settings
from worker.station import Station

ARMED = Path(__file__).parents[1] / "armed"
ARMED_QUIETLY = Path(__file__).with_name("armed_quietly")
ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 30.0
LANDING_SECONDS = 10.0
LONGEST_WAIT = timedelta(seconds=31)  # between two tries
ORGANIZATION = "acme"
T = TypeVar("T")


@dataclass
class Workshop:
    """`times` and what else the configuration says is in `chosen`; `ahead` moves the ledger's clock."""

    folder: Path
    sandbox: Running
    chosen: dict[str, object]
    ahead: timedelta = timedelta(0)
    stations: list[Station] = field(default_factory=list)
    bridges: list[Bridge] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.configure()
        self.bridge = self.assemble()
        furnish(self.bridge.ledger)
        assembly.prepare(self.bridge)

    @property
    def path(self) -> Path:
        return self.folder / "bridge.toml"

    def configure(self, **changed: object) -> None:
        """Write the configuration; who is started or assembled later works with it."""
        self.chosen |= changed
        key = self.folder / "key"
        key.touch(0o600)
        key.write_text(str(self.chosen["key"]))
        self.path.write_text(CONFIGURATION.format(**self.chosen))

    def assemble(self) -> Bridge:
        """A bridge of its own, as another process has one."""
        bridge = assembly.assemble(load(self.path, assembly.kinds()))
        bridge.ledger.clock = lambda conn: database_clock(conn) + self.ahead
        self.bridges.append(bridge)
        return bridge

    def start(self, bridge: Bridge | None = None) -> Station:
        """A worker in this process."""
        station = Station(bridge or self.bridge)
        self.stations.append(station)
        station.start()
        return station

    def process(self, *, crash_at: str = "", stop_at: str = "") -> Program:
        """A worker as a program, once it is ready; armed for one step if so wished."""
        steps = {"SPROUT_CRASH_AT": crash_at, "SPROUT_STOP_AT": stop_at}
        armed = {name: step for name, step in steps.items() if step}
        env = os.environ | armed
        if armed:
            env["PYTHONPATH"] = str(ARMED if crash_at else ARMED_QUIETLY)
        argv = [sys.executable, "-m", "worker.cli", "--config", str(self.path), "worker"]
        program = Program(argv, log=self.folder / f"log-{len(self.programs)}", cwd=ROOT, env=env)
        self.programs.append(program)
        self.until(lambda: "is ready" in program.last_words(100_000), f"the worker is ready: {program.last_words()}")
        return program

    def fault(self, name: str, **more: object) -> None:
        """Of the next generation, unless `more` says otherwise."""
        self.sandbox.tell("faults", fault=name, **{"endpoint": "from-job-description", "times": 1, **more})

    def file(self, *, text: str = "", title: str = "Bicycle mechanic", kick: bool = True, **options: object) -> str:
        """One generation; returns its request's id. The workers of this process are told."""
        return self.file_many(1, text=text, title=title, kick=kick, **options)[0]

    def file_many(
        self, number: int, *, text: str = "", title: str = "Bicycle mechanic", kick: bool = True, **options: object
    ) -> list[str]:
        """Several, in one transaction and in this order."""

        def unit(tx: Tx) -> list[str]:
            return [
                filing.file(
                    tx, filing.Submission(ORGANIZATION, text or a_text(next(self._numbers)), title, options=options)
                ).request.id
                for _ in range(number)
            ]

        filed = self.write(unit)
        if kick:
            self.kick()
        return filed

    def kick(self) -> None:
        """As a hint does."""
        for station in self.stations:
            station.pump.run(ORGANIZATION)

    def write(self, unit: Callable[[Tx], T]) -> T:
        return self.bridge.ledger.write(unit)

    def read(self, unit: Callable[[Tx], T]) -> T:
        return self.bridge.ledger.read(unit)

    def request(self, request_id: str) -> GenerationRequest:
        found = self.read(lambda tx: requests.get(tx, request_id))
        assert found is not None
        return found

    def requests(self) -> list[GenerationRequest]:
        """All, in the order in which they were filed."""
        rows = sa.select(request_table).order_by(request_table.c.id)
        return self.read(lambda tx: [requests.from_row(row) for row in tx.conn.execute(rows).mappings()])

    def attempts(self, request_id: str) -> list[PastAttempt]:
        """Oldest first."""
        return self.read(lambda tx: attempts.past(tx, request_id))[::-1]

    def interviews(self, request_id: str) -> list[StoredInterview]:
        return self.read(lambda tx: interviews.of_request(tx, request_id))

    def budget(self, tier: Tier = Tier.AI) -> budgets.Standing:
        return next(one for one in self.read(budgets.standings) if one.tier is tier)

    def pause(self) -> organizations.Pause | None:
        return self.read(lambda tx: organizations.paused(tx, ORGANIZATION))

    def calls(self, *, executed: bool | None = None, tier: str = "ai") -> list[Call]:
        """In the sandbox's own record, oldest first."""
        found = self.sandbox.ask("record")["requests"]
        assert isinstance(found, list)
        return [one for one in found if one["tier"] == tier and executed in (None, one["executed"])]

    def until(self, happens: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """Wait for something that must come to pass."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if found := happens():
                return found
            time.sleep(0.02)
        states = Counter(str(one.state) for one in self.requests())
        raise AssertionError(f"not within {seconds:g} s: {what}; requests: {dict(states)}")

    def until_state(self, state: str, number: int = 1, seconds: float = PATIENCE_SECONDS) -> list[GenerationRequest]:
        """Until so many requests are in this state."""

        def there() -> list[GenerationRequest]:
            found = [one for one in self.requests() if one.state == state]
            return found if len(found) >= number else []

        return list(self.until(there, f"{number} requests are {state}", seconds))

    def until_settled(self, request_id: str) -> GenerationRequest:
        """Until it is neither waiting nor on its way; the ledger's clock is moved on over its waits. Best without a sweep."""

        def settled() -> bool:
            self.land()
            if self.request(request_id).state is not State.WAITING:
                return True
            self.ahead += LONGEST_WAIT
            self.kick()
            return False

        self.until(settled, "it is settled")
        return self.request(request_id)

    def says_not_there(self, request_id: str) -> bool:
        """A person looked at TalentSprout and did not find it; False while that can't be believed yet."""
        wait, nothing = self.bridge.settings.bridge.quarantine, operators.Changes()
        ada = operators.Person("ada")
        try:
            self.write(lambda tx: operators.retry(tx, ada, request_id, not_there=True, changes=nothing, wait=wait))
        except operators.Refusal:
            return False
        return True

    def land(self) -> None:
        """Until no call is in flight and none is claimed any more."""
        for station in self.stations:
            assert station.land(LANDING_SECONDS)

    def judge(self, *, retries: int = 0, breaches: int = 0, unheard: int = 0) -> None:
        """I2, I4, I5 and I6: what the sandbox did against what the ledger says.

        `retries` are those by people or policy, `breaches` errors after executing, `unheard` whole successes that no
        process lived to write down.
        """
        known = {one.id: {kept.interview.id for kept in self.interviews(one.id)} for one in self.requests()}
        there = {one["interview"]["id"] for one in self._interviews_there()}
        judge.requests(self.requests(), known, self.calls(executed=True), there, Allowed(retries, breaches, unheard))

    def judge_budget(self, limit: int) -> None:
        """I7: no 429 while nobody else spends, and never more arrivals than the limit in any window of the server's clock."""
        calls = self.calls()
        assert [one["label"] for one in calls if one["status"] == 429] == []
        assert judge.most_in_a_window([one["body_at"] for one in calls], self._window()) <= limit

    def _window(self) -> float:
        return float(str(self.sandbox.ask("record")["window_seconds"]))

    def _interviews_there(self) -> list[dict[str, Any]]:
        found = self.sandbox.ask("interviews")["interviews"]
        assert isinstance(found, list)
        return found


@contextmanager
def workshop(
    folder: Path,
    *,
    speed: float = 60.0,
    latency: Sequence[float] = (0.0, 0.0),
    limit: int = 20,
    limiter: Limiter = Limiter.LOG,
    foreign: tuple[ForeignSpender, ...] = (),
    start: bool = True,
    **chosen: Any,
) -> Iterator[Workshop]:
    """A sandbox whose minute lasts 60 / `speed` seconds, and a worker with a budget to match, already started.

    `latency` is in the sandbox's seconds; `chosen` goes into the configuration.
    """
    acme = Organization(name=ORGANIZATION, keys=(Key(FAKE_KEY),), ai_limit=limit, foreign=foreign)
    settings = Settings(
        speed=speed, candidates=0, generating=Seconds(*latency), organizations=(acme,), limiter=limiter, seed=7
    )
    with running(settings) as sandbox:
        usual = {
            "database": f"sqlite:///{folder}/bridge.db",
            "broker": "embedded",
            "folder": folder,
            "deadline": "5s",
            "margin": "4s",
            "quarantine": "1s",
            "sweep": "200ms",
            "key": FAKE_KEY,
            "base_url": sandbox.base_url,
            "limit": limit,
            "window": 60 / speed,
            "on_unknown": "hold",
        }
        shop = Workshop(folder, sandbox, usual | chosen)
        try:
            if start:
                shop.start()
            yield shop
        finally:
            for program in shop.programs:
                if program.is_running():
                    program.kill()
            for station in shop.stations:
                station.stop()
            for station in shop.stations:
                station.land(1)
            for bridge in shop.bridges:
                bridge.ledger.close()
