"""One HTTP POST as a client, on asyncio alone: a fresh connection, one absolute deadline, no redirects."""

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from worker.sandbox.wire import Headers, Malformed, read_body, read_head

DEADLINE_SECONDS = 10.0  # of this machine: the vendor's "2xx within 10 seconds"; the receiver does not run faster
KEPT_TEXT = 500  # characters of an answer


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Status 0 is no answer, and `text` says why."""

    status: int
    text: str
    refused: bool = False  # nobody listens there

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


async def post(url: str, body: bytes, headers: Headers) -> Reply:
    """Never raises for what the other side does."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await _exchange(urlsplit(url), body, headers)
    except ConnectionRefusedError:
        return Reply(0, "connection refused", refused=True)
    except TimeoutError:
        return Reply(0, f"no answer within {DEADLINE_SECONDS:g} s")
    except (OSError, EOFError, Malformed, ValueError) as error:
        return Reply(0, f"{type(error).__name__}: {error}")


async def _exchange(url: SplitResult, body: bytes, headers: Headers) -> Reply:
    secure = url.scheme == "https"
    reader, writer = await asyncio.open_connection(
        url.hostname, url.port or (443 if secure else 80), ssl=ssl.create_default_context() if secure else None
    )
    try:
        lines = [
            f"POST {url.path or '/'}{'?' + url.query if url.query else ''} HTTP/1.1",
            f"Host: {url.netloc.rpartition('@')[2]}",
            *(f"{name}: {value}" for name, value in headers),
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)
        await writer.drain()
        return await _reply(reader)
    finally:
        writer.transport.abort()


async def _reply(reader: asyncio.StreamReader) -> Reply:
    head = await read_head(reader)
    if head is None:
        return Reply(0, "the connection was closed without an answer")
    status = int(head.first[1])
    framed = head.all("Content-Length") or head.all("Transfer-Encoding")
    text = await read_body(reader, head) if framed else await reader.read(KEPT_TEXT)
    return Reply(status, text.decode("utf-8", "replace")[:KEPT_TEXT])
