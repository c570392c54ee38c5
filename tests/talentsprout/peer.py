"""Peers made of raw sockets: they do to a connection what a script says, and remember what arrived.

with serving(answering(answer(200, b"{}"))) as peer:
    exchange = call(peer.url, …)
assert peer.received == …           # complete once the block has ended
"""

import select
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Semaphore, Thread

PATIENCE_SECONDS = 10.0  # with our own side, before a test fails
ONE_BYTE_SECONDS = 0.02
CHUNK = 65_536


class Connection:
    """One accepted connection. `received` is everything that the other side sent, `was_reset` how it ended."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.received = bytearray()
        self.was_reset = False

    def read_head(self) -> None:
        """The request's head; what of the body came with it is kept too."""
        while b"\r\n\r\n" not in self.received:
            self._read()

    def read_request(self) -> None:
        """Head and body."""
        self.read_head()
        head = bytes(self.received).partition(b"\r\n\r\n")[0]
        lengths = (line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        whole = len(head) + 4 + int(next(lengths, b"0"))
        while len(self.received) < whole:
            self._read()

    def read_to_the_end(self) -> None:
        """Until the other side closes."""
        with suppress(EOFError):
            while True:
                self._read()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def drip(self, data: bytes) -> None:
        """A byte at a time, until the other side has had enough."""
        for byte in data:
            self.send(bytes([byte]))
            if self.ends_within(ONE_BYTE_SECONDS):
                return

    def flood(self, data: bytes) -> None:
        """Again and again, until the other side has had enough."""
        try:
            while True:
                self.send(data)
        except ConnectionError:
            self.was_reset = True

    def sip(self) -> None:
        """Read a few bytes at a time, until the other side has had enough."""
        while not self.ends_within(ONE_BYTE_SECONDS):
            self._socket.recv(512)

    def stop_reading(self) -> None:
        """What still arrives makes the kernel reset the connection, once `send` and `end` got through."""
        self._socket.shutdown(socket.SHUT_RD)

    def end(self) -> None:
        """Say that nothing more comes; go on reading."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        self._socket.close()

    def ends_within(self, seconds: float) -> bool:
        """Whether the other side resets the connection by then; also seen after its orderly end."""
        poll = select.poll()
        poll.register(self._socket, 0)  # errors are reported unasked
        self.was_reset |= any(event & select.POLLERR for _, event in poll.poll(seconds * 1000))
        return self.was_reset

    def _read(self) -> None:
        try:
            data = self._socket.recv(CHUNK)
        except ConnectionResetError:
            self.was_reset = True
            raise EOFError from None
        if not data:
            raise EOFError
        self.received += data


Script = Callable[[Connection], None]


class Peer:
    """Accepts one connection after the other and plays the script on each."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None, receive_buffer: int | None) -> None:
        self._script, self._tls = script, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        if receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._ended = Semaphore(0)
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.port = self._listener.getsockname()[1]
        self.connections: list[Connection] = []

    @property
    def url(self) -> str:
        """With a name over TLS, since certificates are made for one."""
        return f"https://localhost:{self.port}/api/v1" if self._tls else f"http://127.0.0.1:{self.port}/api/v1"

    @property
    def received(self) -> bytes:
        return b"".join(bytes(connection.received) for connection in self.connections)

    @property
    def body(self) -> bytes:
        """Of the one request that arrived."""
        return self.received.partition(b"\r\n\r\n")[2]

    @property
    def headers(self) -> dict[str, str]:
        """Of the one request that arrived, with lower-case names."""
        lines = self.received.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def was_reset(self) -> bool:
        return any(connection.was_reset for connection in self.connections)

    def stop(self, calls: int) -> None:
        """Once `calls` connections have ended."""
        for _ in range(calls):
            assert self._ended.acquire(timeout=PATIENCE_SECONDS), "the expected connection did not come, or did not end"
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_SECONDS)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):  # the listener was shut down
            while True:
                accepted, _ = self._listener.accept()
                accepted.settimeout(PATIENCE_SECONDS)
                self._play(accepted)
                self._ended.release()

    def _play(self, accepted: socket.socket) -> None:
        connection = Connection(accepted)
        self.connections.append(connection)
        with suppress(OSError, EOFError):  # the other side went away: that is what many tests are about
            if self._tls:
                connection = Connection(self._tls.wrap_socket(accepted, server_side=True))
                self.connections[-1] = connection
            self._script(connection)
        connection.close()


@contextmanager
def serving(
    script: Script, *, calls: int = 1, tls: ssl.SSLContext | None = None, receive_buffer: int | None = None
) -> Iterator[Peer]:
    """A peer for as many connections as `calls`; leaving the block waits until they have ended."""
    peer = Peer(script, tls, receive_buffer)
    try:
        yield peer
    except BaseException:
        peer.stop(0)
        raise
    peer.stop(calls)


def answer(status: int, body: bytes, *headers: str) -> bytes:
    """A whole answer, with the length of its body unless a Content-Length is among the headers."""
    lengths = [] if any(header.lower().startswith("content-length:") for header in headers) else [len(body)]
    lines = [f"HTTP/1.1 {status} X", *headers, *(f"Content-Length: {length}" for length in lengths)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answering(data: bytes) -> Script:
    """Reads the request, sends `data` and ends."""

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(data)
        connection.end()
        connection.read_to_the_end()

    return script


def watching(connection: Connection) -> None:
    """Sends nothing, and reads until the other side closes."""
    connection.read_to_the_end()
