"""A whole bridge at DEBUG with a canary in every input: none of them is found where it must not be."""

import base64
import json
import os
import pickle
import re
import socket
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from tests.journeys.household import Household, household, post, text
from tests.servers import BrokerServer, valkey
from worker.sandbox.settings import FAKE_KEY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
LOUD = Path(__file__).with_name("loud")
ROOT = LOUD.parents[3]
JSON = {"Content-Type": "application/json"}
CANARY = "qzcanary"  # in no word of ours


def canary(name: str) -> str:
    return f"{CANARY}{name}"


MAIL = f"{canary('mail')}@example.org"
PHONE = "+12025550183"
SESSION_TOKEN = canary("session-token") + "x" * 20
NEVER = [FAKE_KEY, PHONE, "a-secret-of-this-journey-alone"]


@dataclass
class Listening:
    """A host that nobody should call, and what the broker is told."""

    port: int = 0
    connections: int = 0
    traffic: list[str] = field(default_factory=list)


@dataclass
class Run:
    """Everything that one run left behind."""

    logs: str
    traffic: str
    metrics: str
    errors: str
    processes: str
    fetched: int
    secrets: list[str]

    def assert_none_in(self, place: str, text: str) -> None:
        assert text, f"{place} is empty: nothing was looked at"
        for secret in self.secrets:
            at = text.lower().find(secret.lower())
            assert at < 0, f"{place}: …{text[max(0, at - 200) : at + 100]}…"


@pytest.fixture(scope="module")
def broker() -> Iterator[BrokerServer]:
    with valkey() as server:
        yield server


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, broker: BrokerServer) -> Iterator[Run]:
    folder, heard = tmp_path_factory.mktemp("canaries"), Listening()
    with socket.create_server(("127.0.0.1", 0)) as media, broker.client() as monitored:
        heard.port = media.getsockname()[1]
        threading.Thread(target=_count, args=(media, heard), daemon=True).start()
        monitoring = threading.Thread(target=_monitor, args=(monitored, heard), daemon=True)
        monitoring.start()
        with household(folder, bridge=f'broker_url = "{broker.url}"\n') as house:
            up = house.start(env={"PYTHONPATH": f"{LOUD}{os.pathsep}{ROOT}"})
            token = json.loads(house.sprout("token", "create", "--json"))["token"]
            errors = list(_misbehave(house, token)) + list(_live(house, heard.port, token))
            processes = "\n".join(" ".join(one.cmdline()) for one in up.family())
            metrics = house.get("/metrics")[1]
            up.stop()
            logs = up.log.read_text(encoding="utf-8", errors="replace")
        secrets = [CANARY, token, token.removeprefix("spr_"), house.token, *NEVER]
        yield Run(logs, "\n".join(heard.traffic), metrics, "\n".join(errors), processes, heard.connections, secrets)


def _count(media: socket.socket, heard: Listening) -> None:
    with suppress(OSError):
        while True:
            media.accept()[0].close()
            heard.connections += 1


def _monitor(client: redis.Redis, heard: Listening) -> None:
    path = client.get_connection_kwargs()["path"]
    patient = redis.Redis(unix_socket_path=path, socket_timeout=None)
    with suppress(redis.ConnectionError), patient.monitor() as told:
        for command in told.listen():
            heard.traffic.append(str(command["command"]))


def _live(house: Household, media_port: int, token: str) -> Iterator[str]:
    """The whole job, with a canary in whatever strangers and customers may write."""
    postings = [
        post(1, f"{text(1)} {canary('description')} {MAIL}", title=canary("title"), location=canary("place")),
        post(2, f"{text(2)} Fails its reader. {MAIL} {FAKE_KEY} Bearer {token}", title="A plain title"),
        post(3, "<p>Short.</p>", title=canary("held")),
    ]
    for number, body in enumerate(postings):
        headers = house.signed("careers", body) | {"Greenhouse-Event-ID": canary(f"delivery-{number}")}
        headers |= {"X-Canary": canary("header"), "User-Agent": canary("agent"), "Cookie": canary("cookie")}
        assert house.deliver("careers", body, headers)[0] == 200
    made = house.until_state("created")[0]
    for number, interview in enumerate((made["interview_id"], canary("unknown-interview"))):
        assert house.complete(_completion(interview, f"{canary('session')}-{number}", media_port))[0] == 202
    hook = f"/webhooks/talentsprout/acme/{house.token}"
    assert house.post(hook, b"{" + CANARY.encode(), JSON)[0] == 202
    house.until(lambda: len(house.told("results", "list")["items"]) == 2, "both results")
    house.until(lambda: "unreadable" in house.sprout("events", "list", "--json"), "one is parked")
    yield from _use_the_api(house, token)
    made = house.until_state("created", 3)
    yield house.get("/readyz")[1]
    decide = f"/api/v1/requests/{made[0]['id']}"
    for decision, wanted in (("adopt", {"share_link": f"https://{canary('link')}.example"}), ("retry", {})):
        yield json.dumps(house.post(f"{decide}/{decision}", json.dumps(wanted).encode(), _bearing(token))[1])


def _bearing(token: str) -> dict[str, str]:
    return JSON | {
        "Authorization": f"Bearer {token}",
        "Referer": canary("referer"),
        "X-Request-Id": canary("request-id"),
    }


def _use_the_api(house: Household, token: str) -> Iterator[str]:
    """A canary in every field of a request and of a mapped posting; then in what is refused: those answers are the asker's."""
    names = ("title", "company_name", "client_name", "ai_personality")
    options: dict[str, Any] = {name: canary(name) for name in names}
    options |= {"redirect_url": f"https://{canary('redirect')}.example/{canary('path')}"}
    options |= {"questions": [{"question": canary("question"), "evaluation_criteria": canary("criteria")}]}
    wanted = {"job_description": f"{text(9)} {canary('api')}", "options": options, "dedup_id": canary("dedup")}
    assert house.post("/api/v1/requests", json.dumps(wanted).encode(), _bearing(token))[0] == 201
    posting = {
        name: canary(f"mapped-{name}") for name in ("id", "title", "language", "company", "delivery_id", "event")
    }
    posting |= {"url": f"https://{canary('mapped-url')}.example", canary("name-of-a-field"): canary("foreign")}
    posting |= {"event": "job.created", "status": "open", "description": f"{text(8)} {canary('mapped-text')} {PHONE}"}
    body = json.dumps(posting).encode()
    assert house.deliver("forms", body, house.signed("forms", body))[0] in (200, 202)
    for unfit in (
        {"options": {"voice": canary("voice")}},
        {canary("field"): 1},
        {"organization": canary("organization")},
    ):
        assert house.post("/api/v1/requests", json.dumps({**wanted, **unfit}).encode(), _bearing(token))[0] == 422
    for query in ("cursor", "state", "source", "batch", canary("parameter")):
        assert house.get(f"/api/v1/requests?{query}={canary('query')}", token)[0] == 422
    yield house.get("/metrics", token)[1]


def _completion(interview: str, session: str, media_port: int) -> dict[str, Any]:
    media = f"http://127.0.0.1:{media_port}/{SESSION_TOKEN}"
    person = {"id": canary("candidate"), "fullName": canary("name"), "email": MAIL, "phone": PHONE}
    links = {"shareUrl": f"{media}/share", "profileUrl": f"{media}/profile"}
    told = {"id": session, "token": SESSION_TOKEN}
    told |= {"recordingUrl": f"{media}/r", "thumbnailUrl": f"{media}/t", "resumeUrl": f"{media}/c"}
    data = {
        "interview": {"id": interview, "title": canary("interview-title"), "dashboardUrl": f"{media}/d"},
        "candidate": {**person, **links, "externalUserId": canary("external")},
        "session": told,
        "scores": {"overall": 81},
        "evaluation": {"summary": {"overview": canary("evaluation")}},
        "transcript": [{"speaker": "candidate", "text": canary("transcript")}],
    }
    return {"event": "interview.completed", "apiVersion": "2026-01-30", "data": data}


def _misbehave(house: Household, token: str) -> Iterator[str]:
    """Forgeries, wrong addresses, wrong tokens and forms; every answer."""
    wrong = canary("wrong-token") + "x" * 30
    posts = [
        ("/webhooks/careers", JSON | {"Signature": f"sha256 {canary('signature')}"}),
        ("/webhooks/forms", JSON | {"X-Bridge-Token": wrong}),
        (f"/webhooks/talentsprout/acme/{wrong}", JSON),
        (f"/webhooks/talentsprout/{wrong}/{house.token}", JSON),
        (f"/webhooks/{wrong}", JSON),
        (f"/webhooks/careers?x={wrong}", JSON | {"Content-Type": canary("type")}),
        ("/api/v1/requests", JSON | {"Authorization": f"Bearer {wrong}"}),
        ("/sign-in", {"Content-Type": "application/x-www-form-urlencoded"}),
    ]
    for path, headers in posts:
        form, document = urllib.parse.urlencode({"token": wrong}), json.dumps({"x": MAIL})
        body = (form if path == "/sign-in" else document).encode()
        status, told = house.post(path, body, headers)
        assert status >= 400
        yield json.dumps(told)
    for below in (
        "webhooks/",
        "api/v1/",
        "api/v1/requests/",
        "problems/",
        "static/",
    ):  # others lead to the form, and back
        yield house.get(f"/{below}{wrong}", token)[1]
    yield house.get("/api/v1/requests", wrong)[1]


def test_s35_no_canary_is_in_any_log_at_debug(run: Run) -> None:
    """Keys, tokens, signatures, path tokens, names, mails, phones, texts: 0 hits in the logs, tracebacks included."""
    assert '"level": "debug"' in run.logs, "it is DEBUG that is looked at"
    assert "Traceback" in run.logs, "and a traceback"
    run.assert_none_in("log", run.logs)


def test_s35_every_line_of_the_log_is_an_object_with_a_time_in_utc(run: Run) -> None:
    """Structured, UTC, control characters escaped; only `up` itself talks to a person in between."""
    lines = [json.loads(line) for line in run.logs.splitlines() if line.startswith("{")]
    assert len(lines) > 10
    assert all(re.fullmatch(r"[\d-]{10}T[\d:.]+Z", line["timestamp"]) for line in lines)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", run.logs)


def test_s36_the_broker_carries_ids_and_nothing_else(run: Run) -> None:
    """MONITOR during the whole run: no canary, no pickle, JSON alone."""
    run.assert_none_in("broker", run.traffic)
    assert set(re.findall(r"content-type\W+([\w/.-]+)", run.traffic)) == {"application/json"}
    assert "worker.read" in run.traffic


def test_s35_no_canary_is_in_metrics_error_pages_or_the_process_list(run: Run) -> None:
    """/metrics, every refusal, and the command lines of the whole family: 0 hits."""
    run.assert_none_in("metrics", run.metrics)
    run.assert_none_in("errors", run.errors)
    run.assert_none_in("processes", run.processes)


def test_s14_recordings_and_resumes_are_not_fetched(run: Run) -> None:
    """Every link of two completions leads to a host that listens: nobody came."""
    assert run.fetched == 0


def test_s36_a_message_that_is_a_pickle_is_refused(tmp_path: Path, broker: BrokerServer) -> None:
    """A pickle in the queue is not opened; what comes after it is worked on."""
    opened = tmp_path / "opened"

    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (opened,))

    message = {
        "body": base64.b64encode(pickle.dumps([[Bomb()], {}, {}])).decode(),
        "content-encoding": "binary",
        "content-type": "application/x-python-serialize",
        "headers": {"task": "worker.read", "id": "1", "lang": "py", "argsrepr": "", "kwargsrepr": ""},
        "properties": {
            "body_encoding": "base64",
            "delivery_tag": "1",
            "delivery_info": {"exchange": "", "routing_key": "live"},
        },
    }
    with broker.client() as client:
        client.flushall()
    with household(tmp_path, bridge=f'broker_url = "{broker.url}"\n') as house:
        up = house.start()
        with broker.client() as client:
            client.lpush("sprout:live", json.dumps(message))
        house.deliver("careers", post(1, text()))
        house.until_state("created")
        with broker.client() as client:
            house.until(lambda: client.llen("sprout:live") == 0, "the queue is empty")
        assert up.is_running()
        assert psutil.pid_exists(up.pid)
    assert not opened.exists()
