"""One call to TalentSprout. It says how far it got and what came back; `verdict` decides what that means.

Nothing here repeats, follows, reuses or looks into the environment. httpx's transport is used without its client, whose
manners (redirects, cookies, proxies, .netrc) have no place where a repetition makes a second interview and the key must
reach one host only. Every call opens a connection of its own: on a reused one an idle close looks like a lost answer.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import metadata

import httpx

from config import Secret
from worker.domain.fields import clean, single_line
from worker.domain.request import Kind
from worker.talentsprout.answer import Answer, Unacceptable
from worker.talentsprout.watch import Watch

LONGEST_WRITE = timedelta(seconds=30)
LONGEST_TROUBLE = 200  # characters

PATHS: Mapping[Kind, str] = {Kind.GENERATE: "interviews/from-job-description", Kind.CREATE: "interviews"}

TROUBLES: tuple[tuple[type[Exception], str], ...] = (  # the first that fits
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.ConnectError, "no connection"),
    (httpx.WriteTimeout, "the request could not be written in time"),
    (httpx.ReadTimeout, "no complete answer in time"),
    (httpx.RemoteProtocolError, "no complete answer"),
    (httpx.NetworkError, "the connection broke"),
    (httpx.HTTPError, "the request can't be made; check base_url and api_key"),
    (httpx.InvalidURL, "the request can't be made; check base_url"),
    (UnicodeError, "the request can't be made; check base_url and api_key"),
    (OSError, "the connection broke"),
)


@dataclass(frozen=True)
class Times:
    """How long a call may take: connecting (TCP and TLS, each), writing without progress, and all from the guard's return."""

    deadline: timedelta
    connect: timedelta
    write: timedelta

    @classmethod
    def of(cls, call_deadline: timedelta, lease_margin: timedelta) -> "Times":
        """From the configuration: connecting gets a quarter of the margin, because the lease already runs meanwhile."""
        return cls(call_deadline, lease_margin / 4, min(LONGEST_WRITE, call_deadline))


class Abandoned(Exception):
    """Raised by a guard: this call must not be made. Nothing was sent."""


@dataclass(frozen=True)
class Exchange:
    """How far a call got and what came back.

    `body_done`: the last byte of the request was handed over, so it may have run. `status` is None without an answer's head.
    `headers` have lower-case names; repeated ones are joined with ", ". `body` is what arrived, unpacked, at most 2 MB;
    `complete` says whether that is all of it. `trouble` is for people: no key, no URL. `spread` is how much later than its
    stamp it may have arrived; None where its body was not written.
    """

    connected: bool = False
    body_done: bool = False
    abandoned: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    complete: bool = False
    trouble: str | None = None
    timed_out: bool = False
    spread: timedelta | None = None


def call(
    base_url: str, api_key: Secret, kind: Kind, payload: bytes, *, guard: Callable[[], float], times: Times
) -> Exchange:
    """POST `payload` once.

    `guard` is called when the connection stands and before the first byte leaves; it returns the moment of the call's stamp
    by `time.monotonic`, or raises Abandoned. Anything else that it raises comes out of here, and nothing was sent either.
    """
    headers = {"Content-Type": "application/json"}
    return _exchange("POST", f"{base_url.rstrip('/')}/{PATHS[kind]}", headers | _every(api_key), payload, guard, times)


def no_guard() -> float:
    """Nothing speaks against a call that may be repeated."""
    return time.monotonic()


def ping(base_url: str, api_key: Secret, *, times: Times, guard: Callable[[], float] = no_guard) -> Exchange:
    """GET /ping once: is the key accepted, and what may it do?"""
    return _exchange("GET", f"{base_url.rstrip('/')}/ping", _every(api_key), None, guard, times)


@cache
def tls_context() -> ssl.SSLContext:
    """The one context of this process: TLS 1.2 or newer, host name and certificate checked against certifi's bundle.

    Made when first needed, because loading the bundle takes 15 ms. Who must trust another authority adds it to this object.
    """
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@cache
def _user_agent() -> str:
    return f"talentsprout-bridge/{metadata.version('talentsprout-bridge')}"


def _every(api_key: Secret) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {api_key.reveal()}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": _user_agent(),
    }


def _exchange(
    method: str, url: str, headers: dict[str, str], payload: bytes | None, guard: Callable[[], float], times: Times
) -> Exchange:
    watch, answer = Watch(guard, times.deadline), Answer()
    trouble, too_slow = None, False
    try:
        request = httpx.Request(
            method, url, headers=headers, content=payload, extensions={"trace": watch, "timeout": _limits(times)}
        )
        with _transport() as transport, closing(transport.handle_request(request)) as response:
            answer.read(response)
    except Abandoned:
        return Exchange(connected=True, abandoned=True, trouble="given up before anything was sent")
    except Unacceptable as fault:
        trouble = str(fault)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as fault:
        if fault is watch.refusal:
            raise
        trouble, too_slow = _said(fault), isinstance(fault, httpx.TimeoutException)
    finally:
        watch.finish()
    return Exchange(
        connected=watch.connected,
        body_done=watch.body_done,
        status=answer.status,
        headers=answer.headers,
        body=bytes(answer.body),
        complete=answer.complete and not watch.timed_out,  # at the deadline our own hand can look like the peer's end
        trouble="the deadline passed" if watch.timed_out else trouble,
        timed_out=watch.timed_out or too_slow,
        spread=watch.spread,
    )


def _transport() -> httpx.HTTPTransport:
    return httpx.HTTPTransport(
        verify=tls_context(),
        trust_env=False,
        http1=True,
        http2=False,
        retries=0,
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
    )


def _limits(times: Times) -> dict[str, float | None]:
    """In seconds. The deadline stands here only in case that the watch fails: it counts anew with every byte."""
    return {
        "connect": times.connect.total_seconds(),
        "write": times.write.total_seconds(),
        "read": times.deadline.total_seconds(),
        "pool": None,
    }


def _said(fault: Exception) -> str:
    """What happened, in words. The system's and OpenSSL's own explanation is added; what quotes the peer or us is not."""
    words = next(text for kind, text in TROUBLES if isinstance(fault, kind))
    detail = ""
    if isinstance(fault, httpx.NetworkError | OSError):
        detail = str(fault)
    elif isinstance(fault, httpx.RemoteProtocolError):
        detail = str(fault).partition(":")[0]  # what follows a colon there are the peer's bytes
    return single_line(clean(f"{words}: {detail}" if detail else words))[:LONGEST_TROUBLE]
