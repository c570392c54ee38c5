"""One call, against raw sockets: what arrives there, and what is said of each way in which it fails."""

import gzip
import socket
import ssl
import zlib
from datetime import timedelta
from threading import Event

import pytest

from config import Secret
from tests.outbound.wires import Wire
from tests.talentsprout.certificates import LONG_SINCE, Certificate, certificate
from tests.talentsprout.peer import Connection, Peer, Script, answer, answering, serving, watching
from worker.domain.call import Call, Key
from worker.outbound import (
    Answer,
    BrokenOff,
    CallRefused,
    NoAddress,
    NoConnection,
    NotTrusted,
    Outbound,
    OutboundFault,
    TooLarge,
    TooSlow,
)
from worker.outbound.client import tls_context

KEY = Secret("ats_" + 32 * "x")
SOON = timedelta(milliseconds=400)
SMALL = 1000


def get(peer: Peer, **changes: object) -> Answer:
    call = Call("GET", f"{peer.url}/jobs/1?secret=no-one-may-read-this")
    return Outbound().make(call, **{"configured": peer.url, **changes})  # type: ignore[arg-type]  # keyword by keyword


def fault_of(script: Script, **changes: object) -> OutboundFault:
    with serving(script) as peer, pytest.raises(OutboundFault) as fault:
        get(peer, **changes)
    assert "secret" not in str(fault.value)
    return fault.value


def test_a_call_arrives_as_it_was_described() -> None:
    body = b'{"jobPostingId": "1"}'
    call = Call(
        "POST", "", key=Key(before="Basic ", is_user_name=True), headers={"Content-Type": "application/json"}, body=body
    )
    with serving(answering(answer(201, b"{}", "X-One: a", "X-One: b"))) as peer:
        url = f"{peer.url}/jobPosting.info"
        got = Outbound().make(Call("POST", url, call.key, call.headers, call.body), key=KEY, configured=peer.url)
    assert (got.status, got.body, got.headers["x-one"]) == (201, b"{}", "a, b")
    assert peer.received.startswith(b"POST /api/v1/jobPosting.info HTTP/1.1\r\n")
    assert peer.body == body
    assert peer.headers["host"] == f"127.0.0.1:{peer.port}"
    assert peer.headers["authorization"] == "Basic YXRzX3h4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4Og=="
    assert peer.headers["connection"] == "close"
    assert peer.headers["user-agent"].startswith("talentsprout-bridge/")
    assert "cookie" not in peer.headers


@pytest.mark.parametrize(
    ("key", "header", "value"),
    [
        (Key(), "authorization", f"Bearer ats_{32 * 'x'}"),
        (Key("X-SmartToken", before=""), "x-smarttoken", f"ats_{32 * 'x'}"),
        (Key(before="Token token="), "authorization", f"Token token=ats_{32 * 'x'}"),
    ],
)
def test_the_key_goes_where_the_vendor_wants_it(key: Key, header: str, value: str) -> None:
    wire = Wire(Answer(200))
    Outbound(lambda _host, _port: ["93.184.215.14"], wire).make(Call("GET", "https://ats.example.com/", key), key=KEY)
    assert wire.requests[0].headers[header] == value


@pytest.mark.parametrize("secret", [None, Secret("a\r\nX-Evil: 1"), Secret("ключ")])
def test_a_key_that_is_missing_or_no_header_can_hold_is_said_before_anything_is_sent(secret: Secret | None) -> None:
    with serving(watching, calls=0) as peer, pytest.raises(CallRefused) as refusal:
        Outbound().make(Call("GET", peer.url, Key()), key=secret, configured=peer.url)
    assert "key" in str(refusal.value)
    assert not refusal.value.sent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_s12_a_redirect_is_an_answer_and_nobody_follows_it(status: int) -> None:
    """The key and the body stay where they were meant for: the second server sees nothing."""
    with serving(watching, calls=0) as other:
        script = answering(answer(status, b"", f"Location: {other.url}", "Set-Cookie: a=b"))
        with serving(script) as peer:
            got = Outbound().make(Call("GET", peer.url, Key()), key=KEY, configured=peer.url)
    assert (got.status, got.headers["location"]) == (status, other.url)
    assert other.received == b""


def test_s12_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(watching, calls=0) as proxy, serving(answering(answer(200, b"{}"))) as peer:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert get(peer).status == 200
    assert proxy.received == b""


def dripping(connection: Connection) -> None:
    connection.read_request()
    while True:
        connection.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + 10_000 * b"y")


def dripping_a_body(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
    connection.drip(10_000 * b"y")


def silent(connection: Connection) -> None:
    connection.read_request()
    connection.read_to_the_end()


def hinting(connection: Connection) -> None:
    connection.read_request()
    connection.flood(1000 * b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("script", [dripping, dripping_a_body, silent, hinting])
def test_s13_a_peer_that_does_not_finish_is_left_at_the_deadline(script: Script) -> None:
    fault = fault_of(script, deadline=SOON)
    assert isinstance(fault, TooSlow)
    assert fault.sent
    assert "0.4 s" in str(fault)


def endless(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.flood(b"1000\r\n" + 4096 * b"x" + b"\r\n")


def test_s13_an_endless_answer_is_left_at_its_cap() -> None:
    fault = fault_of(endless, most=SMALL)
    assert isinstance(fault, TooLarge)
    assert "1,000 bytes" in str(fault)


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress])
def test_s13_an_answer_that_unpacks_to_too_much_is_left_at_its_cap(packed) -> None:
    encoding = "gzip" if packed is gzip.compress else "deflate"
    bomb = packed(50_000_000 * b"x")
    fault = fault_of(answering(answer(200, bomb, f"Content-Encoding: {encoding}")), most=100_000)
    assert isinstance(fault, TooLarge)


@pytest.mark.parametrize("body", [b"", b"x", SMALL * b"x"])
def test_an_answer_of_exactly_the_cap_is_whole(body: bytes) -> None:
    with serving(answering(answer(200, body))) as peer:
        assert get(peer, most=SMALL).body == body
    with serving(answering(answer(200, gzip.compress(body), "Content-Encoding: gzip"))) as peer:
        assert get(peer, most=SMALL).body == body


BROKEN = {
    "no answer": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "a head without end": b"HTTP/1.1 200 OK\r\n" + 20_000 * b"X-Filler: 123456\r\n",
    "packed otherwise": answer(200, b"x", "Content-Encoding: br"),
    "not packed": answer(200, b"x", "Content-Encoding: gzip"),
    "packed and cut": answer(200, gzip.compress(b"0123456789")[:-9], "Content-Encoding: gzip"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_is_none_is_said_to_have_broken_off(data: bytes) -> None:
    fault = fault_of(answering(data))
    assert isinstance(fault, BrokenOff)
    assert fault.sent


def test_nobody_listening_is_no_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NoConnection, match=r"^No connection to 127\.0\.0\.1:\d+: .*refused\.$") as fault:
            Outbound().make(Call("GET", url), configured=url)
    assert not fault.value.sent


def test_the_next_address_is_tried_where_one_takes_no_connection() -> None:
    with serving(answering(answer(200, b"{}"))) as peer:
        url = f"http://localhost:{peer.port}"
        outbound = Outbound(lambda _host, _port: ["127.0.0.2", "127.0.0.1"])
        assert outbound.make(Call("GET", url), configured=url).status == 200


def test_a_name_without_an_address_is_said() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(NoAddress, match=r"^nobody\.example\.com has no address \(Name or service not known\): check"):
        Outbound(unknown).make(Call("GET", "https://nobody.example.com/"))


def test_a_name_server_that_hangs_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = Event()

    def look_up(*_: object, **__: object) -> list[object]:
        hanging.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(TooSlow) as fault:
        Outbound().make(Call("GET", "https://slow.example.com/"), deadline=timedelta(milliseconds=50))
    hanging.set()
    assert not fault.value.sent


@pytest.fixture
def trusted():
    """This process trusts the authority of a certificate, for one test."""
    tls_context.cache_clear()
    yield lambda own: tls_context().load_verify_locations(cadata=own.certificate)
    tls_context.cache_clear()


def over_tls(tmp_path, own: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.chain(tmp_path))
    return context


def test_a_call_over_tls_is_made_under_the_name_that_was_meant(tmp_path, trusted) -> None:
    names = []
    own = certificate(host="localhost")
    trusted(own)
    context = over_tls(tmp_path, own)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with serving(answering(answer(200, b"{}")), tls=context) as peer:
        assert get(peer).status == 200
    assert names == ["localhost"]


@pytest.mark.parametrize(
    ("own", "is_trusted", "said"),
    [
        pytest.param(certificate(until=LONG_SINCE), True, "certificate has expired", id="expired"),
        pytest.param(certificate(host="example.org"), True, "not valid for 'localhost'", id="another host's"),
        pytest.param(certificate(), False, "self-signed certificate", id="an unknown authority's"),
    ],
)
def test_s12_a_certificate_that_does_not_hold_gets_no_request(tmp_path, trusted, own, is_trusted, said) -> None:
    if is_trusted:
        trusted(own)
    with serving(watching, tls=over_tls(tmp_path, own)) as peer, pytest.raises(NotTrusted) as fault:
        Outbound().make(Call("GET", peer.url, Key()), key=KEY, configured=peer.url)
    assert said in str(fault.value)
    assert not fault.value.sent
    assert peer.received == b""


def test_a_server_that_speaks_no_tls_is_not_trusted() -> None:
    with serving(answering(answer(200, b"{}"))) as peer:
        url = f"https://localhost:{peer.port}"
        with pytest.raises(OutboundFault) as fault:
            Outbound().make(Call("GET", url), configured=url)
        socket.create_connection(("127.0.0.1", peer.port)).close()
    assert not fault.value.sent
