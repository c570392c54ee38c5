"""An ATS that never gives up: each delivery is repeated until it is acknowledged, some are repeated for no reason."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from tests.chaos.town import Town
from worker import clock, ids, sources

BETWEEN_SECONDS = 0.75  # a little more than the budget allows, so that there is always a backlog
RETRY_SECONDS = 0.5


@dataclass
class Ats(threading.Thread):
    """Sends job posts until told to stop; `acked` maps the job's id to the event that was acknowledged."""

    town: Town
    seed: int
    acked: dict[str, str] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(name="ats", daemon=True)
        self._ending = threading.Event()
        self._chance = random.Random(self.seed)

    def __hash__(self) -> int:
        return id(self)

    def stop(self) -> None:
        self._ending.set()
        self.join(60)

    def run(self) -> None:
        number = 0
        while not self._ending.wait(BETWEEN_SECONDS):
            number += 1
            body = _post(number)
            source = self.town.bridge.settings.sources["careers"]
            headers = sources.named("greenhouse").sign(body, source, delivery_id=ids.new_id(), now=clock.wall())
            self._deliver(str(number), body, headers)
            if self._chance.random() < 0.2:
                self._deliver(str(number), body, {**headers, "Greenhouse-Event-ID": ids.new_id()})

    def _deliver(self, job: str, body: bytes, headers: dict[str, str]) -> None:
        while not self._ending.is_set():
            request = urllib.request.Request(f"{self.town.url}/webhooks/careers", data=body, headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    self.acked[job] = json.load(answer)["event_id"]
                    return
            except urllib.error.HTTPError as refusal:
                self.refused.append(refusal.code)
            except (OSError, ValueError):
                pass
            time.sleep(RETRY_SECONDS)


def _post(number: int) -> bytes:
    text = f"<p>Job {number}. You repair bicycles, talk with customers and keep a small workshop in order.</p>"
    payload = {
        "id": number,
        "title": f"Job {number}",
        "content": text,
        "job_id": number,
        "live": True,
        "external": True,
    }
    return json.dumps({"action": "job_post_created", "payload": payload}).encode()
