"""A mail server on this machine that answers as told, and remembers what it was given."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from tests.talentsprout.certificates import Certificate


@dataclass
class Inbox:
    """What the server was given; `answers` are said instead of "250 OK", by verb or recipient."""

    letters: list[Envelope] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    users: list[tuple[bytes, bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if (answer := self.answers.get(address)) is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.encrypted.append(session.ssl is not None)
        if (answer := self.answers.get("DATA")) is None:
            self.letters.append(envelope)
        return answer or "250 OK"

    def __call__(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.users.append((data.login, data.password))
        return AuthResult(success=data.password == b"right-password-of-this-test", handled=False)


Serve = Callable[..., int]


@contextmanager
def serving(inbox: Inbox, folder: Path) -> Iterator[Serve]:
    """Starts servers; each gives its port."""
    running = []

    def start(own: Certificate | None = None, **settings: object) -> int:
        if own is not None:
            settings["tls_context"] = context_of(own, folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        controller = Controller(inbox, hostname="127.0.0.1", port=port, authenticator=inbox, **settings)
        controller.start()
        running.append(controller)
        return port

    yield start
    for one in running:
        one.stop()


def context_of(own: Certificate, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.chain(folder))
    return context
