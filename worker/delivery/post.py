"""The post: hands a letter to the mail server of a target, over TLS unless the server is on this machine.

A letter may arrive twice: a server that took it and whose answer was lost is asked again, under the same Message-ID. What the
server says beside its codes is not kept, because servers like to repeat addresses of people.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr

from config.addresses import is_loopback_host
from config.settings import Target
from worker.delivery.envelope import enclosed
from worker.domain.message import Mail

DEADLINE = timedelta(seconds=20)  # for the whole conversation, absolute
READY = 220
TAKEN = 250
TLS_PORT = 465  # TLS from the first byte on (RFC 8314, 3.3)
PERMANENT = range(500, 600)
ENHANCED = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463


@dataclass(frozen=True)
class Posted:
    """How it went. `status` is the server's code, and `fault` says why there is none; `is_final`: no repeat would help.

    `said` are the server's codes for a refusal of all. `refused` are those recipients that were, each with its codes.
    """

    status: int | None = None
    fault: str | None = None
    said: str | None = None
    is_final: bool = False
    refused: Mapping[str, str] = field(default_factory=dict, repr=False)


def send(mail: Mail, target: Target, now: datetime, deadline: timedelta = DEADLINE) -> Posted:
    """One try. A refusal of the letter itself with a 5xx is final; of the login or of TLS it is not, a person can mend those."""
    assert target.host is not None, "the configuration has refused a target without"
    assert target.sender is not None, "the configuration has refused a target without"
    letter = enclosed(mail, target.sender, now)
    try:
        with _conversation(target, deadline) as server:
            return _handed_over(server, letter, {parseaddr(one)[1]: one for one in mail.recipients})
    except _NotReady as fault:
        return Posted(status=fault.status, fault=str(fault))
    except smtplib.SMTPResponseException as refusal:
        return Posted(refusal.smtp_code, said=_codes(refusal.smtp_code, refusal.smtp_error))
    except (smtplib.SMTPException, ssl.SSLError, OSError, ValueError) as fault:
        return Posted(fault=_in_words(fault, target))


class _NotReady(Exception):
    """The server can't be given a letter; the text is a sentence without an address or a secret."""

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


class _Unconnected:
    """What smtplib makes connects at once, and a greeting that never ends would have nobody who watches the clock."""

    def connect(self, *_: object, **__: object) -> tuple[int, bytes]:
        """Called when it is made."""
        return READY, b""


class _Server(_Unconnected, smtplib.SMTP):
    pass


class _OverTls(_Unconnected, smtplib.SMTP_SSL):
    pass


@contextmanager
def _conversation(target: Target, deadline: timedelta) -> Iterator[smtplib.SMTP]:
    """A greeted, encrypted, logged-in connection, which is cut when the deadline is over."""
    seconds = deadline.total_seconds()
    context = ssl.create_default_context()
    host = target.host or ""
    made = (
        _OverTls(host, timeout=seconds, context=context) if target.port == TLS_PORT else _Server(host, timeout=seconds)
    )
    server: smtplib.SMTP = made
    watchdog = threading.Timer(seconds, _cut, (server,))
    watchdog.daemon = True
    watchdog.start()
    try:
        _greeted(server, host, target.port)
        _secure(server, target, context)
        _log_in(server, target)
        yield server
    finally:
        watchdog.cancel()
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _greeted(server: smtplib.SMTP, host: str, port: int) -> None:
    """Connect, and hear whether the server is willing."""
    code, said = smtplib.SMTP.connect(server, host, port)
    if code != READY:
        raise smtplib.SMTPConnectError(code, said)


def _secure(server: smtplib.SMTP, target: Target, context: ssl.SSLContext) -> None:
    server.ehlo_or_helo_if_needed()
    if isinstance(server, smtplib.SMTP_SSL) or (not target.starttls and is_loopback_host(target.host or "")):
        return
    if not server.has_extn("starttls"):
        raise _NotReady("The mail server offers no STARTTLS, and mail in the clear is not sent.")
    server.starttls(context=context)
    server.ehlo()


def _log_in(server: smtplib.SMTP, target: Target) -> None:
    if target.user is None or target.password is None:
        return
    try:
        server.login(target.user, target.password.reveal())
    except smtplib.SMTPAuthenticationError as refusal:
        raise _NotReady("The mail server refused user and password.", refusal.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise _NotReady("The mail server offers no login, and the configuration has a user.") from None


def _handed_over(server: smtplib.SMTP, letter: EmailMessage, to: Mapping[str, str]) -> Posted:
    """`to` are bare addresses, each with the mailbox that it is the address of."""
    try:
        refused = server.send_message(letter, to_addrs=list(to))
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [(code, said) for code, said in refusal.recipients.values()]
        code, said = next(((code, said) for code, said in codes if code not in PERMANENT), codes[0])
        return Posted(code, None, _codes(code, said), code in PERMANENT, _told(refusal.recipients, to))
    except smtplib.SMTPResponseException as refusal:
        code = refusal.smtp_code
        return Posted(code, said=_codes(code, refusal.smtp_error), is_final=code in PERMANENT)
    return Posted(TAKEN, refused=_told(refused, to))


def _told(refused: Mapping[str, tuple[int, bytes]], to: Mapping[str, str]) -> dict[str, str]:
    return {to[address]: _codes(code, said) for address, (code, said) in refused.items()}


def _codes(code: int, said: bytes | str) -> str:
    """ "550 5.1.1": enough to look up, and nobody's address."""
    found = ENHANCED.search(said if isinstance(said, bytes) else said.encode())
    return f"{code} {found[0].decode()}" if found else str(code)


def _cut(server: smtplib.SMTP) -> None:
    connection = server.sock
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _in_words(fault: Exception, target: Target) -> str:
    match fault:
        case ssl.SSLCertVerificationError():
            return f"The certificate of {target.host} is not trusted: {fault.verify_message}."
        case ssl.SSLError():
            return f"{target.host} speaks no TLS that this machine takes."
        case TimeoutError():
            return f"{target.host} did not answer in time."
        case smtplib.SMTPServerDisconnected():
            return f"{target.host} broke the conversation off."
        case OSError():
            return f"{target.host} can't be reached: {fault.strerror or type(fault).__name__}."
        case _:
            return f"{target.host} can't be given a letter: {type(fault).__name__}."
