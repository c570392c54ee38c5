"""What the demo runs on: a sandbox in this process and an `up` beside it, with a configuration made for the occasion."""

import base64
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from config import Secret, load
from worker import assembly, children
from worker.assembly import Bridge
from worker.cli.demo import listener
from worker.cli.demo.listener import Heard
from worker.sandbox.running import Running as Sandbox
from worker.sandbox.running import running as sandbox_running
from worker.sandbox.settings import FAKE_KEY, Key, Organization, Seconds, Settings

STARTING_SECONDS = 60.0
STOPPING_SECONDS = 10.0
FINISHING_SECONDS = (1.0, 4.0)  # of real time: how long a candidate lets us wait

CONFIGURATION = """\
[bridge]
bind = "127.0.0.1:{port}"
sweep = "1s"

[organizations.sandbox]
api_key = "file:api_key"
base_url = "{base_url}"
webhook_token = "file:webhook_token"
limits = {{ ai = "20/{window}ms", default = "120/{window}ms" }}

[sources.careers]
kind = "greenhouse"
organization = "sandbox"
secret = "file:greenhouse"
[sources.careers.interview]
passing_score = 70

[sources.forms]
kind = "generic"
organization = "sandbox"
secret = "file:forms"
token_header = "X-Bridge-Token"

[targets.recruiting]
kind = "webhook"
organization = "sandbox"
url = "{target}"
secret = "file:recruiting"
events = ["interview.created", "result.completed", "result.abandoned", "request.held"]
"""


@dataclass(frozen=True)
class House:
    """The running demo: where its pages are, its ledger, its sandbox."""

    url: str
    bridge: Bridge
    sandbox: Sandbox
    process: subprocess.Popen[bytes]
    heard: Heard

    def alive(self) -> bool:
        """Whether the bridge still runs."""
        return self.process.poll() is None


@contextmanager
def running(folder: Path, speed: float) -> Iterator[House]:
    """Start everything, and end it again."""
    port = children.free_port(8080)
    token = secrets.token_urlsafe(32)
    hook = f"http://127.0.0.1:{port}/webhooks/talentsprout/sandbox/{token}"
    least, most = FINISHING_SECONDS
    settings = Settings(
        speed=speed,
        finishing=Seconds(least * speed, most * speed),
        organizations=(Organization(name="sandbox", keys=(Key(FAKE_KEY),), webhook_url=hook),),
    )
    signing_key = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    with sandbox_running(settings) as sandbox, listener.listening(Secret(signing_key)) as heard:
        addresses = {"port": port, "base_url": sandbox.base_url, "target": heard.url}
        path = _configured(folder, {"webhook_token": token, "recruiting": signing_key}, addresses, speed)
        process = _start(path, folder / "log")
        try:
            bridge = assembly.assemble(load(path, assembly.kinds()))
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, process, folder / "log")
            yield House(url, bridge, sandbox, process, heard)
        finally:
            _stop(process)


def _configured(folder: Path, made: dict[str, str], addresses: dict[str, object], speed: float) -> Path:
    kept = {"api_key": FAKE_KEY, **made}
    kept |= {name: secrets.token_urlsafe(32) for name in ("greenhouse", "forms")}
    for name, secret in kept.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(secret)
    path = folder / "bridge.toml"
    path.write_text(CONFIGURATION.format(**addresses, window=round(60_000 / speed)))
    return path


def _start(path: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as told:
        return subprocess.Popen(  # noqa: S603 - our own argv
            [*children.PYTHON, "worker.cli", "--config", str(path), "up"],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            cwd=path.parent,
            start_new_session=True,
            preexec_fn=children.die_with_parent,
        )


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - http on loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"the bridge did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Twice at once: nobody waits for the demo's calls."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.terminate()
    try:
        process.wait(timeout=STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
