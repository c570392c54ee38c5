"""Limits, latency and many calls at once, judged by the record of arrivals."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from worker.sandbox.settings import FAKE_KEY, Key, Limiter, Organization, Seconds, Switches

OTHER_KEY = "tsk_" + "y" * 32


@pytest.mark.parametrize("limiter", list(Limiter))
def test_the_answers_agree_with_the_arrivals_in_the_record(start, limiter):
    client = start(limiter=limiter, speed=60)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.generate(), range(30)))

    record = client.sandbox.ask("record")
    arrivals = [line["body_at"] for line in record["requests"] if line["status"] == 201]
    assert sorted(answer.status_code for answer in answers) == sorted(line["status"] for line in record["requests"])
    assert all(line["executed"] == line["counted"] == (line["status"] == 201) for line in record["requests"])
    window = record["window_seconds"]
    begins = arrivals if limiter is Limiter.LOG else [moment // window * window for moment in arrivals]
    assert max(sum(1 for moment in arrivals if begin <= moment < begin + window) for begin in begins) <= 20
    assert len(arrivals) >= 20


def test_whoever_is_refused_and_waits_retry_after_is_admitted(start):
    client = start(speed=120, organizations=(Organization(ai_limit=1),))
    refused = next(answer for answer in iter(client.generate, None) if answer.status_code != 201)

    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    reset = float(refused.headers["X-RateLimit-Reset"])
    while client.sandbox.ask("record")["now"] < reset:
        pass
    assert client.generate().status_code == 201


@pytest.mark.parametrize("counts", [True, False])
def test_whether_rejected_requests_consume_the_window_is_a_switch(start, counts):
    switches = Switches(invalid_counts=counts, unauthorized_counts=counts)
    organization = Organization(keys=(Key(FAKE_KEY), Key(OTHER_KEY, revoked=True)))
    client = start(switches=switches, organizations=(organization,))

    invalid = client.generate(job_description="short")
    client.key = OTHER_KEY
    unauthorized = client.generate()

    remaining = [int(answer.headers["X-RateLimit-Remaining"]) for answer in (invalid, unauthorized)]
    assert remaining == ([19, 18] if counts else [20, 20])


def test_a_429_can_consume_the_window_too(start):
    client = start(switches=Switches(limited_counts=True), organizations=(Organization(ai_limit=1),))
    for _ in range(3):
        answer = client.generate()

    counted = [line["counted"] for line in client.record()]
    assert answer.status_code == 429
    assert counted == [True, True, True]


def test_a_call_takes_its_latency_divided_by_the_speed(start):
    client = start(generating=Seconds(6, 6), speed=60)
    client.generate()

    (line,) = client.record()
    assert 0.1 <= line["finished_at"] - line["body_at"] < 6


def test_a_generation_beyond_the_servers_limit_times_out_and_makes_nothing(start):
    client = start(generating=Seconds(300, 300), speed=6000)

    answer = client.generate()

    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
    assert client.sandbox.ask("interviews") == {"interviews": []}


def test_many_slow_calls_are_held_at_once(start):
    client = start(generating=Seconds(0.5, 0.5), organizations=(Organization(ai_limit=200),))
    sockets = [client.raw() for _ in range(150)]
    first_lines = [connection.recv(12) for connection in sockets]
    for connection in sockets:
        connection.close()

    record = client.record()
    assert set(first_lines) == {b"HTTP/1.1 201"}
    assert max(line["body_at"] for line in record) < min(line["finished_at"] for line in record)
