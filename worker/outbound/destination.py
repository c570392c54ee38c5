"""Destination: where a URL leads, looked up once and checked, before anything is connected.

What the operator configured may be what data may not: `configured` is their URL. A call to the same scheme, host and port may use
that port, and loopback (with plain http) where that URL is on loopback.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

from config import addresses
from worker.domain.fields import single_line
from worker.outbound.faults import CallRefused, NoAddress, TooSlow

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a name, as text. Raises OSError."""

PORTS = {"https": (443, 8443)}
USUAL = {"https": 443, "http": 80}
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
NUMBER_AT_THE_END = re.compile(r"(^|\.)(0x[0-9a-f]*|[0-9]+)$")  # then it is an address, in one of many spellings
LONGEST_SHOWN = 100  # characters of a host

# They hold another address, which nobody would look at, or none at all. RFC 6052, 8215, 3056, 4380, 7526; site-local: RFC 3879.
TUNNELS = tuple(
    map(
        ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.88.99.0/24", "::/96", "fec0::/10")
    )
)


@dataclass(frozen=True)
class Destination:
    """`host` is what certificate and Host header have to say; `authority` the same with a port that is not the usual one."""

    url: httpx.URL
    host: str
    port: int
    authority: str
    addresses: tuple[str, ...]


def find(url: str, resolve: Resolve, configured: str | None = None) -> Destination:
    """Where `url` leads. Raises CallRefused and NoAddress."""
    parsed = _parsed(url)
    host = _host(parsed)
    port = parsed.port or USUAL.get(parsed.scheme, 0)
    is_own = configured is not None and _is_same_place(parsed, httpx.URL(configured))
    is_at_home = is_own and addresses.is_loopback(configured or "")
    if parsed.scheme != "https" and not (parsed.scheme == "http" and is_at_home):
        raise CallRefused(f"{host} is not called: the address doesn't start with https://.")
    if parsed.port == 0 or not (is_own or port in PORTS["https"]):
        raise CallRefused(f"{host} is not called: its port is {port}; expected 443 or 8443.")
    found = tuple(dict.fromkeys(_looked_up(host, port, resolve)))
    for address in found:
        _check(host, ip_address(address), is_at_home=is_at_home)
    return Destination(parsed, host, port, _authority(host, parsed.port), found)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one host's on the internet, and is not the wrapping of another address."""
    if isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address.scope_id is not None):
        return False
    is_tunnel = any(address.version == tunnel.version and address in tunnel for tunnel in TUNNELS)
    return address.is_global and not address.is_multicast and not address.is_reserved and not is_tunnel


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise CallRefused("The address can't be read as a URL; no call is made.") from None
    if parsed.userinfo:
        raise CallRefused("The address has a user name in it; no call is made.")
    return parsed


def _host(parsed: httpx.URL) -> str:
    """Lower case and ASCII, without the dot that may end it. One that could be read in two ways is refused."""
    host = parsed.raw_host.decode("ascii").lower().removesuffix(".")
    shown = single_line(host)[:LONGEST_SHOWN]
    if ":" in host or NUMBER_AT_THE_END.search(host):
        try:
            if str(ip_address(host)) == host:
                return host
        except ValueError:
            pass
        raise CallRefused(f'"{shown}" is not called: the address is written in an unusual way.')
    if not NAME.fullmatch(host):
        raise CallRefused(f'"{shown}" is not called: it is not the name of a host.')
    return host


def _authority(host: str, port: int | None) -> str:
    if port is not None:
        return addresses.with_port(host, port)
    return f"[{host}]" if ":" in host else host


def _is_same_place(one: httpx.URL, other: httpx.URL) -> bool:
    def place(url: httpx.URL) -> tuple[str, bytes, int | None]:
        return url.scheme, url.raw_host, url.port

    return place(one) == place(other)


def _looked_up(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    try:
        found = resolve(host, port)
    except TimeoutError:
        raise TooSlow(f"The name {host} could not be looked up in time.") from None
    except (OSError, UnicodeError) as fault:
        raise NoAddress(_no_address(host, getattr(fault, "strerror", None))) from None
    if not found:
        raise NoAddress(_no_address(host, None))
    return found


def _no_address(host: str, why: str | None) -> str:
    told = f" ({why})" if why else ""
    return f"{host} has no address{told}: check the name, and whether this machine can look up names."


def _check(host: str, address: IPv4Address | IPv6Address, *, is_at_home: bool) -> None:
    if is_at_home and address.is_loopback:
        return
    if not is_public(address):
        told = "" if host == str(address) else f" at {address}"
        raise CallRefused(f"{host}{told} is not called: that is no public address.")
