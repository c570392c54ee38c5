"""The town that chaos visits: sandbox, database, broker, proxies between them, and the bridge's processes.

`production` is a receiver and two workers on PostgreSQL and a broker, each behind a proxy; `embedded` is one `sprout up` on
SQLite. TalentSprout and the receiver are behind proxies in both.

The times hold the one assumption of the protocol: no pause between the mark and the first byte outlasts the quarantine. A lease
is 9 seconds, its quarantine 6 more, and nobody is paused for longer than 10.
"""

import http.client
import os
import secrets
import signal
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import psutil
import sqlalchemy as sa

from config import load
from tests.chaos.plan import EMBEDDED, PRODUCTION
from tests.processes import Program
from tests.proxy import Proxy, proxying
from tests.servers import BrokerServer, PostgresServer, postgres, valkey
from worker import assembly, running
from worker.assembly import Bridge
from worker.children import free_port
from worker.ledger import schema
from worker.ledger.connection import Ledger
from worker.sandbox.running import Running
from worker.sandbox.running import running as sandbox_running
from worker.sandbox.settings import FAKE_KEY, Key, Organization, Seconds, Settings, Switches

SPEED = 5.0
WINDOW_SECONDS = 60 / SPEED
LIMIT = 20
STARTING_SECONDS = 90.0
CONTROL_TRIES = 5
ARMED = Path(__file__).parents[1] / "faults" / "armed"
POSTGRES_SOCKET = ".s.PGSQL.5432"
CONFIGURATION = """\
[bridge]
bind = "127.0.0.1:{port}"
call_deadline = "3s"
lease_margin = "6s"
quarantine = "6s"
sweep = "1s"
probe = "1s"
{bridge}
[organizations.acme]
api_key = "{key}"
base_url = "http://127.0.0.1:{api}/api/v1"
webhook_token = "{token}"
limits = {{ ai = "20/12s", default = "120/12s" }}
[sources.careers]
kind = "greenhouse"
organization = "acme"
secret = "a-secret-of-this-town-alone"
"""


@dataclass
class House:
    """One program of the bridge: how it is started, and what runs now. `absent`: it stays down until it is called back."""

    name: str
    argv: list[str]
    folder: Path
    program: Program | None = None
    absent: bool = False
    armed_at: str = ""
    starts: Iterator[int] = field(default_factory=count)

    @property
    def once(self) -> Path:
        return self.folder / f"{self.name}.died"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def start(self, armed_at: str = "") -> None:
        """From the main thread only. Armed, one process of it ends at that step, once."""
        environment: Mapping[str, str] | None = None
        self.armed_at = armed_at
        if armed_at:
            self.once.unlink(missing_ok=True)
            environment = {
                **os.environ,
                "PYTHONPATH": str(ARMED),
                "SPROUT_CRASH_AT": armed_at,
                "SPROUT_STEP_ONCE": str(self.once),
            }
        next(self.starts)
        self.program = Program(self.argv, log=self.log, cwd=self.folder, env=environment)
        self.absent = False

    def runs(self) -> bool:
        return self.program is not None and self.program.is_running()

    def member(self, part: str) -> psutil.Process | None:
        """A child of `up`: web, worker or broker; itself for "". None where it isn't there now."""
        family = [] if self.program is None else self.program.family()
        if not part:
            return family[0] if family else None
        for one in family[1:]:
            try:
                words = one.cmdline()
            except psutil.Error:
                continue
            if _part(words) == part:
                return one
        return None


def _part(words: list[str]) -> str:
    if any("valkey" in word for word in words[:1]):
        return "broker"
    if "worker" in words:
        return "worker"
    return "web" if "web" in words else ""


@dataclass
class Town:
    """What the nemesis may harm, by name, and what the checker asks. `bridge` reaches the ledger without a proxy."""

    on: str
    folder: Path
    path: Path
    sandbox: Running
    bridge: Bridge
    url: str
    straight_url: str
    houses: dict[str, House]
    proxies: dict[str, Proxy]
    database: PostgresServer | None
    broker: BrokerServer | None
    done: Counter[str] = field(default_factory=Counter)

    def ask(self, name: str) -> dict[str, object]:
        """A question to the sandbox itself; asked again where a fault meant for the bridge strikes us."""
        return _again(lambda: self.sandbox.ask(name))

    def tell(self, name: str, /, **order: object) -> None:
        """An order to the sandbox itself; repeating one changes nothing that matters."""
        _again(lambda: self.sandbox.tell(name, **order))

    def house(self, target: str) -> tuple[House, str]:
        """`up.web` is the part web of the house up."""
        name, _, part = target.partition(".")
        return self.houses[name], part

    def look_after(self) -> None:
        """As a supervisor does: whoever has ended is started again."""
        for house in self.houses.values():
            if house.armed_at and house.once.exists():
                self.done["died at a step"] += 1
                self.done[f"died {house.armed_at}"] += 1
                house.armed_at = ""
            if not house.absent and not house.runs():
                house.start()

    def broker_socket(self) -> Path | None:
        """Where the broker listens now; None while there is none."""
        if self.broker is not None:
            return self.broker.socket
        noted = running.find(self.bridge.settings.bridge.data_dir)
        return None if noted is None or noted.broker is None else Path(noted.broker)

    def is_ready(self) -> bool:
        """What /readyz says, without a proxy."""
        try:
            with urllib.request.urlopen(f"{self.straight_url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait_until_ready(self) -> None:
        """Until receipts can be stored. Raises TimeoutError with the last words of all houses."""
        ends = time.monotonic() + STARTING_SECONDS
        while not self.is_ready():
            if time.monotonic() > ends:
                words = {
                    name: "" if one.program is None else one.program.last_words() for name, one in self.houses.items()
                }
                raise TimeoutError(f"not ready within {STARTING_SECONDS:g} s: {words}")
            self.look_after()
            time.sleep(0.1)


@contextmanager
def town(folder: Path, on: str, seed: int) -> Iterator[Town]:
    """Build it and wait until it is ready; everything ends with the block."""
    port, token = free_port(0), secrets.token_urlsafe(32)
    with ExitStack() as stack:
        door = stack.enter_context(proxying(("127.0.0.1", port)))
        sandbox = stack.enter_context(sandbox_running(_vendor(door.port, token, seed)))
        api = stack.enter_context(proxying(("127.0.0.1", sandbox.port)))
        proxies = {"door": door, "vendor": api}
        database, broker, straight, lines = None, None, "", ""
        if on == PRODUCTION:
            database, broker = stack.enter_context(postgres()), stack.enter_context(valkey())
            straight = database.create_database()
            proxies["database"] = stack.enter_context(proxying(database.folder / POSTGRES_SOCKET))
            proxies["broker"] = stack.enter_context(proxying(broker.socket))
            name = sa.make_url(straight).database
            lines = (
                f'database_url = "postgresql+psycopg://postgres@127.0.0.1:{proxies["database"].port}/{name}"\n'
                f'broker_url = "redis://127.0.0.1:{proxies["broker"].port}/0"'
            )
        path = folder / "bridge.toml"
        path.write_text(CONFIGURATION.format(port=port, bridge=lines, key=FAKE_KEY, api=api.port, token=token))
        bridge = assembly.assemble(load(path, assembly.kinds()))
        if straight:
            bridge = replace(bridge, ledger=Ledger(straight, keys=bridge.ledger.keys))
        schema.upgrade(bridge.ledger)
        assembly.prepare(bridge)
        houses = _houses(folder, path, on)
        url = f"http://127.0.0.1:{door.port}"
        made = Town(
            on, folder, path, sandbox, bridge, url, f"http://127.0.0.1:{port}", houses, proxies, database, broker
        )
        stack.callback(bridge.ledger.close)
        stack.callback(_leave, houses)
        made.look_after()
        made.wait_until_ready()
        yield made


def _again(exchange: Callable[[], dict[str, object]]) -> dict[str, object]:
    for _ in range(CONTROL_TRIES - 1):
        with suppress(OSError, http.client.HTTPException):
            return exchange()
    return exchange()


def _leave(houses: Mapping[str, House]) -> None:
    for house in houses.values():
        if house.program is not None and house.program.is_running():
            house.program.resume()
            house.program.kill()


def _vendor(door: int, token: str, seed: int) -> Settings:
    hook = f"http://127.0.0.1:{door}/webhooks/talentsprout/acme/{token}"
    return Settings(
        speed=SPEED,
        seed=seed,
        candidates=1,
        finishing=Seconds(2, 20),
        generating=Seconds(2, 6),
        organizations=(Organization(name="acme", keys=(Key(FAKE_KEY),), webhook_url=hook),),
        switches=Switches(webhook_retries=2),
    )


def _houses(folder: Path, path: Path, on: str) -> dict[str, House]:
    command = ("worker.cli", "--config", str(path))
    words: dict[str, tuple[str, ...]] = {"up": (*command, "up")}
    if on != EMBEDDED:
        words = {
            "web": ("web", "--config", str(path)),
            "worker-1": (*command, "worker"),
            "worker-2": (*command, "worker"),
        }
    return {name: House(name, [sys.executable, "-m", *argv], folder) for name, argv in words.items()}


def end(process: psutil.Process) -> None:
    """kill -9 of one process and of what it started; who is gone already is passed over."""
    try:
        for one in [*process.children(recursive=True), process]:
            one.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return
