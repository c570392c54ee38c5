"""A call as TalentSprout sees it: one request, on a connection of its own, to one host."""

import time
from datetime import timedelta
from threading import Event

import pytest

from config import Secret
from tests.talentsprout.calling import AN_INTERVIEW, KEY, PATIENT, PAYLOAD, SOON, call_to
from tests.talentsprout.peer import Connection, answer, answering, serving, watching
from worker.domain.request import Kind
from worker.talentsprout.client import Abandoned, Times, call, no_guard, ping


def abandon() -> None:
    raise Abandoned


def test_the_request_carries_what_is_documented_and_nothing_else():
    with serving(answering(answer(201, AN_INTERVIEW))) as peer:
        exchange = call_to(peer)

    assert peer.received.startswith(b"POST /api/v1/interviews/from-job-description HTTP/1.1\r\n")
    assert peer.body == PAYLOAD
    assert peer.headers.pop("host") == f"127.0.0.1:{peer.port}"
    user_agent = peer.headers["user-agent"]
    assert user_agent.startswith("talentsprout-bridge/")
    assert {name: value for name, value in peer.headers.items() if name not in ("host", "user-agent")} == {
        "authorization": "Bearer tsk_" + 32 * "x",
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "close",
        "content-length": str(len(PAYLOAD)),
    }
    assert (exchange.status, exchange.body, exchange.complete, exchange.trouble) == (201, AN_INTERVIEW, True, None)
    assert exchange.connected
    assert exchange.body_done
    assert not exchange.timed_out


@pytest.mark.parametrize("base", ["/api/v1", "/api/v1/"])
def test_a_creation_has_its_own_path_and_a_slash_at_the_end_of_the_base_changes_nothing(base):
    with serving(answering(answer(200, AN_INTERVIEW))) as peer:
        call(f"http://127.0.0.1:{peer.port}{base}", KEY, Kind.CREATE, PAYLOAD, guard=no_guard, times=PATIENT)
    assert peer.received.startswith(b"POST /api/v1/interviews HTTP/1.1\r\n")


def test_a_ping_is_a_get_without_a_body():
    with serving(answering(answer(200, b"{}"))) as peer:
        exchange = ping(peer.url, KEY, times=PATIENT)
    assert peer.received.startswith(b"GET /api/v1/ping HTTP/1.1\r\n")
    assert peer.headers["authorization"] == "Bearer tsk_" + 32 * "x"
    assert (peer.body, exchange.status, exchange.complete) == (b"", 200, True)


def test_header_names_are_lower_case_and_repeated_ones_are_joined():
    with serving(answering(answer(200, AN_INTERVIEW, "X-RateLimit-Limit: 20", "x-ratelimit-LIMIT: 30"))) as peer:
        exchange = call_to(peer)
    assert exchange.headers["x-ratelimit-limit"] == "20, 30"


def test_the_guard_is_asked_when_the_connection_stands_and_nothing_has_left():
    arrived = Event()
    seen = []

    def script(connection: Connection) -> None:
        arrived.set()
        answering(answer(200, AN_INTERVIEW))(connection)

    with serving(script) as peer:

        def guard() -> float:
            assert arrived.wait(5)
            seen.append(peer.received)
            return no_guard()

        call(peer.url, KEY, Kind.GENERATE, PAYLOAD, guard=guard, times=PATIENT)
    assert seen == [b""]


@pytest.mark.parametrize("payload", [PAYLOAD, b"{" + 300_000 * b" " + b"}"])
def test_a_guard_that_abandons_leaves_no_byte_on_the_wire(payload):
    with serving(watching) as peer:
        exchange = call(peer.url, KEY, Kind.GENERATE, payload, guard=abandon, times=PATIENT)
    assert peer.received == b""
    assert exchange.abandoned
    assert exchange.connected
    assert not exchange.body_done
    assert exchange.status is None


def test_a_guard_that_abandons_a_ping_leaves_no_byte_on_the_wire():
    with serving(watching) as peer:
        exchange = ping(peer.url, KEY, times=PATIENT, guard=abandon)
    assert (peer.received, exchange.abandoned) == (b"", True)


class LedgerAway(Exception):
    pass


@pytest.mark.parametrize("fault", [LedgerAway, ConnectionResetError, TimeoutError, UnicodeError, KeyboardInterrupt])
def test_what_else_a_guard_raises_comes_out_and_nothing_was_sent(fault):
    def guard() -> None:
        raise fault

    with serving(watching) as peer, pytest.raises(fault):
        call(peer.url, KEY, Kind.GENERATE, PAYLOAD, guard=guard, times=PATIENT)
    assert peer.received == b""


def test_the_deadline_runs_from_the_guards_return():
    never = Event()

    def guard() -> float:
        never.wait(2 * SOON.deadline.total_seconds())
        return no_guard()

    with serving(answering(answer(200, AN_INTERVIEW))) as peer:
        exchange = call(peer.url, KEY, Kind.GENERATE, PAYLOAD, guard=guard, times=SOON)
    assert (exchange.status, exchange.complete, exchange.timed_out) == (200, True, False)


def test_the_spread_runs_from_the_stamp_to_the_last_byte_written():
    stamped_before = timedelta(seconds=3)

    with serving(answering(answer(200, AN_INTERVIEW))) as peer:
        began = time.monotonic()
        exchange = call(
            peer.url,
            KEY,
            Kind.GENERATE,
            PAYLOAD,
            guard=lambda: no_guard() - stamped_before.total_seconds(),
            times=PATIENT,
        )
    assert stamped_before <= exchange.spread <= stamped_before + timedelta(seconds=time.monotonic() - began)


def test_a_call_whose_body_was_not_written_has_no_spread():
    with serving(watching) as peer:
        assert call(peer.url, KEY, Kind.GENERATE, PAYLOAD, guard=abandon, times=PATIENT).spread is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["elsewhere", "://", "http://[", "\xff", "/api/v1/interviews"])
def test_a_redirect_is_an_answer_and_nobody_else_sees_the_key(status, place):
    with serving(watching, calls=0) as elsewhere:
        location = elsewhere.url if place == "elsewhere" else place
        with serving(answering(answer(status, b"", f"Location: {location}"))) as peer:
            exchange = call_to(peer)
    assert exchange.status == status
    assert len(peer.connections) == 1
    assert elsewhere.connections == []


def test_the_environments_proxies_and_passwords_are_not_used(monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(watching, calls=0) as proxy, serving(answering(answer(200, AN_INTERVIEW))) as peer:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert call_to(peer).status == 200
    assert proxy.connections == []
    assert peer.headers["authorization"] == "Bearer tsk_" + 32 * "x"


def test_every_call_has_a_connection_of_its_own_even_if_the_server_would_keep_it():
    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(answer(200, AN_INTERVIEW, "Connection: keep-alive"))
        connection.read_to_the_end()

    with serving(script, calls=2) as peer:
        assert call_to(peer).complete
        assert call_to(peer).complete
    assert len(peer.connections) == 2
    assert not peer.was_reset


def test_a_connection_that_fails_is_not_tried_again():
    with serving(Connection.reset) as peer:
        call(f"https://127.0.0.1:{peer.port}", KEY, Kind.GENERATE, PAYLOAD, guard=no_guard, times=PATIENT)
    assert len(peer.connections) == 1


@pytest.mark.parametrize("key", ["tsk_\u00e9" + 31 * "x", "tsk_x\r\nX-Evil: 1", "tsk_\ud800"])
def test_a_key_that_no_header_may_carry_is_said_without_showing_it(key):
    with serving(watching, calls=0) as peer:
        exchange = call(peer.url, Secret(key), Kind.GENERATE, PAYLOAD, guard=no_guard, times=PATIENT)
    assert peer.received == b""
    assert not exchange.body_done
    assert exchange.trouble == "the request can't be made; check base_url and api_key"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "nonsense",
        "ftp://127.0.0.1",
        "http://",
        "http://[::1",
        "http://a..b",
        f"http://{70 * 'a'}.invalid",
        "https://.invalid",
        "http://\x00",
    ],
)
def test_an_address_that_cannot_be_called_is_an_exchange_in_which_nothing_was_sent(base_url):
    exchange = call(base_url, KEY, Kind.GENERATE, PAYLOAD, guard=no_guard, times=PATIENT)
    assert not exchange.connected
    assert not exchange.body_done
    assert exchange.trouble


def test_times_come_from_the_deadline_and_the_margin():
    assert Times.of(timedelta(seconds=300), timedelta(seconds=60)) == Times(
        deadline=timedelta(seconds=300), connect=timedelta(seconds=15), write=timedelta(seconds=30)
    )
    assert Times.of(timedelta(seconds=3), timedelta(seconds=2)) == Times(
        deadline=timedelta(seconds=3), connect=timedelta(milliseconds=500), write=timedelta(seconds=3)
    )
