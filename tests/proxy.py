"""A TCP proxy that spoils connections, in Toxiproxy's words: down, latency, bandwidth, slow_close, timeout, reset_peer, slicer,
limit_data.

    with proxying(("127.0.0.1", 5432)) as proxy:
        proxy.poison(Stream.DOWN, latency=0.2, jitter=0.1)     # at once, for open connections too
        proxy.heal()

It runs in a thread and an event loop of its own; every method may be called from the test's thread. All times are in seconds.
"""

import asyncio
import random
import socket
import ssl
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

Address = tuple[str, int] | Path  # of a TCP port, or of a unix socket
HOST = "127.0.0.1"
CHUNK = 65_536
STOP_SECONDS = 10.0
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Stream(Enum):
    """A connection's two directions."""

    UP = "to the server"
    DOWN = "to the client"


@dataclass(frozen=True)
class Toxics:
    """What befalls the bytes of one direction."""

    latency: float = 0.0
    jitter: float = 0.0  # on top of the latency, or less than it, evenly spread; the order is kept
    bandwidth: float | None = None  # bytes a second
    slow_close: float = 0.0  # the end is passed on so much later
    timeout: float | None = None  # nothing passes; the connection is closed after this long, never for 0
    reset_peer: float | None = None  # so long after the next bytes arrive both ends are reset, and the bytes are lost
    slicer: int | None = None  # at most so many bytes in one piece
    slice_delay: float = 0.0  # between two slices
    limit_data: int | None = None  # the connection is closed once so many bytes have passed


class Proxy:
    """One listener before `upstream`, on a free port of 127.0.0.1, or on the unix socket `listen`. `tls` ends in it, if given."""

    def __init__(self, upstream: Address, listen: Path | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.accepted = 0
        self.passed = dict.fromkeys(Stream, 0)  # bytes
        self._upstream, self._listen, self._tls = upstream, listen, tls
        self._toxics = dict.fromkeys(Stream, Toxics())
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self.port = 0
        self.up()

    def poison(self, stream: Stream, **toxics: float | None) -> None:
        """Add or change toxics of one direction."""
        self._toxics[stream] = replace(self._toxics[stream], **toxics)  # type: ignore[arg-type]  # the fields say which are whole

    def heal(self) -> None:
        """No toxics any more; what is held back by `timeout` stays held back."""
        self._toxics = dict.fromkeys(Stream, Toxics())

    def down(self) -> None:
        """Refuse connections, and reset those that are open."""
        self._call(self._close())

    def up(self) -> None:
        """Listen, always at the same address; nothing changes where it listens already."""
        self._call(self._start())

    def close(self) -> None:
        """The end."""
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_SECONDS)
        self._loop.close()

    def _call(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(STOP_SECONDS)

    async def _start(self) -> None:
        if self._server is not None:
            return
        if self._listen is not None:
            self._listen.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._accept, self._listen)
            return
        self._server = await asyncio.start_server(self._accept, HOST, self.port, ssl=self._tls)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        writers = [writer]
        try:
            far_reader, far_writer = await self._connect()
            writers.append(far_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._relay(Stream.UP, reader, far_writer))
                both.create_task(self._relay(Stream.DOWN, far_reader, writer))
        except* _End as ends:
            if any(end.reset for end in _leaves(ends)):
                _reset(writers)
        except* OSError:  # the server is away, or one of the two has gone
            _reset(writers)
        except* asyncio.CancelledError:
            _reset(writers)
        finally:
            for one in writers:
                one.close()
            self._open.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, Path):
            return await asyncio.open_unix_connection(self._upstream)
        return await asyncio.open_connection(*self._upstream)

    async def _relay(self, stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read at once and write when it is time, so that a latency does not slow down what follows."""
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def read() -> None:
            due, data = 0.0, b"-"
            while data:
                data = await reader.read(CHUNK)
                toxics = self._toxics[stream]
                late = max(toxics.latency + random.uniform(-toxics.jitter, toxics.jitter), 0.0)
                due = max(due, asyncio.get_running_loop().time() + late)
                line.put_nowait((due, data))

        async with asyncio.TaskGroup() as group:
            group.create_task(read())
            group.create_task(self._write(stream, line, writer))

    async def _write(
        self, stream: Stream, line: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter
    ) -> None:
        passed = 0
        while True:
            due, data = await line.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            toxics = self._toxics[stream]
            if not data:
                await asyncio.sleep(toxics.slow_close)
                with suppress(OSError):
                    if writer.can_write_eof():  # TLS knows no half of a close
                        writer.write_eof()
                return
            await _strike(toxics)
            room = len(data) if toxics.limit_data is None else max(toxics.limit_data - passed, 0)
            for piece in _pieces(data[:room], toxics.slicer):
                writer.write(piece)
                await writer.drain()
                passed += len(piece)
                self.passed[stream] += len(piece)
                await asyncio.sleep(toxics.slice_delay + (len(piece) / toxics.bandwidth if toxics.bandwidth else 0.0))
            if toxics.limit_data is not None and passed >= toxics.limit_data:
                raise _End(reset=False)


class _End(Exception):
    """A toxic ends the connection."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self.reset = reset


async def _strike(toxics: Toxics) -> None:
    """Ends the connection where a toxic says so."""
    if toxics.timeout is not None:
        await (asyncio.sleep(toxics.timeout) if toxics.timeout else asyncio.Event().wait())
        raise _End(reset=False)
    if toxics.reset_peer is not None:
        await asyncio.sleep(toxics.reset_peer)
        raise _End(reset=True)


def _pieces(data: bytes, size: int | None) -> list[bytes]:
    step = int(size or CHUNK)
    return [data[start : start + step] for start in range(0, len(data), step)]


def _reset(writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        sock: socket.socket | None = writer.get_extra_info("socket")
        if sock is not None:
            with suppress(OSError):  # it has gone already, or is no TCP socket
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        writer.transport.abort()


def _leaves(ends: "BaseExceptionGroup[_End]") -> Iterator[_End]:
    for end in ends.exceptions:
        yield from [end] if isinstance(end, _End) else _leaves(end)


@contextmanager
def proxying(upstream: Address, listen: Path | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """A proxy that is gone at the end of the block."""
    proxy = Proxy(upstream, listen, tls)
    try:
        yield proxy
    finally:
        proxy.close()
