"""One accepted connection: messages in, and every way out, the rude ones included."""

import asyncio
import socket
import struct
from contextlib import suppress

from worker.sandbox.wire import Answer, Head, read_body, read_head

IDLE_SECONDS = 75.0  # of this machine: between two messages
SLOW_BODY_SECONDS = 120.0
LONGEST_SILENCE_SECONDS = 3600.0


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @property
    def peer(self) -> str:
        """The client's address; empty once it has gone."""
        name = self._writer.get_extra_info("peername")
        return str(name[0]) if name else ""

    async def head(self) -> Head | None:
        async with asyncio.timeout(IDLE_SECONDS):
            return await read_head(self._reader)

    async def body(self, head: Head) -> bytes:
        if "100-continue" in head.header("Expect").lower():
            await self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        async with asyncio.timeout(SLOW_BODY_SECONDS):
            return await read_body(self._reader, head)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def send(self, answer: Answer, *, to: Head | None = None) -> None:
        """The whole answer; without `to`, or if that head says so, it announces the end of the connection."""
        head = answer.head(keeps_alive=to is not None and to.keeps_alive)
        await self.write(head if to is not None and to.method == "HEAD" else head + answer.body)

    def reset(self) -> None:
        """End with RST: what was not yet sent is dropped, and the peer reads "connection reset"."""
        sock: socket.socket | None = self._writer.get_extra_info("socket")
        if sock is not None:
            with suppress(OSError):  # the peer may have been first
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def half_close(self) -> None:
        """Send FIN, and go on listening."""
        with suppress(OSError):  # the peer may have been first
            self._writer.write_eof()

    async def until_peer_leaves(self, seconds: float = LONGEST_SILENCE_SECONDS) -> None:
        """Say nothing until the other side ends the connection, or so much time of this machine has passed."""
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(seconds):
                while await self._reader.read(65536):
                    pass

    async def close(self) -> None:
        """End with FIN, after what is still to be sent."""
        self._writer.close()
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                await self._writer.wait_closed()

    def drop(self) -> None:
        """End at once, without ceremony: the sandbox itself is stopping."""
        self._writer.transport.abort()
