"""`sprout up`: everything on one machine, with nothing else installed.

It migrates, starts the private broker, the sandbox where nothing else is configured, the receiver and a worker, restarts what
dies, and takes all of them with it when it ends, however it ends.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from config import Settings
from config.sandbox import SandboxSecrets
from worker import assembly, children, embedded, metrics, running
from worker.cli import settings
from worker.ledger import blinding, schema
from worker.ledger.connection import Ledger

SANDBOX_PORT = 8090
LONGEST_RESTART_SECONDS = 30.0
STOP_GRACE_SECONDS = 35  # beyond a full deadline


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 5000), help="Calls in flight at once.")
@click.pass_context
def up(context: click.Context, concurrency: int | None) -> None:
    """\b
    sprout up

    Run receiver, pages, API, worker and sweep together. An empty folder will do: it runs the sandbox.
    """
    loaded = settings.of(context)
    left = running.last(loaded.bridge.data_dir)
    try:
        place = running.Place(loaded.bridge.data_dir)
    except running.AlreadyRunning as other:
        by = f"process {other.by.pid}" if other.by else "another process"
        raise click.ClickException(
            f"`sprout up` runs on {loaded.bridge.data_dir} already: {by}. Stop that one first."
        ) from None
    _must_be_free(loaded)
    if left is not None and left.broker is not None:
        embedded.tidy(Path(left.broker))
    ledger = Ledger(loaded.bridge.database_url, keys=assembly.keys(loaded))
    before, after = schema.upgrade(ledger)
    ledger.write(blinding.of)
    if before != after:
        click.echo(f"Database ready (schema {after}).", err=True)
    _Household(loaded, place, concurrency).run()


def _must_be_free(loaded: Settings) -> None:
    """Another program on our address would be taken for the bridge."""
    host, port = loaded.bridge.bind_host, loaded.bridge.bind_port
    if not children.is_free(host, port):
        raise click.ClickException(
            f"{host}:{port} is taken by another program (another bridge?). Choose another address: in bridge.toml, "
            f'under [bridge], bind = "{host}:{port + 1}".'
        )


@dataclass
class _Child:
    """One process of the household and how often it had to be started again."""

    name: str
    argv: Sequence[str]
    told: bytes  # on standard input
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0


class _Household:
    """The processes of one `up`. All are started by the main thread, so that the kernel ends them with it."""

    def __init__(self, loaded: Settings, place: running.Place, concurrency: int | None) -> None:
        self._settings = loaded
        self._place = place
        self._config = [] if loaded.path is None else ["--config", str(Path(loaded.path).absolute())]
        self._asked = 0
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._heard)
        self._broker = embedded.Broker(loaded.bridge.data_dir) if loaded.bridge.broker_url == "embedded" else None
        self._sandbox = _sandbox_url(loaded) if loaded.sandbox else None
        self._note()
        self._metrics = metrics.begin_sharing(loaded.bridge.data_dir)
        self._children = [_Child(*one) for one in self._plan(concurrency)]

    def run(self) -> None:
        """Until asked to stop."""
        for child in self._children:
            _start(child, self._metrics)
        try:
            bridge, greeted = self._settings.bridge, False
            while not self._asked:
                self._look_after()
                if not greeted and children.answers(bridge.bind_host, bridge.bind_port):
                    self._greet()
                    greeted = True
                time.sleep(0.1)
            self._stop()
        finally:
            for child in self._children:
                if child.process is not None and child.process.poll() is None:
                    child.process.kill()
            if self._broker is not None:
                self._broker.stop()
            self._place.leave()

    def _plan(self, concurrency: int | None) -> list[tuple[str, list[str], bytes]]:
        python = children.PYTHON
        sprout = [*python, "worker.cli", *self._config]
        seats = [] if concurrency is None else ["--concurrency", str(concurrency)]
        plan = [
            ("web", [*python, "web", *self._config], b""),
            ("worker", [*sprout, "worker", *seats], b""),
        ]
        if self._sandbox is not None:
            port = self._sandbox.rpartition(":")[2].partition("/")[0]
            argv = [*python, "worker.sandbox", "--port", port, "--secrets", "-"]
            plan.insert(0, ("sandbox", argv, self._sandbox_secrets()))
        return plan

    def _sandbox_secrets(self) -> bytes:
        """By standard input, because everybody may read a command line."""
        kept = SandboxSecrets.kept_in(self._settings.bridge.data_dir)
        public_url = self._settings.bridge.public_url.rstrip("/")
        webhook_url = f"{public_url}/webhooks/talentsprout/sandbox/{kept.webhook_token.reveal()}"
        told = {"organization": [f"sandbox={kept.api_key.reveal()}"], "webhook_url": [webhook_url]}
        return json.dumps(told).encode()

    def _note(self) -> None:
        socket = None if self._broker is None else str(self._broker.socket)
        self._place.note(running.Running(os.getpid(), socket, self._sandbox))

    def _greet(self) -> None:
        bridge = self._settings.bridge
        click.echo(f"The bridge runs: {bridge.public_url}  (Ctrl-C stops it)", err=True)
        if self._settings.sandbox:
            click.echo(
                "Nothing is configured, so it works with a sandbox: no real interview is made. Try, in another terminal:\n"
                "  sprout generate --wait FILE     an interview from a text file\n"
                "  sprout sign greenhouse FILE     headers to send a webhook with curl",
                err=True,
            )

    def _look_after(self) -> None:
        """Start again what died, after one second, two, four … half a minute."""
        now = time.monotonic()
        if self._broker is not None and not self._broker.alive():
            click.echo("The embedded broker died; starting it again. Nothing is lost.", err=True)
            self._broker.restart()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                child.failures = 1 if now - child.started > LONGEST_RESTART_SECONDS else child.failures + 1
                wait = min(2.0 ** (child.failures - 1), LONGEST_RESTART_SECONDS)
                click.echo(
                    f"{child.name} ended with {child.process.returncode}; starting it again in {wait:.0f} s.", err=True
                )
                metrics.forget_process(self._metrics, child.process.pid)
                child.process, child.again_at = None, now + wait
            elif child.process is None and now >= child.again_at:
                _start(child, self._metrics)

    def _stop(self) -> None:
        """Receiver and worker first; the worker finishes its calls, which the sandbox must still answer."""
        most = self._settings.bridge.call_deadline.total_seconds() + STOP_GRACE_SECONDS
        for name in ("web", "worker"):
            self._signal(name, signal.SIGTERM)
        ends = time.monotonic() + most
        insisted = False
        while any(self._runs(name) for name in ("web", "worker")) and time.monotonic() < ends:
            if self._asked > 1 and not insisted:
                insisted = True
                self._signal("worker", signal.SIGTERM)
            time.sleep(0.05)
        self._signal("sandbox", signal.SIGTERM)
        for child in self._children:
            if child.process is not None:
                _wait(child.process)

    def _signal(self, name: str, number: int) -> None:
        for child in self._children:
            if child.name == name and child.process is not None and child.process.poll() is None:
                child.process.send_signal(number)

    def _runs(self, name: str) -> bool:
        return any(
            one.name == name and one.process is not None and one.process.poll() is None for one in self._children
        )

    def _heard(self, _number: int, _frame: object) -> None:
        self._asked += 1


def _start(child: _Child, shared: Path) -> None:
    """In a session of its own: a Ctrl-C in the terminal reaches `up` alone, which passes it on."""
    child.started = time.monotonic()
    child.process = subprocess.Popen(  # noqa: S603 - our own argv
        child.argv,
        stdin=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, metrics.SHARED: str(shared)},  # noqa: TID251 - handed on as it is
        preexec_fn=children.die_with_parent,
    )
    assert child.process.stdin is not None, "it is a pipe"
    child.process.stdin.write(child.told)
    child.process.stdin.close()


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _sandbox_url(loaded: Settings) -> str:
    """The port of the last time if it is free, so that old share links keep their host."""
    noted = running.last(loaded.bridge.data_dir)
    wanted = SANDBOX_PORT if noted is None or noted.sandbox is None else int(noted.sandbox.split(":")[2].split("/")[0])
    return f"http://127.0.0.1:{children.free_port(wanted)}/api/v1"
