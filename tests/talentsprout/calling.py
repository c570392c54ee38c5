"""What the tests of this folder call with, and call for."""

import json
from datetime import UTC, datetime, timedelta

from config import Secret
from tests.talentsprout.peer import Peer
from worker.domain.outcome import Outcome
from worker.domain.request import Kind
from worker.talentsprout.client import Exchange, Times, call, no_guard
from worker.talentsprout.verdict import judge

KEY = Secret("tsk_" + 32 * "x")
SOON = Times(deadline=timedelta(milliseconds=400), connect=timedelta(seconds=5), write=timedelta(milliseconds=400))
PATIENT = Times(deadline=timedelta(seconds=10), connect=timedelta(seconds=5), write=timedelta(seconds=5))
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=60)

PAYLOAD = b'{"job_description":"Night-shift care assistant"}'
ID = "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"
LINK = f"https://www.talentsprout.ai/interview/{ID}"
AN_INTERVIEW = json.dumps({"id": ID, "object": "interview", "share_link": LINK, "title": "Care"}).encode()


def error_document(code: str, param: str | None = None, message: str = "Something is wrong.") -> bytes:
    """TalentSprout's error document."""
    return json.dumps(
        {"error": {"type": "t", "code": code, "message": message, "param": param, "request_id": "req_1"}}
    ).encode()


def call_to(peer: Peer, *, payload: bytes = PAYLOAD, times: Times = PATIENT) -> Exchange:
    """A generation, without a guard."""
    return call(peer.url, KEY, Kind.GENERATE, payload, guard=no_guard, times=times)


def verdict(exchange: Exchange) -> Outcome:
    """As of NOW, with a window of a minute."""
    return judge(exchange, now=NOW, window=WINDOW)
