"""The town that chaos visits: sandbox, database, broker, proxies between them, and the bridge's processes.

`production` is a receiver and two workers on PostgreSQL and a broker; `embedded` is one `sprout up` on SQLite.
"""

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config import load
from tests.processes import Program
from tests.proxy import Proxy, proxying
from tests.servers import Server, postgres, valkey
from worker import assembly
from worker.assembly import Bridge
from worker.children import free_port
from worker.ledger import schema
from worker.sandbox.running import Running, running
from worker.sandbox.settings import FAKE_KEY, Key, Organization, Seconds, Settings

SPEED = 5.0
WINDOW_SECONDS = 60 / SPEED
LIMIT = 20
CONFIGURATION = """\
[bridge]
bind = "127.0.0.1:{port}"
call_deadline = "4s"
lease_margin = "4s"
quarantine = "4s"
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
class Town:
    """What the nemesis may harm, by name, and what the checker asks."""

    sandbox: Running
    bridge: Bridge
    url: str
    programs: dict[str, Program]
    start: dict[str, Callable[[], Program]]
    api: Proxy
    servers: dict[str, Server] = field(default_factory=dict)

    def heal(self) -> None:
        """Every fault ends and everything runs."""
        self.api.heal()  # whoever took it down brought it up again
        for server in self.servers.values():
            server.resume()
            server.restart()
        for name, program in self.programs.items():
            program.resume()
            if not program.is_running():
                self.programs[name] = self.start[name]()


@contextmanager
def town(folder: Path, on: str) -> Iterator[Town]:
    """Build it; everything ends with the block."""
    port, token = free_port(0), secrets.token_urlsafe(32)
    hook = f"http://127.0.0.1:{port}/webhooks/talentsprout/acme/{token}"
    settings = Settings(
        speed=SPEED,
        candidates=1,
        finishing=Seconds(2, 20),
        generating=Seconds(2, 8),
        organizations=(Organization(name="acme", keys=(Key(FAKE_KEY),), webhook_url=hook),),
    )
    with ExitStack() as stack:
        sandbox = stack.enter_context(running(settings))
        api = stack.enter_context(proxying(("127.0.0.1", sandbox.port)))
        servers: dict[str, Server] = {}
        lines = ""
        if on == "production":
            database, broker = stack.enter_context(postgres()), stack.enter_context(valkey())
            servers = {"database": database, "broker": broker}
            lines = f'database_url = "{database.create_database()}"\nbroker_url = "{broker.url}"'
        path = folder / "bridge.toml"
        path.write_text(CONFIGURATION.format(port=port, bridge=lines, key=FAKE_KEY, api=api.port, token=token))
        bridge = assembly.assemble(load(path, assembly.kinds()))
        schema.upgrade(bridge.ledger)
        assembly.prepare(bridge)
        start = _starters(folder, path, on)
        programs = {name: begin() for name, begin in start.items()}
        stack.callback(lambda: [one.kill() for one in programs.values() if one.is_running()])
        yield Town(sandbox, bridge, f"http://127.0.0.1:{port}", programs, start, api, servers)


def _starters(folder: Path, path: Path, on: str) -> dict[str, Callable[[], Program]]:
    def starter(name: str, *words: str) -> Callable[[], Program]:
        argv = [sys.executable, "-m", *words]
        return lambda: Program(argv, log=folder / f"{name}.log", cwd=folder)

    command = ("worker.cli", "--config", str(path))
    if on == "embedded":
        return {"up": starter("up", *command, "up")}
    return {
        "web": starter("web", "web", "--config", str(path)),
        "worker-1": starter("worker-1", *command, "worker"),
        "worker-2": starter("worker-2", *command, "worker"),
    }
