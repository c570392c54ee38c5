"""How others keep to "20 a minute": three usual ways with Celery and Redis, and one that must fail.

rate_limit  Celery's own `rate_limit` on the task, for each worker process; a 429 is retried after Retry-After
tenacity    no pace at all: whoever is refused waits for Retry-After and tries again
window      a moving window in Redis, shared by all workers and exact by the client's clock; the script below does what the
            library `limits` does, in its sorted-set form. A 429 is retried after Retry-After
bare        no pace, and no second try: how quickly a message alone leads to a call
burst       20 at once, then wait for the window's end: what a limiter that weighs the window before must punish. Where it is
            not refused and gets its full share, the bench can't see what it looks for

The worker is `celery -A bench.rivals worker`; what it needs to know is in its environment.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
import tenacity
from celery import Celery

from bench.arrivals import LIMIT
from bench.served import ROOT
from tests.processes import Program
from tests.servers import valkey
from worker.sandbox.running import Running
from worker.sandbox.settings import FAKE_KEY

TASK = "rival"
NAMES = ("rate_limit", "tenacity", "window")
AT_ONCE = 32  # calls of one worker: a minute's worth of the longest, and some
CALL_SECONDS = 120.0
REFUSED = 429
TEXT = (
    "Job {number}. We look for somebody who repairs bicycles, talks with customers and keeps a small workshop in order."
)
TAKE = """
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - ARGV[2])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
    redis.call('ZADD', KEYS[1], at, ARGV[3])
    return 0
end
return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + ARGV[2] - at
"""


@dataclass(frozen=True)
class Answer:
    """What came back, as far as anybody looks at it."""

    status: int
    retry_after: float


def post(base_url: str, number: int) -> Answer:
    """One generation, on a connection of its own, by the quickest client there is."""
    place = urlsplit(base_url)
    connection = HTTPConnection(place.netloc, timeout=CALL_SECONDS)
    body = json.dumps({"job_description": TEXT.format(number=number)})
    headers = {"Authorization": f"Bearer {FAKE_KEY}", "Content-Type": "application/json"}
    try:
        connection.request("POST", f"{place.path}/interviews/from-job-description", body, headers)
        got = connection.getresponse()
        got.read()
        return Answer(got.status, float(got.getheader("Retry-After", "0")))
    finally:
        connection.close()


@contextmanager
def at_work(name: str, workers: int, calls: int, window: float, api: Running, folder: Path) -> Iterator[None]:
    """That many workers, and that many calls in the queue. `window` is in seconds of this machine."""
    with valkey() as broker, ExitStack() as stack:
        told = {"RIVAL": name, "RIVAL_API": api.base_url, "RIVAL_REDIS": broker.unix_url, "RIVAL_WINDOW": str(window)}
        for number in range(workers):
            stack.enter_context(worker(folder / f"rival{number}", broker.url, told))
        sender = connected(broker.url, folder)
        for number in range(calls):
            sender.send_task(TASK, args=[number])
        yield


@contextmanager
def worker(folder: Path, broker: str, told: Mapping[str, str], queue: Path | None = None) -> Iterator[None]:
    """One worker process. `queue` is the folder of a broker that is one."""
    folder.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "celery", "-A", "bench.rivals", "worker", "--pool", "threads", "-l", "WARNING"]
    options = ["--concurrency", str(AT_ONCE), "--without-gossip", "--without-mingle", "-n", f"{folder.name}@bench"]
    environment = {**os.environ, **told, "RIVAL_BROKER": broker, "RIVAL_QUEUE": str(queue or folder)}
    running = Program([*argv, *options], log=folder / "log", cwd=ROOT, env=environment)
    try:
        yield
    finally:
        running.kill()


def connected(broker: str, queue: Path) -> Celery:
    """The application of who sends, and of who works."""
    app = Celery("rivals", broker=broker)
    if broker.startswith("filesystem"):
        places = {f"data_folder_{way}": str(queue / "messages") for way in ("in", "out")}
        (queue / "messages").mkdir(parents=True, exist_ok=True)
        app.conf.broker_transport_options = {**places, "control_folder": str(queue / "control")}
    app.conf.update(
        task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1, worker_enable_remote_control=False
    )
    return app


def burst(windows: int, window: float, api: Running) -> None:
    """The control: a whole window's worth at once, as soon as the window of the last one is over."""
    with ThreadPoolExecutor(LIMIT) as pool:
        for turn in range(windows):
            began = time.monotonic()
            answers = list(pool.map(lambda number: post(api.base_url, number), range(turn * LIMIT, (turn + 1) * LIMIT)))
            time.sleep(max([began + window * 1.005 - time.monotonic(), *(one.retry_after for one in answers)]))


def _paced(take: Callable[[], int]) -> None:
    while wait := take():
        time.sleep(wait / 1000)


def _application() -> Celery:
    """The worker's side, made from its environment."""
    name, base_url, window = os.environ["RIVAL"], os.environ["RIVAL_API"], float(os.environ["RIVAL_WINDOW"])
    app = connected(os.environ["RIVAL_BROKER"], Path(os.environ["RIVAL_QUEUE"]))
    script = redis.Redis.from_url(os.environ["RIVAL_REDIS"]).register_script(TAKE)
    rate = f"{LIMIT * 60 / window:.0f}/m" if name == "rate_limit" else None

    def take() -> int:
        unique = f"{os.getpid()}-{time.monotonic_ns()}"
        return int(script(keys=["slots"], args=[LIMIT, round(window * 1000), unique]))

    @app.task(name=TASK, bind=True, max_retries=None, rate_limit=rate)
    def rival(self: Any, number: int) -> None:
        if name == "tenacity":
            tenacity.Retrying(
                retry=tenacity.retry_if_result(lambda answer: answer.status == REFUSED),
                wait=lambda state: state.outcome.result().retry_after if state.outcome else 1.0,
            )(post, base_url, number)
            return
        if name == "window":
            _paced(take)
        answer = post(base_url, number)
        if answer.status == REFUSED:
            raise self.retry(countdown=answer.retry_after)

    return app


if "RIVAL" in os.environ:
    app = _application()
