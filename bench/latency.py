"""Latency: from a delivery's answer, which follows its commit, to the first byte at TalentSprout, on an idle system (P6).

The other side commits a row and sends a Celery task, whose worker calls at once: no signature, no reading, no filing, no budget,
no mark before the call. One event at a time; who is first alternates with every event. Times are those of the sandbox's record.
"""

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from bench import load, rivals, served
from bench.report import Aim, Row
from bench.served import PATH, ROOT
from tests.processes import Program
from tests.servers import valkey
from worker.sandbox.running import Running, running
from worker.sandbox.settings import Seconds, Settings

ROUNDS, EVENTS = 3, 30
PAUSE_SECONDS = 0.2  # after an arrival; the sandbox's slots are 0.15 s apart, so each event finds one open
UNDISTURBED_SECONDS = 0.06  # before anybody asks whether it has arrived
PATIENCE_SECONDS = 30.0
BROKERS = ("redis", "embedded")
SANDBOX = Settings(speed=20, candidates=0, generating=Seconds(0.2, 0.2))
Send = Callable[[], float]


def chosen(argv: Sequence[str]) -> Iterator[Row]:
    """One row."""
    parser = argparse.ArgumentParser(prog="python -m bench.part latency")
    parser.add_argument("--broker", choices=BROKERS, default="redis", help="of the bridge")
    parser.add_argument(
        "--beside", choices=("redis", "filesystem"), default="redis", help="the transport of bare Celery"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--events", type=int, default=EVENTS, help="in each round")
    given = parser.parse_args(argv)
    yield row(given.broker, given.beside, given.rounds, given.events)


def row(broker: str, beside: str, rounds: int, events: int) -> Row:
    """The ratio of what 95 of 100 events take."""
    with tempfile.TemporaryDirectory(prefix="sprout-bench-") as name, ExitStack() as stack:
        ours = stack.enter_context(_bridge(Path(name) / "ours", broker))
        bare = stack.enter_context(_celery(Path(name) / "bare", beside))
        for warm_up in (ours, bare) * 2:
            warm_up()
        found = [_round(ours, bare, events) for _ in range(rounds)]
    mine, others = [_p95(one) for one, _ in found], [_p95(other) for _, other in found]
    return Row(
        goal="P6",
        what=f"event to call, p95: bridge on {broker} ÷ bare Celery on {beside}",
        unit="ms",
        aim=_aim(broker, beside),
        ours=mine,
        peer=others,
        ratios=[one / other for one, other in zip(mine, others, strict=True)],
        checks={f"{events} events": all(len(one) == len(other) == events for one, other in found)},
        facts={
            "ours_p50_ms": [round(_median(one), 2) for one, _ in found],
            "peer_p50_ms": [round(_median(other), 2) for _, other in found],
            "ours_ms": [[round(1000 * value, 2) for value in one] for one, _ in found],
            "peer_ms": [[round(1000 * value, 2) for value in other] for _, other in found],
        },
        repeat=f"python -m bench.part latency --broker {broker} --beside {beside} --rounds {rounds} --events {events}",
    )


def _aim(broker: str, beside: str) -> Aim:
    if beside == "filesystem":
        return Aim(at_most=1 / 30)
    return Aim(at_most=2.0 if broker == "redis" else 5.0)


def _round(ours: Send, bare: Send, events: int) -> tuple[list[float], list[float]]:
    pairs = []
    for number in range(events):
        first, second = (ours, bare) if number % 2 else (bare, ours)
        one, other = first(), second()
        pairs.append((one, other) if number % 2 else (other, one))
    return [one for one, _ in pairs], [other for _, other in pairs]


@contextmanager
def _bridge(folder: Path, broker: str) -> Iterator[Send]:
    """`web` and `worker` with a broker of their own, or `sprout up` with the embedded one."""
    with ExitStack() as stack:
        api = stack.enter_context(running(SANDBOX))
        url = "embedded" if broker == "embedded" else stack.enter_context(valkey()).url
        command = "up" if broker == "embedded" else "worker"
        place = served.configured(folder, f"sqlite:///{folder}/bridge.db", url, api.base_url)
        if broker != "embedded":
            stack.enter_context(served.web(place))
        argv = [sys.executable, "-m", "worker.cli", "--config", str(folder / "bridge.toml"), command]
        program = Program(argv, log=folder / "worker.log", cwd=ROOT)
        stack.callback(program.stop)
        served.until_it_listens(place.port, program)
        requests = load.deliveries(PATH)
        yield lambda: _arrival(api, lambda: _deliver(place.port, next(requests)))


@contextmanager
def _celery(folder: Path, beside: str) -> Iterator[Send]:
    """One worker, and a sender that commits first."""
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        api = stack.enter_context(running(SANDBOX))
        url = "filesystem://" if beside == "filesystem" else stack.enter_context(valkey()).url
        told = {"RIVAL": "bare", "RIVAL_API": api.base_url, "RIVAL_REDIS": "unix:///nowhere", "RIVAL_WINDOW": "60"}
        stack.enter_context(rivals.worker(folder / "worker", url, told, folder))
        sender = rivals.connected(url, folder)
        database = sqlite3.connect(folder / "events.db", isolation_level=None)
        stack.callback(database.close)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE event (body blob)"):
            database.execute(statement)

        def commit_and_send() -> float:
            database.execute("INSERT INTO event VALUES (?)", (b"x" * load.BODY_BYTES,))
            committed = time.time()
            sender.send_task(rivals.TASK, args=[1])
            return committed

        yield lambda: _arrival(api, commit_and_send)


def _deliver(port: int, request: bytes) -> float:
    """The moment of the answer."""
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", PATH, body, headers)
        status = connection.getresponse().status
        answered = time.time()
    finally:
        connection.close()
    if status != 200:
        raise SystemExit(f"a delivery was answered {status}")
    return answered


def _arrival(api: Running, send: Send) -> float:
    """Seconds from what `send` says to the head of the next generation at the sandbox; then a pause."""
    known = len(_heads(api))
    sent = send()
    time.sleep(UNDISTURBED_SECONDS)
    ends = time.monotonic() + PATIENCE_SECONDS
    while len(heads := _heads(api)) == known:
        if time.monotonic() > ends:
            raise SystemExit(f"an event led to no call within {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.02)
    time.sleep(PAUSE_SECONDS)
    return heads[-1] - sent


def _heads(api: Running) -> list[float]:
    found = api.ask("record")["requests"]
    assert isinstance(found, list)
    return [float(one["head_at"]) for one in found if one["tier"] == "ai"]


def _p95(seconds: Sequence[float]) -> float:
    """Milliseconds. Of 30 the second largest: coarse."""
    return 1000 * sorted(seconds)[int(0.95 * len(seconds))]


def _median(seconds: Sequence[float]) -> float:
    return 1000 * sorted(seconds)[len(seconds) // 2]
