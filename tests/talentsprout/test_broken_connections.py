"""Every way in which a connection was seen to break, against raw sockets: what is known afterwards, and what follows from it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import repeat

import pytest

from tests.talentsprout.calling import (
    AN_INTERVIEW,
    KEY,
    PATIENT,
    PAYLOAD,
    SOON,
    call_to,
    error_document,
    verdict,
)
from tests.talentsprout.peer import Connection, Script, answer, answering, serving, watching
from worker.domain.outcome import NotExecuted, Refused, Remedy, Unknown
from worker.domain.request import Code, Kind
from worker.talentsprout.client import Exchange, Times, call

LARGE = b'{"job_description":"' + 20_000_000 * b"x" + b'"}'  # more than two kernels' buffers hold


def assert_not_executed_and_worth_repeating(exchange: Exchange) -> None:
    outcome = verdict(exchange)
    assert isinstance(outcome, NotExecuted)
    assert (outcome.code, outcome.remedy) == (Code.BACKING_OFF, Remedy.REACH)
    assert outcome.evidence.trouble
    assert not exchange.body_done


# Before the request


def guard_must_not_run() -> None:
    pytest.fail("there is no connection, and the guard was asked")


@contextmanager
def closed_port() -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens, and nobody else can
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def no_such_name() -> Iterator[str]:
    yield "https://nobody.invalid/api/v1"


@contextmanager
def full_backlog() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for one in waiting:
            one.close()


@contextmanager
def tls_to(script: Script) -> Iterator[str]:
    with serving(script) as peer:
        yield f"https://127.0.0.1:{peer.port}"


def plain_answer(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.end()
    connection.read_to_the_end()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param(closed_port, "refused", id="refused"),
        pytest.param(no_such_name, "no connection", id="no such name"),
        pytest.param(full_backlog, "no connection in time", id="backlog full"),
        pytest.param(partial(tls_to, plain_answer), "no connection", id="TLS to a plain port"),
        pytest.param(partial(tls_to, Connection.end), "no connection", id="FIN on accept, https"),
        pytest.param(partial(tls_to, Connection.reset), "no connection", id="RST on accept, https"),
        pytest.param(partial(tls_to, watching), "no connection in time", id="silence on accept, https"),
    ],
)
def test_f39_without_a_connection_nothing_was_executed(place, said):
    times = Times(deadline=timedelta(hours=1), connect=timedelta(milliseconds=300), write=timedelta(hours=1))
    with place() as base_url:
        exchange = call(base_url, KEY, Kind.GENERATE, PAYLOAD, guard=guard_must_not_run, times=times)
    assert_not_executed_and_worth_repeating(exchange)
    assert not exchange.connected
    assert said in (exchange.trouble or "")


# While the request is written


def end_at_once(connection: Connection) -> None:
    connection.close()


@pytest.mark.parametrize("at_once", [end_at_once, Connection.reset], ids=["FIN", "RST"])
@pytest.mark.parametrize("payload", [PAYLOAD, LARGE], ids=["small", "large"])
def test_f38_a_connection_that_ends_on_accept_is_judged_by_whether_the_body_was_written(at_once, payload):
    with serving(at_once) as peer:
        exchange = call_to(peer, payload=payload)
    if exchange.body_done:  # whether it was is a race
        assert isinstance(verdict(exchange), Unknown)
    else:
        assert_not_executed_and_worth_repeating(exchange)


def never_reading(connection: Connection) -> None:
    assert connection.ends_within(10)


def test_a_body_that_nobody_reads_cannot_have_run():
    with serving(never_reading, receive_buffer=4096) as peer:
        exchange = call_to(peer, payload=LARGE, times=replace(PATIENT, write=SOON.write))
    assert_not_executed_and_worth_repeating(exchange)
    assert exchange.timed_out
    assert exchange.trouble == "the request could not be written in time"
    assert peer.was_reset  # so that nothing of it leaves later


def reading_a_little(connection: Connection) -> None:
    connection.sip()


def test_f37_a_peer_that_reads_a_little_at_a_time_is_left_at_the_deadline():
    times = Times(deadline=timedelta(milliseconds=400), connect=timedelta(seconds=5), write=timedelta(seconds=30))
    with serving(reading_a_little, receive_buffer=4096) as peer:
        exchange = call_to(peer, payload=LARGE, times=times)
    assert_not_executed_and_worth_repeating(exchange)
    assert exchange.timed_out


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (413, b"", NotExecuted),
        (401, error_document("invalid_api_key"), Refused),
        (429, error_document("rate_limit_exceeded"), NotExecuted),
        (200, AN_INTERVIEW, Unknown),
    ],
)
def test_an_answer_that_comes_before_the_body_was_read_is_delivered(status, body, expected):
    def script(connection: Connection) -> None:
        connection.read_head()
        connection.send(answer(status, body))
        connection.end()
        connection.stop_reading()

    with serving(script, receive_buffer=4096) as peer:
        exchange = call_to(peer, payload=LARGE)
    assert exchange.status == status
    assert not exchange.body_done
    assert isinstance(verdict(exchange), expected)


# After the request


def reset_after_the_head(connection: Connection) -> None:
    connection.read_head()
    connection.reset()


def reset_after_the_request(connection: Connection) -> None:
    connection.read_request()
    connection.reset()


def end_after_the_request(connection: Connection) -> None:
    connection.read_request()
    connection.close()


def half_close(connection: Connection) -> None:
    connection.read_request()
    connection.end()
    connection.read_to_the_end()


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(reset_after_the_head, id="RST after the head"),
        pytest.param(reset_after_the_request, id="RST after the request"),
        pytest.param(end_after_the_request, id="FIN after the request"),
        pytest.param(half_close, id="half close"),
        pytest.param(answering(b"HTTP/1.1 2"), id="partial status line, FIN"),
        pytest.param(answering(b"HTTP/1.1 200 OK\r\nContent-Le"), id="partial head, FIN"),
        pytest.param(answering(b"* OK IMAP4 ready\r\n\r\n"), id="garbage status line"),
        pytest.param(answering(b"HTTP/1.1 099 X\r\n\r\n"), id="status below 100"),
        pytest.param(answering(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), id="switching protocols"),
        pytest.param(answering(b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"), id="status 999"),
        pytest.param(answering(answer(200, b"", "X: y" + 200_000 * "y")), id="a header too long"),
        pytest.param(answering(answer(200, b"", *repeat("X-Many: yes", 20_000))), id="headers too many"),
        pytest.param(answering(answer(200, b"{}", "Content-Length: some")), id="Content-Length no number"),
        pytest.param(answering(answer(200, b"{}", "Content-Length: 2", "Content-Length: 3")), id="two lengths"),
        pytest.param(answering(answer(200, b"{}", "Bad Header: 1")), id="a malformed header"),
        pytest.param(answering(answer(504, b"<html>timeout</html>")), id="a gateway gave up"),
        pytest.param(
            answering(answer(500, error_document("internal_error")[:-2], "Content-Length: 999")), id="500, cut"
        ),
    ],
)
def test_what_may_have_run_is_unknown(script):
    with serving(script) as peer:
        exchange = call_to(peer)
    if not exchange.body_done:  # possible only where the peer resets early
        assert_not_executed_and_worth_repeating(exchange)
        return
    outcome = verdict(exchange)
    assert isinstance(outcome, Unknown)
    assert outcome.code is Code.NO_ANSWER
    assert not outcome.evidence.likely
    assert outcome.evidence.trouble


def silence(connection: Connection) -> None:
    connection.read_request()
    connection.read_to_the_end()
    connection.ends_within(5)


def silent_after(said: bytes) -> Script:
    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(said)
        connection.read_to_the_end()
        connection.ends_within(5)

    return script


def dripping(said: bytes) -> Script:
    def script(connection: Connection) -> None:
        connection.read_request()
        connection.drip(said)

    return script


def flooding(said: bytes) -> Script:
    def script(connection: Connection) -> None:
        connection.read_request()
        connection.flood(said)

    return script


ENDLESS = answer(200, AN_INTERVIEW, *repeat("X-Endless: yes", 500))


@pytest.mark.parametrize(
    ("script", "likely"),
    [
        pytest.param(silence, False, id="silence"),
        pytest.param(silent_after(b"HTTP/1.1 20"), False, id="partial status line"),
        pytest.param(dripping(ENDLESS), False, id="dripping head"),
        pytest.param(dripping(100 * b"HTTP/1.1 100 Continue\r\n\r\n"), False, id="dripping 100s"),
        pytest.param(flooding(1000 * b"HTTP/1.1 100 Continue\r\n\r\n"), False, id="flood of 100s"),
        pytest.param(silent_after(answer(200, b"", "Content-Length: 9")), True, id="2xx, then silence"),
        pytest.param(
            silent_after(answer(200, AN_INTERVIEW[:30], "Content-Length: 999")), True, id="2xx, cut, then silence"
        ),
    ],
)
def test_f37_a_peer_that_does_not_finish_is_left_at_the_deadline(script, likely):
    with serving(script) as peer:
        exchange = call_to(peer, times=SOON)
    outcome = verdict(exchange)
    assert isinstance(outcome, Unknown)
    assert outcome.code is (Code.UNREADABLE_ANSWER if likely else Code.NO_ANSWER)
    assert outcome.evidence.likely is likely
    assert exchange.timed_out
    assert not exchange.complete
    assert peer.was_reset


def test_f37_a_dripping_body_is_left_at_the_deadline():
    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(answer(200, b"", f"Content-Length: {len(AN_INTERVIEW)}"))
        connection.drip(AN_INTERVIEW)

    with serving(script) as peer:
        exchange = call_to(peer, times=SOON)
    assert exchange.timed_out
    assert AN_INTERVIEW.startswith(exchange.body)
    assert exchange.body
    assert isinstance(verdict(exchange), Unknown)
    assert peer.was_reset


def test_an_end_that_we_made_is_not_taken_for_the_peers():
    def script(connection: Connection) -> None:  # the body of such an answer ends with the connection
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n[1, 2")
        connection.read_to_the_end()
        connection.ends_within(5)

    with serving(script) as peer:
        exchange = call_to(peer, times=SOON)
    assert not exchange.complete
    assert peer.was_reset
