"""Answer: what arrived, as far as it arrived. The body is unpacked and capped here, so that none can fill the memory."""

import zlib
from collections.abc import Mapping

import httpx

from worker.domain.fields import single_line

MOST_BYTES = 2_000_000  # of a body, packed and unpacked; an interview has some 30,000
EITHER_WRAPPER = 47  # zlib: gzip or zlib, by the first bytes
PACKED = ("gzip", "x-gzip", "deflate")


class Unacceptable(Exception):
    """The rest of the body is not wanted; says why."""


class Answer:
    """Filled while it arrives: when reading raises, what came before is still here."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}  # lower-case names; repeated ones are joined with ", "
        self.body = bytearray()
        self.complete = False
        self._arrived = 0
        self._unpacking = zlib.decompressobj(EITHER_WRAPPER)

    def read(self, response: httpx.Response) -> None:
        """Take status, headers and body. Raises Unacceptable, and what httpx raises for a broken connection."""
        self.status = response.status_code
        self.headers = dict(response.headers)
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in (*PACKED, "identity"):
            raise Unacceptable(f"the answer is packed as {single_line(encoding)[:20]!r}, which was not asked for")
        for chunk in response.iter_raw():
            self._add(chunk, packed=encoding in PACKED)
        self.complete = encoding == "identity" or self._unpacking.eof

    def _add(self, chunk: bytes, *, packed: bool) -> None:
        self._arrived += len(chunk)
        room = MOST_BYTES - len(self.body)
        try:
            self.body += self._unpacking.decompress(chunk, room + 1) if packed else chunk[: room + 1]
        except zlib.error:
            raise Unacceptable("the answer says that it is packed, and can't be unpacked") from None
        if max(self._arrived, len(self.body)) > MOST_BYTES:
            del self.body[MOST_BYTES:]
            raise Unacceptable(f"the answer is longer than {MOST_BYTES:,} bytes")
