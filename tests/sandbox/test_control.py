"""The control plane, and the sandbox as a process."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest

from worker.sandbox.__main__ import organizations, seconds
from worker.sandbox.running import running
from worker.sandbox.settings import FAKE_KEY, Organization, Seconds, Settings


def control(client, name, **options):
    return client.http.post(f"{client.sandbox.public_url}/_sandbox/{name}", **options)


def test_the_record_tells_of_every_request(client):
    client.generate(client_name="Harbour North [spr-7K2Q-1]")
    client.send("GET", "/nowhere")

    generated, lost = client.record()

    assert generated["label"] == "spr-7K2Q-1"
    assert generated["key"] == FAKE_KEY[:12]
    assert (generated["endpoint"], generated["tier"]) == ("from-job-description", "ai")
    assert generated["head_at"] <= generated["body_at"] <= generated["executed_at"] <= generated["finished_at"]
    assert (generated["status"], generated["executed"], len(generated["interview_id"])) == (201, True, 36)
    assert (lost["path"], lost["status"], lost["executed"]) == ("/api/v1/nowhere", 404, False)
    assert client.sandbox.ask("record?since=1")["requests"] == [lost]


def test_a_body_that_comes_late_is_recorded_apart_from_its_head(client):
    with client.raw(body=b"") as connection:
        pass
    head = f"POST /api/v1/interviews HTTP/1.1\r\nAuthorization: Bearer {FAKE_KEY}\r\nContent-Length: 2\r\n\r\n"
    with client.raw(body=b"") as connection:
        connection.recv(65536)
        connection.sendall(head.encode())
        time.sleep(0.05)
        connection.sendall(b"{}")
        connection.recv(65536)

    late = client.record()[-1]
    assert late["body_at"] - late["head_at"] > 0.04


def test_limits_latency_and_limiter_can_be_changed(client):
    shown = client.sandbox.tell(
        "settings",
        limiter="weighted",
        generating=[0, 0.01],
        organizations=[{"limits": {"ai": 60, "default": 10}}],
        candidates=3,
    )

    assert client.generate().headers["X-RateLimit-Limit"] == "60"
    assert client.ping().headers["X-RateLimit-Limit"] == "10"
    assert (shown["limiter"], shown["generating"], shown["candidates"]) == ("weighted", [0, 0.01], 3)
    assert FAKE_KEY not in str(shown)


def test_somebody_else_can_spend_the_same_budget(client):
    client.sandbox.tell("settings", organizations=[{"foreign": [{"tier": "ai", "per_window": 8, "burst": True}]}])

    answer = client.generate()

    assert int(answer.headers["X-RateLimit-Remaining"]) == 20 - 8 - 1
    assert {"organization": "sandbox", "tier": "ai", "admitted": 8, "refused": 0} in client.sandbox.ask("record")[
        "foreign"
    ]


def test_a_new_organization_needs_only_a_name_and_a_key(client):
    client.sandbox.tell("settings", organizations=[{"name": "acme", "keys": [{"key": "tsk_" + "a" * 32}]}])
    client.key = "tsk_" + "a" * 32

    assert client.generate().status_code == 201


def test_a_reset_forgets_everything(client):
    client.generate()
    client.sandbox.tell("settings", organizations=[{"limits": {"ai": 1}}])
    client.sandbox.tell("faults", fault="hang", times=None)

    client.sandbox.tell("reset")

    assert client.record() == []
    assert client.generate().headers["X-RateLimit-Remaining"] == "19"


@pytest.mark.parametrize(
    ("name", "order", "reason"),
    [
        ("faults", {"fault": "explode"}, "explode"),
        ("faults", {"fault": "status:abc"}, "status"),
        ("faults", {"fault": "hang", "time": 3}, "'time'"),
        ("faults", {"fault": "hang", "times": "3"}, "times"),
        ("faults", {"fault": "hang", "endpoint": "pong"}, "endpoint"),
        ("settings", {"limits": {"ai": 3}}, "'limits'"),
        ("settings", {"limiter": "leaky"}, "limiter"),
        ("settings", {"generating": [2]}, "generating"),
        ("settings", {"switches": {"webhook_id": "number"}}, "webhook_id"),
        ("settings", {"switches": {"unheard_of": True}}, "'unheard_of'"),
        ("complete", {}, "interview_id"),
        ("complete", {"interview_id": "unknown"}, "unknown"),
        ("complete", {"title": "X", "kind": "abandoned", "api_version": "2024-01-01"}, "2024-01-01"),
        ("complete", {"title": "X", "api_version": "1999"}, "1999"),
    ],
)
def test_a_mistaken_order_is_refused_with_its_reason_and_changes_nothing(client, name, order, reason):
    before = client.sandbox.tell("settings")

    with pytest.raises(ValueError, match=reason):
        client.sandbox.tell(name, **order)

    assert client.sandbox.tell("settings") == before


@pytest.mark.parametrize("headers", [{"Origin": "https://example.org"}, {"Host": "rebound.example.org"}])
def test_a_web_page_cannot_reach_the_control_plane(client, headers):
    assert control(client, "reset", headers=headers).status_code == 403


def test_unknown_orders_are_told_what_is_known(client):
    answer = control(client, "explode")

    assert answer.status_code == 404
    assert "complete" in answer.json()["error"]


def test_it_listens_on_loopback_only(client):
    listening = httpx.URL(client.sandbox.base_url)

    assert (listening.host, listening.path) == ("127.0.0.1", "/api/v1")


def test_a_seed_repeats_the_ids(http):
    ids = []
    for _ in range(2):
        with running(Settings(seed=3, candidates=0, creating=Seconds(0, 0))) as sandbox:
            answer = http.post(
                f"{sandbox.base_url}/interviews",
                headers={"Authorization": f"Bearer {FAKE_KEY}"},
                json={"title": "Porter", "questions": [{"question": "Why?"}]},
            )
            ids.append(answer.json()["id"])

    assert ids[0] == ids[1]


def test_a_taken_port_is_an_error_at_once(client):
    with pytest.raises(OSError), running(Settings(port=client.sandbox.port)):
        pass


def test_a_sandbox_with_open_connections_ends_at_once():
    with running(Settings(candidates=0)) as sandbox:
        waiting = socket.create_connection(("127.0.0.1", sandbox.port))
        while not sandbox.ask("record"):
            pass
    waiting.close()

    assert not [thread for thread in threading.enumerate() if thread.name == "sandbox"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_where_it_listens_and_ends_quietly(number):
    reading, writing = os.pipe()
    argv = [sys.executable, "-m", "worker.sandbox", "--speed", "60", "--latency", "2-8", "--ready-fd", str(writing)]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading) as ready:
        told = ready.read()
    line = process.stdout.readline()
    process.send_signal(number)
    out, err = process.communicate(timeout=5)

    assert re.fullmatch(r"sandbox listening on http://127\.0\.0\.1:\d+\n", line)
    assert (told, out, err, process.returncode) == (line, "", "", 0)


def test_the_command_lines_parts_are_read():
    assert (seconds("2-8"), seconds("3")) == (Seconds(2, 8), Seconds(3, 3))
    url = "http://127.0.0.1:8080/webhooks/talentsprout/a/token"
    assert organizations([], [url])[0] == Organization(webhook_url=url)
    first, second = organizations(["a=tsk_1", "b=tsk_2"], [f"b={url}?x=y"])
    assert (first.webhook_url, second.webhook_url, second.keys[0].secret) == ("", f"{url}?x=y", "tsk_2")
    with pytest.raises(ValueError, match="no organization"):
        organizations(["a=tsk_1"], [f"c={url}"])
    with pytest.raises(ValueError, match="NAME=KEY"):
        organizations(["a"], [])
    with pytest.raises(ValueError, match="range"):
        seconds("8-2")
