"""A whole bridge for a test: configuration, sandbox, `sprout up`, and the questions that a user would ask of it."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tests.ledger.databases import empty_ledger
from tests.processes import Program
from worker.children import free_port
from worker.cli.sprout import main as sprout
from worker.sandbox.running import Running, running
from worker.sandbox.settings import FAKE_KEY, Key, Organization, Seconds, Settings

PATIENCE_SECONDS = 40.0
CONFIGURATION = """\
[bridge]
bind = "127.0.0.1:{port}"
call_deadline = "{deadline}"
lease_margin = "2s"
quarantine = "{quarantine}"
sweep = "1s"
probe = "1s"
{bridge}
[organizations.acme]
api_key = "{key}"
base_url = "{base_url}"
webhook_token = "{token}"
limits = {{ ai = "20/3s", default = "120/3s" }}
[sources.careers]
kind = "greenhouse"
organization = "acme"
secret = "{secret}"
[sources.forms]
kind = "generic"
organization = "acme"
secret = "{secret}-forms"
token_header = "X-Bridge-Token"
"""


class Household:
    """One folder with a configuration, the sandbox that it names, and the programs that were started on it."""

    def __init__(
        self, folder: Path, sandbox: Running, *, port: int, token: str, deadline: str, quarantine: str, bridge: str
    ) -> None:
        self.folder, self.sandbox, self.port, self.token = folder, sandbox, port, token
        self.path = folder / "bridge.toml"
        self.times = {"deadline": deadline, "quarantine": quarantine}
        self.bridge = bridge
        self.configure(FAKE_KEY)
        self.programs: list[Program] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def configure(self, key: str) -> None:
        """Write the configuration, with another key if need be."""
        self.path.write_text(
            CONFIGURATION.format(
                port=self.port,
                **self.times,
                bridge=self.bridge,
                key=key,
                base_url=self.sandbox.base_url,
                token=self.token,
                secret="a-secret-of-this-journey-alone",
            )
        )

    def start(self, *words: str, ready: bool = True, env: Mapping[str, str] | None = None) -> Program:
        """`sprout up`, or another command that goes on; `env` is added to the environment."""
        argv = [sys.executable, "-m", "worker.cli", "--config", str(self.path), *(words or ("up",))]
        program = Program(
            argv, log=self.folder / f"log-{len(self.programs)}", cwd=self.folder, env={**os.environ, **(env or {})}
        )
        self.programs.append(program)
        if ready and words[:1] in ((), ("up",)):
            self.until(lambda: self.get("/readyz")[0] == 200, f"the bridge serves: {program.last_words()}")
        return program

    def sprout(self, *words: str, status: int = 0, feed: str | None = None) -> str:
        """A command that ends; its stdout."""
        done = self.run(*words, feed=feed)
        assert done.returncode == status, f"sprout {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def run(self, *words: str, feed: str | None = None) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-m", "worker.cli", "--config", str(self.path), *words]
        return subprocess.run(
            argv, capture_output=True, text=True, timeout=90, cwd=self.folder, input=feed, check=False
        )

    def told(self, *words: str) -> Any:
        """What a command that answers says with --json. It runs in this process: a journey asks again and again."""
        with contextlib.chdir(self.folder):
            done = CliRunner().invoke(sprout, ["--config", str(self.path), *words, "--json"])
        assert done.exit_code == 0, f"sprout {' '.join(words)}: {done.exit_code}\n{done.output}\n{done.exception!r}"
        return json.loads(done.stdout)

    def requests(self, **wanted: str) -> list[dict[str, Any]]:
        filters = [word for name, value in wanted.items() for word in (f"--{name}", value)]
        return list(self.told("requests", "list", *filters)["items"])

    def signed(self, source: str, body: bytes) -> dict[str, str]:
        """What the source would send, by `sprout sign`."""
        file = self.folder / "delivery.json"
        file.write_bytes(body)
        return dict(self.told("sign", source, str(file))["headers"])

    def deliver(self, source: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """POST a delivery, signed unless headers are given; status and answer."""
        return self.post(f"/webhooks/{source}", body, self.signed(source, body) if headers is None else headers)

    def complete(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """POST what TalentSprout would."""
        hook = f"/webhooks/talentsprout/acme/{self.token}"
        return self.post(hook, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(self.url + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)

    def get(self, path: str, token: str = "") -> tuple[int, str]:
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"} if token else {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except OSError:
            return 0, ""

    def calls(self, *, executed: bool | None = None) -> list[dict[str, Any]]:
        """Generations in the sandbox's own record."""
        found = self.sandbox.ask("record")["requests"]
        assert isinstance(found, list)
        return [one for one in found if one["tier"] == "ai" and (executed is None or one["executed"] == executed)]

    def until(self, happens: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """Wait for something that must come to pass."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if found := happens():
                return found
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds:g} s: {what}")

    def until_state(self, state: str, count: int = 1) -> list[dict[str, Any]]:
        def there() -> list[dict[str, Any]]:
            found = self.requests(state=state)
            return found if len(found) >= count else []

        return list(self.until(there, f"{count} requests are {state}"))


@contextlib.contextmanager
def household(
    folder: Path,
    *,
    speed: float = 20.0,
    latency: Sequence[float] = (2.0, 8.0),
    deadline: str = "5s",
    quarantine: str = "4s",
    bridge: str = "",
) -> Iterator[Household]:
    """A household on free ports; whatever it started ends with it."""
    port, token = free_port(0), secrets.token_urlsafe(32)
    hook = f"http://127.0.0.1:{port}/webhooks/talentsprout/acme/{token}"
    settings = Settings(
        speed=speed,
        candidates=0,
        generating=Seconds(*latency),
        organizations=(Organization(name="acme", keys=(Key(FAKE_KEY),), webhook_url=hook),),
    )
    if "database_url" not in bridge:  # `up` would make it: that is seen by the demo, and takes a second
        (folder / "var").mkdir(mode=0o700)
        (folder / "var/bridge.db").write_bytes(empty_ledger())
    with running(settings) as sandbox:
        house = Household(
            folder, sandbox, port=port, token=token, deadline=deadline, quarantine=quarantine, bridge=bridge
        )
        try:
            yield house
        finally:
            for program in house.programs:
                if program.is_running():
                    program.kill()


def post(
    job_id: int, content: str, *, title: str = "Bicycle mechanic", action: str = "job_post_created", **more: Any
) -> bytes:
    """A Greenhouse job post."""
    payload = {
        "id": job_id,
        "title": title,
        "content": content,
        "job_id": job_id + 1,
        "live": True,
        "external": True,
        **more,
    }
    return json.dumps({"action": action, "payload": payload}).encode()


def text(number: int = 0) -> str:
    """A description that is long enough."""
    return f"<p>Number {number}. You repair bicycles, talk with customers and keep a small workshop in order.</p>"
