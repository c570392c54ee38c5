"""One question to a server each, with little patience. None follows a redirect or looks into the environment."""

import http.client
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

import redis

from config.addresses import is_loopback_host

PATIENCE_SECONDS = 5.0
AMQP_PORT = 5672


def status_of(url: str) -> int | str:
    """The status of a GET, or why there is none."""
    parts = urlsplit(url)
    try:
        return _answer("GET", parts).status
    except (OSError, http.client.HTTPException) as fault:
        return _words(fault)


def date_of(url: str) -> datetime | None:
    """What a server's Date says, by a HEAD of its root, which is no call of an API; None where it doesn't say."""
    parts = urlsplit(url)
    try:
        said = _answer("HEAD", parts._replace(path="/", query="")).headers.get("Date", "")
        moment = parsedate_to_datetime(said)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def redis_trouble(url: str) -> str | None:
    """Why a Redis can't be used, or None."""
    try:
        with _redis(url) as client:
            client.ping()
    except redis.AuthenticationError:
        return "it refuses the password"
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


def _answer(method: str, parts: SplitResult) -> http.client.HTTPResponse:
    """The head of an answer; its body is not read."""
    host = parts.hostname or ""
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=PATIENCE_SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, parts.path or "/", headers={"Connection": "close"})
        return connection.getresponse()
    finally:
        connection.close()


def _words(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({fault.verify_message})"
    if isinstance(fault, TimeoutError):
        return f"no answer within {PATIENCE_SECONDS:g} s"
    return getattr(fault, "strerror", None) or type(fault).__name__
