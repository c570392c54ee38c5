"""Bodies that are too large, lie about their size, are packed, or never end: exact limits, and nobody else waits."""

import gzip
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.faults.receiving.webs import Reply, Web, sqlite_in, web_on
from web.receiver import LARGEST_DELIVERY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
STRICTEST_SENDER_SECONDS = 3.0
HEAD = "POST /webhooks/careers HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n"


@pytest.fixture(scope="module")
def web_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One for all that it refuses: no database matters to them."""
    folder = tmp_path_factory.mktemp("web")
    with web_on(folder / "web", sqlite_in(folder)) as made:
        made.start()
        yield made


def padded(size: int) -> bytes:
    return b'{"x": "' + b"y" * (size - 9) + b'"}'


def raw(web: Web, headers: dict[str, str], *parts: bytes, seconds: float = 20) -> bytes:
    """Send and read until the server hangs up; b"" where it says nothing within `seconds`."""
    head = HEAD.format(headers="\r\n".join(f"{name}: {value}" for name, value in headers.items())).encode()
    got = b""
    with socket.create_connection(("127.0.0.1", web.port), timeout=seconds) as peer:
        with suppress(OSError):
            for part in (head, *parts):
                peer.sendall(part)
        with suppress(OSError):
            while data := peer.recv(65536):
                got += data
    return got


def in_chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 60_000):
        piece = body[start : start + 60_000]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def test_f17_a_body_beyond_the_limit_is_refused_and_never_cut_and_accepted(web: Web) -> None:
    """With a length and in chunks; the limit itself, one byte more, five times as much: 413 or stored whole."""
    web.start()
    for number, size in enumerate((LARGEST_DELIVERY, LARGEST_DELIVERY + 1, 5 * LARGEST_DELIVERY)):
        body, wanted = padded(size), 200 if size <= LARGEST_DELIVERY else 413
        with_length = web.deliver("careers", body, f"length-{number}")
        signed = web.signed("careers", body + b" " * 0, f"chunks-{number}")
        chunked = raw(web, {**signed, "Transfer-Encoding": "chunked", "Connection": "close"}, *in_chunks(body))
        assert (with_length.status, int(chunked.split(b" ")[1])) == (wanted, wanted)
    assert list(web.stored().values()) == [padded(LARGEST_DELIVERY)]


def test_f17_a_length_that_lies_stores_nothing_that_is_not_authentic(web: Web) -> None:
    """Shorter than the body: cut, so not authentic. Longer: never complete, never stored."""
    web.start()
    body = b'{"action": "what", "payload": {}}'
    assert web.deliver("careers", b"{}", "first").status == 200
    signed = web.signed("careers", body, "second")

    short = raw(web, {**signed, "Content-Length": str(len(body) - 5), "Connection": "close"}, body)
    long = raw(web, {**signed, "Content-Length": str(len(body) + 5)}, body, seconds=2)
    assert short.startswith(b"HTTP/1.1 401")
    assert long == b""
    assert set(web.stored().values()) == {b"{}"}
    assert web.get("/healthz").status == 200


TWO_MEANINGS = {
    "a length and chunks": "POST {path} HTTP/1.1|Content-Length: 4|Transfer-Encoding: chunked",
    "chunks and a length": "POST {path} HTTP/1.1|Transfer-Encoding: chunked|Content-Length: 4",
    "chunks that are chunked": "POST {path} HTTP/1.1|Transfer-Encoding: chunked, chunked",
    "chunked twice": "POST {path} HTTP/1.1|Transfer-Encoding: chunked|Transfer-Encoding: chunked",
    "packed chunks": "POST {path} HTTP/1.1|Transfer-Encoding: gzip, chunked",
    "a coding that hides": "POST {path} HTTP/1.1|Transfer-Encoding: \x0bchunked",
    "chunks of HTTP/1.0": "POST {path} HTTP/1.0|Transfer-Encoding: chunked",
    "two lengths": "POST {path} HTTP/1.1|Content-Length: 4|Content-Length: 5",
    "two lengths in one line": "POST {path} HTTP/1.1|Content-Length: 4, 4",
    "a length of 5,000 digits": "POST {path} HTTP/1.1|Content-Length: " + "9" * 5000,
    "a length below nothing": "POST {path} HTTP/1.1|Content-Length: -1",
    "a length with a plus": "POST {path} HTTP/1.1|Content-Length: +4",
    "a length in another base": "POST {path} HTTP/1.1|Content-Length: 0x4",
    "a folded header": "POST {path} HTTP/1.1|X-Long: a\r\n b|Content-Length: 4",
    "a folded coding": "POST {path} HTTP/1.1|Transfer-Encoding:\r\n chunked",
    "a space before the colon": "POST {path} HTTP/1.1|Content-Length : 4",
    "a bare line feed": "POST {path} HTTP/1.1|X-One: a\nContent-Length: 4",
    "a bracket that stays open": "POST http://[::1{path} HTTP/1.1|Content-Length: 4",
}


UNKNOWN_CODINGS = (TWO_MEANINGS["packed chunks"],)


@pytest.mark.parametrize("head", TWO_MEANINGS.values(), ids=TWO_MEANINGS.keys())
def test_s10_a_head_that_has_two_meanings_is_refused(web_once: Web, head: str) -> None:
    """CL with TE, twice, folded, 5,000 digits: 400, or 501 for an unknown coding; what follows is not read as a request."""
    web, smuggled = web_once, b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    lines = [*head.format(path="/webhooks/careers").split("|"), "Host: x", "Content-Type: application/json"]
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as peer:
        peer.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + smuggled)
        got = b""
        with suppress(OSError):
            while data := peer.recv(65536):
                got += data
    assert got.split(b" ")[1] == (b"501" if head in UNKNOWN_CODINGS else b"400"), got[:200]
    assert len(re.findall(rb"HTTP/1\.[01] ", got)) == 1, "one answer, and the connection ends"
    assert b"application/problem+json" in got


def test_s10_an_address_with_a_host_of_its_own_is_none(web_once: Web) -> None:
    """The absolute form of another host's address: 404."""
    head = "POST http://elsewhere.example/webhooks/careers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", web_once.port), timeout=20) as peer:
        peer.sendall(head.encode())
        assert peer.recv(65536).startswith(b"HTTP/1.1 404")


def test_f18_a_packed_body_is_refused_unread(web: Web) -> None:
    """gzip, a bomb, deflate, br, two encodings: 415; `identity` is taken."""
    web.start()
    packed = gzip.compress(b" " * 50_000_000)
    signed = web.signed("careers", packed)
    for encoding in ("gzip", "deflate", "br", "identity, gzip", "GZIP"):
        reply = web.post("/webhooks/careers", packed, {**signed, "Content-Encoding": encoding})
        assert reply.status == 415, encoding
    plain = web.signed("careers", b"{}")
    assert web.post("/webhooks/careers", b"{}", {**plain, "Content-Encoding": "identity"}).status == 200
    assert list(web.stored().values()) == [b"{}"]


@contextmanager
def dripping(web: Web, count: int) -> Iterator[list[socket.socket]]:
    """So many connections that send a byte now and then and never end."""
    peers: list[socket.socket] = []
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.5):
            for peer in peers:
                with suppress(OSError):
                    peer.send(b"x")

    for number in range(count):
        peer = socket.create_connection(("127.0.0.1", web.port), timeout=20)
        whole = HEAD.format(headers="Content-Type: application/json\r\nContent-Length: 100000").encode()
        peer.sendall(whole if number % 2 else whole[:40])  # a dripping body, or dripping headers
        peers.append(peer)
    nemesis = threading.Thread(target=drip)
    nemesis.start()
    try:
        yield peers
    finally:
        over.set()
        nemesis.join()
        for peer in peers:
            peer.close()


@pytest.mark.parametrize("count", [64, 256, 1000])
def test_f19_dripping_connections_keep_no_honest_sender_waiting(web: Web, count: int) -> None:
    """64, 256 and 1,000 connections that drip headers or bodies: every honest delivery is answered in its sender's time."""
    web.start()
    with dripping(web, count):
        replies: list[Reply] = []
        for number in range(50):
            body = b'{"action": "what", "payload": {"id": %d}}' % number
            replies.append(web.deliver("careers", body, f"d-{number}", patience=STRICTEST_SENDER_SECONDS))
    assert {reply.status for reply in replies} == {200}
    assert len(web.stored()) == 50
