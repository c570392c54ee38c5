"""A bridge with a real ledger in a folder of its own, a broker that nobody can reach, and a clock that tests may move."""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import load
from config.settings import Source
from tests.ledger.databases import empty_ledger
from web.app import create_app
from worker import assembly, clock, ids, sources
from worker.assembly import Bridge
from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Evidence, Unknown
from worker.domain.request import Code, Tier
from worker.ledger import attempts, interviews, requests, settling, tokens
from worker.ledger.connection import Tx

T = TypeVar("T")
A_TEXT = "We look for a night-shift care assistant who is calm, careful and kind."
AN_ID = "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"
HOOK_TOKEN = "a-webhook-token-for-tests-that-is-long-enough"
KEY = "tsk_" + "x" * 32
SECRET = "a-secret-for-tests-that-is-long-enough"
UNREACHABLE = "redis://127.0.0.1:1/0"

TWO_ORGANIZATIONS = f"""
[bridge]
broker_url = "{UNREACHABLE}"
public_url = "https://bridge.example.com"

[organizations.acme]
api_key = "{KEY}"
base_url = "http://127.0.0.1:9/api/v1"
webhook_token = "{HOOK_TOKEN}"

[organizations.silent]
api_key = "{KEY}"
base_url = "http://127.0.0.1:9/api/v1"

[sources.careers]
kind = "greenhouse"
organization = "acme"
secret = "{SECRET}"

[sources.forms]
kind = "generic"
organization = "acme"
secret = "{SECRET}"
token_header = "X-Bridge-Token"

[sources.signed]
kind = "standard"
organization = "acme"
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""
SANDBOX = f"""
[bridge]
broker_url = "{UNREACHABLE}"
"""


@dataclass
class Clock:
    """Tells the time, and may be moved on."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return clock.wall() + self.ahead


@dataclass
class House:
    """A served bridge: its ledger, its application, and what people and programs do with them."""

    bridge: Bridge
    app: Flask
    wall: Clock
    folder: Path

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def token(self, name: str = "ada") -> str:
        return self.bridge.ledger.write(lambda tx: tokens.create(tx, name))[1]

    def api(self) -> "Api":
        return Api(self.client(), {"Authorization": f"Bearer {self.token()}"})

    def deliver(self, source: str, body: bytes, **headers: str) -> TestResponse:
        """As the vendor would, signed."""
        signed = sign(self.source(source), body) | headers
        return self.client().post(f"/webhooks/{source}", data=body, headers=signed)

    def source(self, name: str) -> Source:
        return self.bridge.settings.sources[name]

    def count(self, table: str) -> int:
        with self.bridge.ledger.engine.connect() as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())

    def dump(self) -> str:
        """Everything in the database."""
        with self.bridge.ledger.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            return "\n".join(raw.iterdump())

    def until(self, happens: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for what must come to pass."""
        ends = time.monotonic() + seconds
        while not happens():
            assert time.monotonic() < ends, f"not within {seconds} s"
            time.sleep(0.02)

    def write(self, unit: Callable[[Tx], T]) -> T:
        return self.bridge.ledger.write(unit)

    def unknown(self, request_id: str, lease: timedelta = timedelta(hours=-1)) -> None:
        """Send the request and lose the answer. `lease` is how long it lasts; one in the past leaves no quarantine."""

        def unit(tx: Tx) -> None:
            wanted = requests.get(tx, request_id)
            assert wanted is not None
            claimed = attempts.claim(tx, wanted.organization, Tier.AI, "boot", lease)
            assert isinstance(claimed, attempts.Claimed)
            assert claimed.request.id == request_id
            attempts.mark(tx, claimed.attempt, lease - timedelta(hours=1), timedelta(0))
            rules = settling.Rules(ids.jitter, timedelta(minutes=1))
            settling.settle(tx, claimed.attempt.id, Unknown(Code.NO_ANSWER, Evidence(trouble="no answer")), rules)

        self.write(unit)

    def interview(self, title: str = "Night nurse", interview_id: str = AN_ID, passing_score: float = 70) -> None:
        link = f"https://www.talentsprout.ai/interview/{interview_id}"
        raw = {"object": "interview", "id": interview_id, "title": title, "share_link": link}
        made = Interview(interview_id, link, raw | {"passing_score": passing_score})
        self.write(
            lambda tx: interviews.store(tx, next(iter(self.bridge.settings.organizations)), made, Origin.CREATED, None)
        )


@dataclass
class Api:
    """A program with a token."""

    http: FlaskClient
    headers: Mapping[str, str]

    def get(self, path: str) -> TestResponse:
        return self.http.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path: str, body: object = None) -> TestResponse:
        if body is None:
            return self.http.post(f"/api/v1{path}", headers=self.headers)
        return self.http.post(f"/api/v1{path}", json=body, headers=self.headers)

    def raw(self, path: str, body: bytes, content_type: str = "application/json") -> TestResponse:
        return self.http.post(f"/api/v1{path}", data=body, headers={**self.headers, "Content-Type": content_type})

    def file(self, text: str = A_TEXT, **more: object) -> str:
        answer = self.post("/requests", {"organization": "acme", "job_description": text} | more)
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json["id"])


def sign(source: Source, body: bytes, delivery_id: str = "delivery-1") -> dict[str, str]:
    return sources.named(source.kind).sign(body, source, delivery_id=delivery_id, now=clock.wall())


def form_token(page: TestResponse) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page.text)
    assert found, "the page has no form"
    return found[1]


def problem(answer: TestResponse) -> dict[str, object]:
    assert answer.content_type == "application/problem+json"
    told = json.loads(answer.data)
    assert told["status"] == answer.status_code
    assert told["title"]
    assert str(told["type"]).startswith("/problems/")
    return dict(told)


def assembled(folder: Path, text: str) -> Bridge:
    (folder / "bridge.toml").write_text(text)
    return assembly.assemble(load(folder / "bridge.toml", assembly.kinds()))


def block_spool(bridge: Bridge) -> None:
    """From now on nothing can be spooled: something else lies in the folder's place."""
    data_dir = bridge.settings.bridge.data_dir
    data_dir.mkdir(mode=0o700, exist_ok=True)
    (data_dir / "spool").write_bytes(b"")


def make_house(folder: Path, text: str) -> House:
    (folder / "var").mkdir(mode=0o700, exist_ok=True)
    (folder / "var/bridge.db").write_bytes(empty_ledger())
    bridge = assembled(folder, text)
    wall = Clock()
    return House(bridge, create_app(bridge, wall), wall, folder)
