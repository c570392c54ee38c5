"""An ATS that never gives up: each delivery is repeated until it is acknowledged, some twice for no reason, some out of order.

One thread says what happens and when; a few others deliver, so that a receiver that hangs keeps nobody else waiting.
"""

import http.client
import json
import queue
import random
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.chaos.town import Town
from worker import clock, sources

BETWEEN_SECONDS = 0.62  # about what the budget allows: with what is sent again there is always a backlog
PATIENCE_SECONDS = 5.0
RETRY_SECONDS = 0.5
LANES = 6
AGAIN = "-again"
ENDING_SECONDS = 60.0
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Sending:
    """One delivery under its id."""

    job: str
    delivery: str
    body: bytes

    @property
    def event(self) -> str:
        """What it tells, whatever id it goes under: the same bytes are one event."""
        return self.delivery.removesuffix(AGAIN)


@dataclass
class Ats:
    """Sends until told to stop. `acked`: the events that were acknowledged, with their job; `sent`: all that were tried."""

    town: Town
    seed: int
    acked: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    refused: dict[int, int] = field(default_factory=dict)
    acknowledgements: int = 0

    def __post_init__(self) -> None:
        self._ending = threading.Event()
        self._giving_up = threading.Event()
        self._chance = random.Random(f"{self.seed} ats")
        self._noting = threading.Lock()
        self._waiting: queue.SimpleQueue[Sending | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._deliver_all, name=f"lane {n}", daemon=True) for n in range(LANES)
        ]
        self._teller = threading.Thread(target=self._tell, name="ats", daemon=True)

    def start(self) -> None:
        for thread in (self._teller, *self._threads):
            thread.start()

    def fall_silent(self) -> None:
        """Nothing new happens."""
        self._ending.set()
        self._teller.join()

    def stop(self) -> None:
        """After falling silent: what was begun is delivered, as long as that takes within reason."""
        for _ in self._threads:
            self._waiting.put(None)
        ends = time.monotonic() + ENDING_SECONDS
        for thread in self._threads:
            thread.join(max(0.1, ends - time.monotonic()))
        self._giving_up.set()

    def send_one(self, job: str) -> None:
        """One more, now, in this thread, after everything has stopped."""
        self._giving_up.clear()
        self._deliver(Sending(job, f"{job}-created", _post(job, "created", 0)))

    def _tell(self) -> None:
        number = 0
        while not self._ending.wait(BETWEEN_SECONDS):
            number += 1
            for one in self._told_of(str(number)):
                self._waiting.put(one)

    def _told_of(self, job: str) -> list[Sending]:
        """A post; perhaps its update, too, and perhaps before it; perhaps one of them twice."""
        told = [Sending(job, f"{job}-created", _post(job, "created", 0))]
        if self._chance.random() < 0.3:
            told.append(Sending(job, f"{job}-updated", _post(job, "updated", 1)))
        if self._chance.random() < 0.2:
            told.append(self._chance.choice(told))
        if self._chance.random() < 0.1:  # the same bytes under another id: it is not signed
            first = told[0]
            told.append(Sending(job, f"{first.delivery}{AGAIN}", first.body))
        self._chance.shuffle(told)
        return told

    def _deliver_all(self) -> None:
        while (one := self._waiting.get()) is not None:
            self._deliver(one)

    def _deliver(self, one: Sending) -> None:
        source = self.town.bridge.settings.sources["careers"]
        headers = sources.named("greenhouse").sign(one.body, source, delivery_id=one.delivery, now=clock.wall())
        url = f"{self.town.url}/webhooks/careers"
        self.sent.add(one.event)
        while not self._giving_up.is_set():
            try:
                with urllib.request.urlopen(
                    urllib.request.Request(url, data=one.body, headers=headers), timeout=PATIENCE_SECONDS
                ) as answer:
                    json.load(answer)["event_id"]
            except urllib.error.HTTPError as refusal:
                with self._noting:
                    self.refused[refusal.code] = self.refused.get(refusal.code, 0) + 1
            except (OSError, ValueError, http.client.HTTPException):
                pass  # no answer that could be read: as if there were none
            else:
                with self._noting:
                    self.acked[one.event] = one.job
                    self.acknowledgements += 1
                return
            time.sleep(RETRY_SECONDS)


def _post(job: str, what: str, revision: int) -> bytes:
    more = " Experience with cargo bikes is welcome." * revision
    text = f"<p>Job {job}. You repair bicycles, talk with customers and keep a small workshop in order.{more}</p>"
    payload = {
        "id": int(job),
        "title": f"Job {job}",
        "content": text,
        "job_id": int(job),
        "live": True,
        "external": True,
        "updated_at": (MONDAY + timedelta(minutes=revision)).isoformat(),
    }
    return json.dumps({"action": f"job_post_{what}", "payload": payload}).encode()
