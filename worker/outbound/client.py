"""The client: one described call made once.

httpx's transport is used without its client, whose manners (redirects, cookies, proxies, .netrc) have no place here. The
request goes to an address that was checked, under the name that was meant: in the Host header and in the TLS handshake.
"""

import base64
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import metadata

import httpx

from config import Secret
from worker.domain.call import Call, Key
from worker.domain.fields import clean, single_line
from worker.outbound import body, destination, names
from worker.outbound.destination import Destination
from worker.outbound.faults import BrokenOff, CallRefused, NoConnection, NotTrusted, OutboundFault, TooSlow
from worker.outbound.line import Line

MOST_BYTES = 8 * 1024 * 1024
DEADLINE = timedelta(seconds=30)
LONGEST_CONNECT = 10.0  # seconds for one address: TCP, and TLS
MOST_ADDRESSES = 3
LONGEST_DETAIL = 120  # characters


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status. Header names are lower case; repeated ones are joined with ", "."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


class Outbound:
    """Makes calls, from any thread. `resolve` and `transport` are the two ends of the wire, which tests may swap."""

    def __init__(
        self,
        resolve: destination.Resolve | None = None,
        transport: Callable[[], httpx.BaseTransport] | None = None,
    ) -> None:
        self._resolve = resolve
        self._transport = transport or _transport

    def make(
        self,
        call: Call,
        *,
        key: Secret | None = None,
        account: Secret | None = None,
        configured: str | None = None,
        most: int = MOST_BYTES,
        deadline: timedelta = DEADLINE,
    ) -> Answer:
        """Make `call`, once. Raises OutboundFault.

        `configured` is the operator's own URL, if the call goes there: then its port may be any, and it may be on loopback.
        `key` is put where `call.key` wants it, `account` where `call.account` does. `deadline` is absolute, from the look-up to
        the last byte.
        """
        line = Line(deadline.total_seconds())
        resolve = self._resolve or (lambda host, port: names.addresses(host, port, line.left()))
        try:
            found = destination.find(call.url, resolve, configured)
            return self._try_each(call, _headers(call, key, account, found), found, line, most)
        finally:
            line.finish()

    def _try_each(self, call: Call, headers: dict[str, str], found: Destination, line: Line, most: int) -> Answer:
        """Another address is tried where one took no connection; nothing was sent then."""
        *others, last = found.addresses[:MOST_ADDRESSES]
        for address in others:
            try:
                return self._exchange(call, headers, found, address, line, most)
            except NoConnection:
                continue
        return self._exchange(call, headers, found, last, line, most)

    def _exchange(
        self, call: Call, headers: dict[str, str], found: Destination, address: str, line: Line, most: int
    ) -> Answer:
        left = line.left()
        limits = {"connect": min(left, LONGEST_CONNECT), "read": left, "write": left, "pool": None}
        extensions = {"trace": line, "timeout": limits, "sni_hostname": found.host}
        url = found.url.copy_with(host=address, fragment=None)
        try:
            request = httpx.Request(call.method, url, headers=headers, content=call.body or None, extensions=extensions)
            with self._transport() as transport, closing(transport.handle_request(request)) as response:
                answer = Answer(response.status_code, dict(response.headers), body.whole(response, found.host, most))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError, BrokenOff) as fault:
            raise _said(fault, found, line) from None
        if line.timed_out:  # our own hand can look like the peer's end
            raise _too_slow(found, line)
        return answer


@cache
def tls_context() -> ssl.SSLContext:
    """The one context of this process for these calls: TLS 1.2 or newer, host name and certificate checked."""
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _transport() -> httpx.HTTPTransport:
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
    return httpx.HTTPTransport(verify=tls_context(), trust_env=False, http1=True, http2=False, retries=0, limits=limits)


@cache
def _user_agent() -> str:
    return f"talentsprout-bridge/{metadata.version('talentsprout-bridge')}"


def _headers(call: Call, key: Secret | None, account: Secret | None, found: Destination) -> dict[str, str]:
    headers = {
        "Host": found.authority,
        "User-Agent": _user_agent(),
        "Accept-Encoding": "identity",
        "Accept": "*/*",
        **call.headers,
        "Connection": "close",
    }
    for place, secret, what in ((call.key, key, "a key"), (call.account, account, "the token of an account")):
        if place is not None and secret is None:
            raise CallRefused(f"{found.host} is not called: it wants {what}, and none is configured.")
        if place is not None and secret is not None:
            headers[place.header] = f"{place.before}{_written(place, secret)}"
    return headers


def _written(place: Key, secret: Secret) -> str:
    text = secret.reveal()
    if place.is_user_name:
        return base64.b64encode(f"{text}:".encode()).decode()
    return base64.b64encode(text.encode()).decode() if place.is_login else text


def _said(fault: Exception, found: Destination, line: Line) -> OutboundFault:
    """What happened, in words. The system's and OpenSSL's own explanation is added; what quotes the peer is not."""
    where, is_late = found.authority, isinstance(fault, httpx.TimeoutException)
    if line.timed_out or (line.sent and is_late):
        return _too_slow(found, line)
    if isinstance(fault, BrokenOff):
        return fault
    if isinstance(fault, httpx.LocalProtocolError | httpx.InvalidURL | UnicodeError):
        return CallRefused(f"{where} is not called: a header of the request can't be written. Check the key.")
    if line.sent:
        return BrokenOff(f"The connection to {where} broke before its answer was complete.", sent=True)
    refusal = _tls_fault(fault)
    if isinstance(refusal, ssl.SSLCertVerificationError):
        return NotTrusted(f"The certificate of {where} does not hold: {_detail(refusal.verify_message)}.")
    if refusal is not None:
        return NotTrusted(f"No secure connection to {where}: {_detail(refusal.reason or 'TLS failed')}.")
    return NoConnection(f"No connection to {where}: {'no answer in time' if is_late else _detail(str(fault))}.")


def _too_slow(found: Destination, line: Line) -> TooSlow:
    return TooSlow(f"{found.authority} was not done within {line.seconds:g} s.", sent=line.sent)


def _tls_fault(fault: BaseException | None) -> ssl.SSLError | None:
    while fault is not None and not isinstance(fault, ssl.SSLError):
        fault = fault.__cause__ or fault.__context__
    return fault


def _detail(text: str) -> str:
    return single_line(clean(text)).rstrip(".")[:LONGEST_DETAIL]
