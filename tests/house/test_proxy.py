"""The proxy that spoils connections does to them what it says, and nothing when it is not asked to."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.proxy import Proxy, Stream, proxying


class Echo:
    """Sends back what it gets, on TCP or on a unix socket."""

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            self.listener = socket.create_server(("127.0.0.1", 0))
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(path))
            self.listener.listen()
        self.received = bytearray()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._answer, args=(self.listener.accept()[0],), daemon=True).start()

    def _answer(self, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            while data := sock.recv(65_536):
                self.received += data
                sock.sendall(data)


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.listener.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with proxying(echo.listener.getsockname()) as made:
        yield made


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def read(sock: socket.socket, size: int) -> bytes:
    """So many bytes, or what came before the end."""
    got = b""
    while len(got) < size and (data := sock.recv(size - len(got))):
        got += data
    return got


def test_without_toxics_every_byte_passes_and_so_does_the_end(proxy: Proxy) -> None:
    with connected(proxy) as sock:
        sock.sendall(b"x" * 200_000)
        sock.shutdown(socket.SHUT_WR)
        assert read(sock, 300_000) == b"x" * 200_000
    assert proxy.accepted == 1
    assert proxy.passed == {Stream.UP: 200_000, Stream.DOWN: 200_000}


def test_unix_sockets_are_passed_on_too(tmp_path: Path) -> None:
    echo = Echo(tmp_path / "echo")
    with proxying(tmp_path / "echo", listen=tmp_path / "proxy"), socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(tmp_path / "proxy"))
        sock.sendall(b"hello")
        assert read(sock, 5) == b"hello"
    echo.listener.close()


def test_down_refuses_and_resets_and_up_listens_at_the_same_port(proxy: Proxy) -> None:
    with connected(proxy) as sock:
        sock.sendall(b"a")
        assert read(sock, 1) == b"a"
        proxy.down()
        with pytest.raises(ConnectionResetError):
            sock.recv(1)
    with pytest.raises(ConnectionRefusedError):
        connected(proxy)
    proxy.up()
    with connected(proxy) as sock:
        sock.sendall(b"b")
        assert read(sock, 1) == b"b"


def test_latency_comes_once_for_a_whole_stream_and_not_for_each_piece(proxy: Proxy) -> None:
    proxy.poison(Stream.UP, latency=0.2)
    with connected(proxy) as sock:
        began = time.monotonic()
        for _ in range(10):
            sock.sendall(b"z")
            time.sleep(0.01)
        assert read(sock, 10) == b"z" * 10
        assert 0.2 <= time.monotonic() - began < 2


def test_bandwidth_and_slices_take_their_time(proxy: Proxy) -> None:
    proxy.poison(Stream.UP, bandwidth=1000, slicer=50)
    with connected(proxy) as sock:
        began = time.monotonic()
        sock.sendall(b"z" * 300)
        assert read(sock, 300) == b"z" * 300
        assert time.monotonic() - began >= 0.25


def test_limited_data_is_cut_and_followed_by_the_end(proxy: Proxy, echo: Echo) -> None:
    proxy.poison(Stream.DOWN, limit_data=7)
    with connected(proxy) as sock:
        sock.sendall(b"0123456789")
        assert read(sock, 10) == b"0123456"
    assert bytes(echo.received) == b"0123456789"


def test_a_reset_loses_the_bytes_that_called_it(proxy: Proxy, echo: Echo) -> None:
    proxy.poison(Stream.UP, reset_peer=0)
    with connected(proxy) as sock:
        sock.sendall(b"lost")
        with pytest.raises(ConnectionResetError):
            sock.recv(1)
    assert bytes(echo.received) == b""


def test_a_timeout_lets_nothing_pass_and_ends(proxy: Proxy, echo: Echo) -> None:
    proxy.poison(Stream.UP, timeout=0.1)
    with connected(proxy) as sock:
        sock.sendall(b"lost")
        assert sock.recv(1) == b""
    assert bytes(echo.received) == b""


def test_a_slow_close_comes_after_the_last_byte(proxy: Proxy) -> None:
    proxy.poison(Stream.DOWN, slow_close=0.2)
    with connected(proxy) as sock:
        sock.sendall(b"a")
        sock.shutdown(socket.SHUT_WR)
        assert read(sock, 1) == b"a"
        began = time.monotonic()
        assert sock.recv(1) == b""
        assert time.monotonic() - began >= 0.1


def test_what_is_healed_is_an_ordinary_connection_again(proxy: Proxy) -> None:
    proxy.poison(Stream.DOWN, limit_data=0, latency=5)
    proxy.heal()
    with connected(proxy) as sock:
        sock.sendall(b"whole")
        assert read(sock, 5) == b"whole"


def test_an_upstream_that_is_away_ends_the_connection(proxy: Proxy, echo: Echo) -> None:
    echo.listener.shutdown(socket.SHUT_RDWR)
    echo.listener.close()
    with suppress(ConnectionResetError), connected(proxy) as sock:
        assert sock.recv(1) == b""
