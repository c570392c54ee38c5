"""Faults that answer in good order, but with another status than the work deserves."""

import pytest


def made(client) -> int:
    return len(client.sandbox.ask("interviews")["interviews"])


def fail(client, fault: str, **options: object) -> None:
    client.sandbox.tell("faults", fault=fault, **options)


@pytest.mark.parametrize(
    ("fault", "status", "interviews"), [("created_500", 500, 1), ("html_502", 502, 0), ("html_504_after", 504, 1)]
)
def test_a_server_error_can_come_before_or_after_the_work(client, fault, status, interviews):
    fail(client, fault)

    answer = client.generate()

    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/json" if fault == "created_500" else "text/html")
    assert made(client) == interviews


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_leads_elsewhere_and_makes_nothing(client, status):
    fail(client, f"redirect_{status}", location="http://127.0.0.1:9/trap")

    answer = client.generate()

    assert (answer.status_code, answer.headers["Location"]) == (status, "http://127.0.0.1:9/trap")
    assert made(client) == 0


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "invalid_api_key"),
        (403, "insufficient_scope"),
        (422, "invalid_job_description"),
        (500, "internal_error"),
        (502, "upstream_error"),
        (504, "timeout"),
    ],
)
def test_a_plain_status_brings_the_vendors_envelope(client, status, code):
    fail(client, f"status:{status}")

    answer = client.generate()

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert made(client) == 0


def test_a_status_can_come_without_the_envelope_and_with_the_work_done(client):
    fail(client, "status:524", body="<h1>a proxy gave up</h1>", creates=True)

    answer = client.generate()

    assert (answer.status_code, answer.text) == (524, "<h1>a proxy gave up</h1>")
    assert made(client) == 1


@pytest.mark.parametrize("value", ["17", "-1", "1.5", "Tue, 24 Nov 2026 10:00:00 GMT", "soon", None])
def test_a_429_has_the_retry_after_that_was_asked_for(client, value):
    fail(client, "status:429", retry_after=value)

    answer = client.generate()

    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == value
