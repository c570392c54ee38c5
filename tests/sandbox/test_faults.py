"""Each fault as a client meets it on the socket, and what became of the interview."""

import gzip
import json
import socket
import time
from contextlib import suppress

import httpx
import pytest

from worker.sandbox.faults import CREATES_NOTHING, Kind


def everything(connection: socket.socket) -> bytes:
    """All bytes until the other side ends; raises ConnectionResetError for a reset and TimeoutError for silence."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def made(client) -> int:
    return len(client.sandbox.ask("interviews")["interviews"])


def fail(client, fault: str, **options: object) -> None:
    client.sandbox.tell("faults", fault=fault, **options)


@pytest.mark.parametrize(("fault", "interviews"), [("hang", 0), ("created_hang", 1), ("half_close", 1)])
def test_a_silent_fault_sends_nothing(client, fault, interviews):
    fail(client, fault)
    connection = client.raw()
    connection.settimeout(0.1)
    if fault == "half_close":
        assert everything(connection) == b""
    else:
        with pytest.raises(TimeoutError):
            everything(connection)

    (line,) = client.record()
    assert made(client) == interviews
    assert (line["executed"], line["status"], line["fault"]) == (bool(interviews), None, fault)


def test_a_half_close_leaves_the_other_half_open(client):
    fail(client, "half_close")
    with client.raw() as connection:
        assert connection.recv(1) == b""
        connection.sendall(b"still here")
        time.sleep(0.02)
        connection.sendall(b"and here")  # would fail if the connection were closed


@pytest.mark.parametrize(("fault", "interviews"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_is_a_reset_and_no_ordinary_end(client, fault, interviews):
    fail(client, fault)

    with pytest.raises(ConnectionResetError):
        everything(client.raw())

    (line,) = client.record()
    assert made(client) == interviews
    assert (line["body_at"] is None) == (fault == "reset_before")


def test_a_reset_on_accept_befalls_the_next_connection_whatever_it_is(client):
    fail(client, "reset_on_accept")

    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        everything(client.raw())

    assert client.record() == []
    assert client.ping().status_code == 200


def test_a_truncated_answer_is_shorter_than_it_says(client):
    fail(client, "truncate")

    head, _, body = everything(client.raw()).partition(b"\r\n\r\n")

    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert 0 < len(body) < length
    assert made(client) == 1


def test_a_truncated_answer_can_hang_after_so_many_bytes(client):
    fail(client, "truncate_hang", size=10)
    connection = client.raw()
    connection.settimeout(0.1)
    received = bytearray()
    with connection, suppress(TimeoutError):
        while more := connection.recv(65536):
            received += more
        pytest.fail("the connection was closed")

    assert len(received.partition(b"\r\n\r\n")[2]) == 10


@pytest.mark.parametrize("fault", ["drip_headers", "drip_body"])
def test_a_dripping_answer_comes_byte_by_byte(client, fault):
    fail(client, fault, interval=30)
    received = bytearray()
    with client.raw() as connection, suppress(TimeoutError):
        connection.settimeout(0.1)
        while more := connection.recv(65536):
            received += more

    assert received == b"H" if fault == "drip_headers" else received.endswith(b"\r\n\r\n{")


@pytest.mark.parametrize("fault", ["drip_headers", "drip_body"])
def test_a_dripping_answer_is_whole_in_the_end(client, fault):
    fail(client, fault, interval=0)

    assert client.generate().json()["object"] == "interview"


def test_garbage_can_be_html_bytes_that_are_no_utf8_or_very_much(client):
    fail(client, "garbage_200")
    fail(client, "garbage_200", body="\udcff\udcfe")
    fail(client, "garbage_200", size=3_000_000)

    answers = [client.generate() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].content.startswith(b"<html>")
    assert answers[1].content == b"\xff\xfe"
    assert len(answers[2].content) == 3_000_000
    assert made(client) == 3


def test_an_answer_can_lack_its_link_or_have_another_kind_of_id(client):
    fail(client, "200_no_share_link")
    fail(client, "200_other_id_type")

    without, other = client.generate().json(), client.generate().json()

    assert "share_link" not in without
    assert isinstance(other["id"], int)


def test_fields_and_headers_of_an_ordinary_answer_can_be_changed(client):
    fail(
        client,
        "none",
        fields={"title": "‮odd", "new": 1},
        without=["voice"],
        headers={"X-RateLimit-Remaining": ["7", "8"], "X-RateLimit-Reset": None},
    )

    answer = client.generate()

    assert answer.status_code == 201
    assert (answer.json()["title"], answer.json()["new"], "voice" in answer.json()) == ("‮odd", 1, False)
    assert answer.headers.get_list("X-RateLimit-Remaining") == ["7", "8"]
    assert "X-RateLimit-Reset" not in answer.headers


def test_a_gzip_bomb_is_small_on_the_wire_and_valid_inside(client):
    fail(client, "gzip_bomb", size=8_000_000)

    packed = everything(client.raw()).partition(b"\r\n\r\n")[2]

    unpacked = gzip.decompress(packed)
    assert len(packed) < 20_000
    assert len(unpacked) > 8_000_000
    assert json.loads(unpacked)["object"] == "interview"


def test_a_wrong_gzip_cannot_be_unpacked(client):
    fail(client, "wrong_gzip")

    with pytest.raises(httpx.DecodingError):
        client.generate()


def test_a_wrong_content_length_hides_the_end_of_the_answer(client):
    fail(client, "wrong_content_length")

    with pytest.raises(ValueError):
        client.generate().json()
    assert made(client) == 1


def test_a_flood_of_informational_answers_ends_in_the_real_one(client):
    fail(client, "1xx_flood", size=500)

    answer = everything(client.raw())

    assert answer.count(b"HTTP/1.1 102 ") == 500
    assert answer.count(b"HTTP/1.1 201 ") == 1


def test_a_status_line_can_be_garbage(client):
    fail(client, "garbage_status_line")

    with pytest.raises(httpx.RemoteProtocolError):
        client.generate()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.NONE, Kind.STATUS, Kind.RESET_ON_ACCEPT)])
def test_every_fault_says_whether_the_interview_exists(client, kind):
    fail(client, kind, interval=0, size=10)
    with client.raw() as connection:
        connection.settimeout(0.1 if kind in (Kind.HANG, Kind.CREATED_HANG, Kind.TRUNCATE_HANG) else 5)
        with suppress(TimeoutError, ConnectionResetError):
            while connection.recv(65536):
                pass

    (line,) = client.record()
    assert line["executed"] == bool(made(client)) == (kind not in CREATES_NOTHING)
    assert line["fault"] == kind


def test_a_fault_waits_for_its_endpoint_and_goes_after_its_times(client):
    fail(client, "status:500", endpoint="from-job-description", times=2)

    statuses = [client.ping().status_code, *(client.generate().status_code for _ in range(3))]

    assert statuses == [200, 500, 500, 201]


def test_a_fault_can_befall_a_share_of_the_calls_until_the_reset(start):
    client = start(seed=5)
    fail(client, "status:500", times=None, share=0.3)
    failed = sum(client.ping().status_code == 500 for _ in range(60))
    client.sandbox.tell("reset")

    assert 5 < failed < 35
    assert all(client.ping().status_code == 200 for _ in range(10))


def test_a_call_that_breaks_a_rule_leaves_the_fault_to_the_next(client):
    fail(client, "status:500")

    assert client.generate(job_description="short").status_code == 400
    assert client.generate().status_code == 500


def test_the_work_is_done_although_the_client_has_gone(start):
    client = start(speed=100)
    fail(client, "none", latency=10)
    client.raw().close()
    deadline = time.monotonic() + 5
    while not made(client) and time.monotonic() < deadline:
        time.sleep(0.01)

    (line,) = client.record()
    assert line["executed"]
