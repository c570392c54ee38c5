"""One question to a server each, with little patience. None follows a redirect or looks into the environment."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

import redis

from config.addresses import is_loopback_host

PATIENCE_SECONDS = 5.0
AMQP_PORT = 5672
LONGEST_START = 1000  # bytes of a body that are looked at


@dataclass(frozen=True)
class _Answer:
    status: int
    date: str
    start: bytes


def alive_trouble(url: str) -> str | None:
    """Why a /healthz is not that of a bridge, or None."""
    try:
        answer = _answer("GET", urlsplit(url))
    except (OSError, http.client.HTTPException) as fault:
        return _words(fault)
    if answer.status != 200:
        return f"the answer was {answer.status}"
    return None if b'"alive"' in answer.start else "somebody else answers there"


def date_of(url: str) -> datetime | None:
    """What a server's Date says, by a HEAD of its root, which is no call of an API; None where it doesn't say."""
    parts = urlsplit(url)
    try:
        moment = parsedate_to_datetime(_answer("HEAD", parts._replace(path="/", query="")).date)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def redis_trouble(url: str) -> str | None:
    """Why a Redis can't be used, or None."""
    try:
        with _redis(url) as client:
            client.ping()
    except redis.AuthenticationError:
        return "it refuses the password, or wants one"
    except (redis.RedisError, OSError, ValueError) as fault:
        return f"no answer ({type(fault).__name__})"
    return None


def redis_weakness(url: str) -> str | None:
    """What is risky about a Redis that answers: it may drop hints, or anybody may talk to it."""
    parts = urlsplit(url)
    if parts.hostname and not parts.password and not is_loopback_host(parts.hostname):
        return "It asks for no password, so whoever reaches it can fill it with hints."
    try:
        with _redis(url) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except (redis.RedisError, OSError):
        return None  # many hosting companies don't let it be asked
    return None if policy == "noeviction" else f"Its maxmemory-policy is {policy}: it drops hints when it is full."


def amqp_trouble(url: str) -> str | None:
    """Why nobody can be reached there, or None. Whether the password fits, only a worker finds out."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or AMQP_PORT), PATIENCE_SECONDS).close()
    except OSError as fault:
        return _words(fault)
    return None


def _redis(url: str) -> "redis.Redis":
    at = url.replace("redis+socket://", "unix://", 1)
    return redis.Redis.from_url(
        at, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS, decode_responses=True
    )


def _answer(method: str, parts: SplitResult) -> _Answer:
    host = parts.hostname or ""
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=PATIENCE_SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, parts.path or "/", headers={"Connection": "close"})
        response = connection.getresponse()
        return _Answer(response.status, response.headers.get("Date", ""), response.read(LONGEST_START))
    finally:
        connection.close()


def _words(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({fault.verify_message})"
    if isinstance(fault, TimeoutError):
        return f"no answer within {PATIENCE_SECONDS:g} s"
    return getattr(fault, "strerror", None) or type(fault).__name__
