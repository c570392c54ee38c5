"""`sprout worker` and `sprout web`: the two halves of the bridge, one process each."""

import gc
import os
import signal
import sys
import threading
import time
from types import FrameType

import click

from worker import app, assembly, children, listening, log
from worker.assembly import Bridge
from worker.cli import settings
from worker.ledger import schema
from worker.ledger.connection import LedgerFault
from worker.sending import pinging
from worker.station import SEATS, Station

GRACE_SECONDS = 30  # beyond one full deadline, for writing what came back
EAR_SECONDS = 5


@click.command()
@click.option(
    "--concurrency", type=click.IntRange(1, 5000), default=SEATS, show_default=True, help="Calls in flight at once."
)
@click.option(
    "--listen",
    metavar="HOST:PORT",
    callback=lambda _context, _option, value: _address(value),
    help="Serve this worker's /healthz and /metrics there.",
)
@click.pass_context
def worker(context: click.Context, concurrency: int, listen: tuple[str, int] | None) -> None:
    """\b
    sprout worker --concurrency 100 --listen 127.0.0.1:9100

    Read events, send requests, tell targets, sweep: as many of these as you like.
    """
    log.to_stderr()
    loaded = settings.of(context)
    if loaded.bridge.broker_url == "embedded" and assembly.broker_url(loaded) is None:
        raise click.ClickException(
            f"no `sprout up` runs on {loaded.bridge.data_dir}, and its broker is the one that is configured "
            '(broker_url = "embedded"). Start `sprout up`, which brings a worker, or set broker_url to a Redis.'
        )
    bridge = assembly.assemble(loaded)
    stop = _StopSignals()
    if not _wait_for_schema(bridge, stop):
        return
    assembly.prepare(bridge)
    pinging.notice_new_keys(bridge)
    station = Station(bridge, concurrency)
    ear = app.Ear(station)
    if listen is not None:
        _listen(listen, ear)
    ear.start()
    ear.wait_until_ready(EAR_SECONDS)  # its own start is heavy, and the first calls should not suffer from it
    gc.freeze()  # what was imported stays: a look through all of it takes 0.1 s, in the middle of somebody's transaction
    station.start()
    click.echo(f"worker {os.getpid()} is ready", err=True)
    while not stop.asked.wait(1):
        if not ear.alive():
            station.stop()
            raise click.ClickException(
                "the ear for hints has failed; the log says why. A supervisor should start me again."
            )
    _land(station, ear, stop)


@click.command()
@click.pass_context
def web(context: click.Context) -> None:
    """\b
    sprout web --config /etc/sprout/bridge.toml

    Receive webhooks, serve the API and the pages.
    """
    loaded = settings.of(context)
    named = [] if loaded.path is None else ["--config", str(loaded.path)]
    os.execv(sys.executable, [*children.PYTHON, "web", *named])  # noqa: S606 - worker never imports web


def _address(value: str | None) -> tuple[str, int] | None:
    """Raises click.BadParameter for anything but HOST:PORT."""
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise click.BadParameter(f'"{value}" is no address; expected HOST:PORT such as 127.0.0.1:9100.')
    return host.strip("[]"), int(port)


def _listen(address: tuple[str, int], ear: app.Ear) -> None:
    try:
        listening.start(address, ear.alive)
    except OSError as fault:
        raise click.ClickException(f"can't listen on {address[0]}:{address[1]}: {fault.strerror or fault}.") from None


class _StopSignals:
    """SIGTERM and Ctrl-C: the first asks, the second insists."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.insisted = threading.Event()
        signal.signal(signal.SIGTERM, self._heard)
        signal.signal(signal.SIGINT, self._heard)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        (self.insisted if self.asked.is_set() else self.asked).set()


def _wait_for_schema(bridge: Bridge, stop: _StopSignals) -> bool:
    """False if asked to stop meanwhile. Workers never migrate."""
    said = False
    while True:
        try:
            if schema.is_current(bridge.ledger):
                return True
            problem = "the database's schema is not the one of this version; run `sprout db upgrade`"
        except LedgerFault as fault:
            problem = f"the database can't be reached ({type(fault).__name__})"
        if not said:
            click.echo(f"Waiting: {problem}.", err=True)
            said = True
        if stop.asked.wait(0.5):
            return False


def _land(station: Station, ear: app.Ear, stop: _StopSignals) -> None:
    """Nothing new is claimed; calls in flight finish, or a second signal makes them unknown."""
    station.stop()
    flying = station.pump.flights.now()
    most = station.bridge.settings.bridge.call_deadline.total_seconds() + GRACE_SECONDS
    if flying:
        names = ", ".join(f"{one.label}-{one.n}" for one in flying[:5]) + (" …" if len(flying) > 5 else "")
        click.echo(
            f"Stopping: {len(flying)} calls in flight finish first ({names}), {most:.0f} s at most. "
            "Once more (Ctrl-C) stops at once and makes them unknown.",
            err=True,
        )
    ear.stop(EAR_SECONDS)
    ends = time.monotonic() + most
    while not station.land(0.2):
        if stop.insisted.is_set() or time.monotonic() > ends:
            station.pump.abandon()
            lost = len(station.pump.flights.now())
            click.echo(f"Stopped at once: {lost} calls are unknown now; deliveries under way are sent again.", err=True)
            break
    station.leave()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads of calls that were given up must not keep the process
