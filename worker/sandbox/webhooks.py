"""Telling an organization about its candidates: one POST each, as the vendor does it, and a log of what came back.

No retry is documented, so a delivery is tried once unless `Switches.webhook_retries` says otherwise. One kindness that the real
TalentSprout does not have: if nobody listens at the address yet (connection refused), it is tried again a few times, because
on one machine the receiver may start after the sandbox.
"""

import asyncio
import hmac
import json
import random
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.sandbox.clock import Clock
from worker.sandbox.outgoing import Reply, post
from worker.sandbox.settings import Organization, Switches
from worker.sandbox.wire import Headers

KIND_TRIES = 5
SHORTEST_PAUSE_SECONDS = 0.2  # of this machine: a receiver that starts does not start faster than usual
LONGEST_LOG = 10_000
LAST_SEGMENT = re.compile(r"[^/]{5,}$")


@dataclass(frozen=True, slots=True)
class Try:
    at: float
    status: int
    text: str


@dataclass(slots=True)
class Delivery:
    number: int
    organization: str
    url: str  # the last segment shortened: it may be a secret
    event: str
    interview_id: str  # the API's, whatever form the payload has
    session_id: str
    payload: Mapping[str, object]
    tries: list[Try] = field(default_factory=list)
    done: bool = False


class Webhooks:
    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._log: deque[Delivery] = deque(maxlen=LONGEST_LOG)
        self._count = 0

    def log(self) -> list[Delivery]:
        return list(self._log)

    async def deliver(
        self,
        organization: Organization,
        payload: Mapping[str, object],
        interview_id: str,
        session_id: str,
        switches: Switches,
    ) -> Delivery:
        """Send one payload to the organization's address; returns when it has been answered or given up."""
        self._count += 1
        delivery = Delivery(
            number=self._count,
            organization=organization.name,
            url=LAST_SEGMENT.sub(lambda match: match[0][:4] + "…", organization.webhook_url),
            event=str(payload["event"]),
            interview_id=interview_id,
            session_id=session_id,
            payload=payload,
        )
        self._log.append(delivery)
        body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass")
        for attempt in range(1 + switches.webhook_retries):
            if attempt:
                await self._clock.wait(2.0 ** (attempt - 1))
            reply = await self._post_kindly(organization.webhook_url, body, self._headers(body, switches), delivery)
            if reply.good:
                break
        delivery.done = True
        return delivery

    async def _post_kindly(self, url: str, body: bytes, headers: Headers, delivery: Delivery) -> Reply:
        for attempt in range(KIND_TRIES):
            if attempt:
                await asyncio.sleep(max(SHORTEST_PAUSE_SECONDS, 1 / self._clock.speed))
            started = self._clock.now()
            reply = await post(url, body, headers)
            delivery.tries.append(Try(started, reply.status, reply.text))
            if not reply.refused:
                break
        return reply

    def _headers(self, body: bytes, switches: Switches) -> Headers:
        headers = [("Content-Type", "application/json"), ("User-Agent", "TalentSprout-Sandbox/1")]
        if switches.signature_header:
            digest = hmac.new(switches.signature_secret.encode(), body, "sha256").hexdigest()
            headers.append((switches.signature_header, f"sha256={digest}"))
        if switches.delivery_id_header:
            headers.append((switches.delivery_id_header, f"{self._rng.getrandbits(128):032x}"))
        return tuple(headers)
