"""Body: the bytes of an answer, unpacked and counted while they come, so that none can fill the memory."""

import zlib

import httpx

from worker.domain.fields import single_line
from worker.outbound.faults import BrokenOff, TooLarge

EITHER_WRAPPER = 47  # zlib: gzip or zlib, by the first bytes
PACKED = ("gzip", "x-gzip", "deflate")


def whole(response: httpx.Response, host: str, most: int) -> bytes:
    """The body, at most `most` bytes packed and unpacked. Raises TooLarge and BrokenOff, and what httpx raises."""
    encoding = response.headers.get("content-encoding", "").strip().lower() or "identity"
    if encoding == "identity":
        return _plain(response, host, most)
    if encoding not in PACKED:
        told = single_line(encoding)[:20]
        raise BrokenOff(
            f'The answer of {host} is packed as "{told}", which was not asked for.',
            sent=True,
            status=response.status_code,
        )
    return _unpacked(response, host, most)


def _plain(response: httpx.Response, host: str, most: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk[: most + 1]
        if len(body) > most:
            raise _too_large(response, host, most)
    return bytes(body)


def _unpacked(response: httpx.Response, host: str, most: int) -> bytes:
    body, arrived, unpacking = bytearray(), 0, zlib.decompressobj(EITHER_WRAPPER)
    for chunk in response.iter_raw():
        arrived += len(chunk)
        try:
            body += unpacking.decompress(chunk, most + 1 - len(body))
        except zlib.error:
            sentence = f"The answer of {host} says that it is packed, and can't be unpacked."
            raise BrokenOff(sentence, sent=True, status=response.status_code) from None
        if max(len(body), arrived) > most:
            raise _too_large(response, host, most)
    if not unpacking.eof:
        raise BrokenOff(f"The answer of {host} is packed, and ends too early.", sent=True)
    return bytes(body)


def _too_large(response: httpx.Response, host: str, most: int) -> TooLarge:
    sentence = f"The answer of {host} is longer than {most:,} bytes."
    return TooLarge(sentence, sent=True, status=response.status_code)
