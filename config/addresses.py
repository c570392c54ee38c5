"""Where things are on the network: what listens, and who is called over HTTP.

Plain http is accepted on loopback only: keys, results and share links travel on these connections.
"""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from config.faults import Wrong
from config.wording import shown

_BIND = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})")


def is_loopback(url: str) -> bool:
    """Whether the host of a URL is this machine and nobody else's: localhost, 127.0.0.0/8 or ::1. Names are not looked up."""
    return is_loopback_host(urlsplit(url).hostname or "")


def is_loopback_host(host: str) -> bool:
    """The same for a host alone, as in `Bridge.bind_host`. 0.0.0.0 and :: listen to everybody, so they are not."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def with_port(host: str, port: int) -> str:
    """`host:port`, with the brackets that an IPv6 address needs."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def bind(value: object) -> tuple[str, int]:
    """From "127.0.0.1:8080" or "[::1]:8080": host without brackets, and port. Raises Wrong."""
    parts = _BIND.fullmatch(value) if isinstance(value, str) else None
    if parts is None or not 1 <= int(parts["port"]) <= 65535:
        raise Wrong(f"{shown(value)} is not host:port")
    if parts["six"]:
        try:
            ip_address(parts["six"])
        except ValueError:
            raise Wrong(f"{shown(value)} is not an IPv6 address and port") from None
    return parts["six"] or parts["host"], int(parts["port"])


def open_url(value: object) -> str:
    """An http or https URL, without the slash at its end. Raises Wrong."""
    split(value, schemes=("https", "http"))
    return str(value).rstrip("/")


def endpoint_url(value: object) -> str:
    """The URL under which paths are put: as `open_url`, without query and fragment. Raises Wrong."""
    parts = split(value, schemes=("https", "http"))
    if parts.query or parts.fragment:
        raise Wrong("the URL has a query or a fragment", "leave out what follows the path")
    return str(value).rstrip("/")


def guarded_url(value: object) -> str:
    """As `endpoint_url`, but plain http only on loopback. Raises Wrong."""
    url = endpoint_url(value)
    _refuse_plain_http(url)
    return url


def hook_url(value: object) -> str:
    """Where a target listens: as it stands, query included; plain http only on loopback. Raises Wrong."""
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not a URL")
    split(value, schemes=("https", "http"))
    _refuse_plain_http(value)
    return str(value)


def _refuse_plain_http(url: str) -> None:
    if url.lower().startswith("http:") and not is_loopback(url):
        raise Wrong("plain http is refused unless the host is on loopback", "write https")


def split(value: object, *, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of a URL that has a host and no user name. Raises Wrong, which never shows the URL: some are secrets."""
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not a URL")
    parts = readable(value)
    if parts.scheme not in schemes:
        raise Wrong(f"the URL doesn't start with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if not parts.hostname:
        raise Wrong("the URL has no host")
    if parts.username is not None:
        raise Wrong("the URL has a user name or password in it", "leave it out, keys have a place of their own")
    return parts


def readable(value: str) -> SplitResult:
    """The parts of anything of the form of a URL, with its port checked. Raises Wrong."""
    remedy = "percent-encode what has a meaning of its own in a URL, in passwords too: # / ? @ : [ ] and spaces"
    if any(character.isspace() or not character.isprintable() for character in value):
        raise Wrong("the URL has a space or an invisible character in it", remedy)
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        raise Wrong("the URL can't be read", remedy) from None
    return parts
