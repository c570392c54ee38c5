"""A sender of deliveries: raw sockets and one loop, because what measures must be faster than what is measured.

Every body is new and signed: the part that all share is hashed once. One process; it should have a core to itself.
"""

import hmac
import select
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CONNECTIONS = 64
BODY_BYTES = 6000
SECRET = "a-secret-of-the-bench-that-is-long-enough"
LAST_ANSWERS_SECONDS = 10.0
_TEXT = "We look for somebody who repairs bicycles, talks with customers and keeps a small workshop in order. "


@dataclass
class Volley:
    """What came of it. `seconds` of each answer lie within the time that counts; `stored` counts every 2xx, warm-up included."""

    lasted: float
    seconds: list[float] = field(default_factory=list)
    stored: int = 0
    refused: int = 0
    broken: int = 0
    unanswered: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.lasted

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the answers came; a share of 0.5 is the median."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def median(self) -> float:
        """Milliseconds."""
        return 1000 * statistics.median(self.seconds)


def deliveries(path: str, *, first: int = 0, size: int = BODY_BYTES) -> Iterator[bytes]:
    """Requests as Greenhouse sends them: a posting of about `size` bytes each, signed, with an id of its own."""
    content = (_TEXT * (1 + size // len(_TEXT)))[: size - 130]
    shared = (
        '{"action": "job_post_created", "payload": {"job_id": 1, "live": true, "title": "Mechanic", '
        f'"content": "{content}", "id": '
    )
    begun = hmac.new(SECRET.encode(), shared.encode(), "sha256")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(shared) + 14}\r\nSignature: sha256 "
    )
    start, body = head.encode(), shared.encode()
    while True:
        first += 1
        rest = b"%012d}}" % (first + 10**11)
        signed = begun.copy()
        signed.update(rest)
        yield b"%s%s\r\nGreenhouse-Event-ID: %d\r\n\r\n%s%s" % (start, signed.hexdigest().encode(), first, body, rest)


class _Peer:
    """One connection: a request is out, or nothing is."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self.got = b""

    def send(self, request: bytes) -> None:
        self.sent = time.perf_counter()
        self.sock.sendall(request)

    def answer(self) -> int | None:
        """The status once the whole answer is here. Raises ConnectionError where the other side hangs up."""
        found = self.sock.recv(65536)
        if not found:
            raise ConnectionResetError
        self.got = self.got + found if self.got else found
        end = self.got.find(b"\r\n\r\n")
        if end < 0:
            return None
        at = self.got.lower().find(b"content-length:", 0, end)
        length = int(self.got[at + 15 : self.got.index(b"\r\n", at)])
        if len(self.got) < end + 4 + length:
            return None
        status, self.got = int(self.got[9:12]), b""
        return status


def volley(
    port: int,
    requests: Iterator[bytes],
    *,
    seconds: float,
    warm_up: float = 0.5,
    connections: int = CONNECTIONS,
    turn: Callable[[], None] = lambda: None,
) -> Volley:
    """Keep `connections` requests in flight; the first `warm_up` seconds don't count. `turn` is called now and then."""
    began = time.perf_counter()
    counts_from, ends = began + warm_up, began + warm_up + seconds
    found = Volley(seconds)
    poll = select.epoll()
    peers: dict[int, _Peer] = {}
    for _ in range(connections):
        peer = _Peer(port)
        peers[peer.sock.fileno()] = peer
        poll.register(peer.sock, select.EPOLLIN)
        peer.send(next(requests))
    waiting = len(peers)
    while waiting and (now := time.perf_counter()) < ends + LAST_ANSWERS_SECONDS:
        for number, _ in poll.poll(0.1):
            peer = peers[number]
            try:
                status = peer.answer()
            except ConnectionError:
                found.broken += 1
                waiting -= 1
                poll.unregister(number)
                continue
            if status is None:
                continue
            now = time.perf_counter()
            found.stored += 200 <= status < 300
            found.refused += not 200 <= status < 300
            if counts_from <= now < ends:
                found.seconds.append(now - peer.sent)
            if now < ends:
                peer.send(next(requests))
            else:
                waiting -= 1
        turn()
    found.unanswered = waiting
    for peer in peers.values():
        peer.sock.close()
    poll.close()
    return found
