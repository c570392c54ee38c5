"""Letters handed to a real mail server on this machine: what arrives, and what is said of what does not."""

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from config import Secret
from config.settings import Target
from tests.delivery.letterbox import Inbox, Serve
from tests.talentsprout.certificates import certificate
from worker.delivery import post
from worker.domain.message import Happened, Mail
from worker.targets import email
from worker.wording import examples

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MAIL = Mail(
    ("team@example.com", "boss@example.com"), "Grüße: a link", "Text — 1\n", "<p>Text — 1</p>", "<dlv_1@example.com>"
)
LOCALHOST = certificate(host="localhost")


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process trusts the server's authority."""
    file = tmp_path / "authority.pem"
    file.write_text(LOCALHOST.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


def target(port: int, **more: object) -> Target:
    known = {"name": "mail", "kind": "email", "organization": "acme", "events": ("interview.created",), "port": port}
    where = {"host": "localhost", "starttls": False, "sender": "The bridge <bridge@example.com>", "to": MAIL.to}
    return Target(**{**known, **where, **more})  # type: ignore[arg-type]  # checked when it is made


def letter(inbox: Inbox) -> EmailMessage:
    (envelope,) = inbox.letters
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[return-value]  # of that policy


def test_a_letter_arrives_with_both_bodies_and_the_deliverys_id(serve: Serve, inbox: Inbox) -> None:
    posted = post.send(MAIL, target(serve()), NOW)

    arrived = letter(inbox)
    assert posted == post.Posted(250)
    assert inbox.letters[0].rcpt_tos == list(MAIL.to)
    assert (arrived["Message-ID"], arrived["Subject"]) == ("<dlv_1@example.com>", "Grüße: a link")
    assert (arrived["From"], arrived["To"]) == ("The bridge <bridge@example.com>", "team@example.com, boss@example.com")
    assert (arrived["Auto-Submitted"], arrived["Date"]) == ("auto-generated", "Tue, 24 Nov 2026 08:00:00 +0000")
    assert [part.get_content_type() for part in arrived.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in arrived.iter_parts()] == ["Text — 1", "<p>Text — 1</p>"]


@pytest.mark.parametrize("event", Happened)
def test_every_event_survives_the_post(serve: Serve, inbox: Inbox, event: Happened) -> None:
    where = target(serve())
    mail = email.compose(examples.message(event), where, NOW)

    assert isinstance(mail, Mail)
    assert post.send(mail, where, NOW) == post.Posted(250)
    text, html = (part.get_content().replace("\r\n", "\n").rstrip() for part in letter(inbox).iter_parts())
    assert (text, html) == (mail.text.rstrip(), mail.html.rstrip())
    assert max(map(len, inbox.letters[0].content.splitlines())) < 998  # type: ignore[union-attr]  # bytes, RFC 5322, 2.1.1


@pytest.mark.usefixtures("trusted")
def test_starttls_and_login_come_before_the_letter(serve: Serve, inbox: Inbox) -> None:
    port = serve(LOCALHOST, require_starttls=True, auth_required=True)

    posted = post.send(
        MAIL, target(port, starttls=True, user="bridge", password=Secret("right-password-of-this-test")), NOW
    )

    assert posted == post.Posted(250)
    assert inbox.users == [(b"bridge", b"right-password-of-this-test")]
    assert inbox.encrypted == [True]


def test_without_starttls_nothing_is_sent(serve: Serve, inbox: Inbox) -> None:
    posted = post.send(MAIL, target(serve(), starttls=True), NOW)

    assert posted.fault == "The mail server offers no STARTTLS, and mail in the clear is not sent."
    assert not posted.is_final
    assert inbox.letters == []


def test_a_server_elsewhere_is_never_told_in_the_clear(
    serve: Serve, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a Target that no file was checked for says: `starttls = false` counts on loopback alone."""
    port = serve()
    found = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest: found("127.0.0.1", *rest))

    posted = post.send(MAIL, target(port, host="mail.example.com"), NOW)

    assert posted.fault == "The mail server offers no STARTTLS, and mail in the clear is not sent."
    assert inbox.letters == []


def test_a_certificate_that_is_not_trusted_gets_no_letter(serve: Serve, inbox: Inbox) -> None:
    posted = post.send(MAIL, target(serve(LOCALHOST), starttls=True), NOW)

    assert posted.fault == "The certificate of localhost is not trusted: self-signed certificate."
    assert inbox.letters == []


@pytest.mark.usefixtures("trusted")
def test_a_refused_login_can_be_mended_and_shows_no_secret(serve: Serve, inbox: Inbox) -> None:
    where = target(serve(LOCALHOST), starttls=True, user="bridge", password=Secret("wrong-password-of-this-test"))

    posted = post.send(MAIL, where, NOW)

    assert (posted.status, posted.is_final) == (535, False)
    assert "password-of-this-test" not in repr(posted)
    assert inbox.letters == []


@pytest.mark.parametrize(
    ("answers", "status", "said", "is_final"),
    [
        ({"DATA": "451 4.3.0 try later"}, 451, "451 4.3.0", False),
        ({"DATA": "554 5.7.1 no, ines@example.org"}, 554, "554 5.7.1", True),
        ({"DATA": "552 too large"}, 552, "552", True),
        (dict.fromkeys(MAIL.to, "550 5.1.1 nobody"), 550, "550 5.1.1", True),
        (dict.fromkeys(MAIL.to, "450 4.2.1 busy"), 450, "450 4.2.1", False),
        ({MAIL.to[0]: "550 5.1.1 nobody", MAIL.to[1]: "450 4.2.1 busy"}, 450, "450 4.2.1", False),
    ],
)
def test_a_4xx_is_tried_later_and_a_5xx_never(
    serve: Serve, inbox: Inbox, answers: dict[str, str], status: int, said: str, is_final: bool
) -> None:
    inbox.answers |= answers

    posted = post.send(MAIL, target(serve()), NOW)

    assert replace(posted, refused={}) == post.Posted(status, None, said, is_final)
    assert posted.refused == {to: " ".join(code.split()[:2]) for to, code in answers.items() if to != "DATA"}


def test_one_refused_recipient_of_two_does_not_bring_the_letter_twice_to_the_other(serve: Serve, inbox: Inbox) -> None:
    inbox.answers[MAIL.to[0]] = "550 5.1.1 nobody"

    posted = post.send(MAIL, target(serve()), NOW)

    assert posted == post.Posted(250, refused={MAIL.to[0]: "550 5.1.1"})
    assert "example.com" not in repr(posted)
    assert inbox.letters[0].rcpt_tos == [MAIL.to[1]]


def test_a_server_that_is_not_there_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        posted = post.send(MAIL, target(taken.getsockname()[1], host="127.0.0.1"), NOW)

    assert posted == post.Posted(fault="127.0.0.1 can't be reached: Connection refused.")


def test_only_those_who_are_left_are_written_to_and_all_stand_on_the_letter(serve: Serve, inbox: Inbox) -> None:
    post.send(replace(MAIL, left=MAIL.to[1:]), target(serve()), NOW)

    assert inbox.letters[0].rcpt_tos == [MAIL.to[1]]
    assert letter(inbox)["To"] == ", ".join(MAIL.to)


def test_a_greeting_that_never_ends_is_left_when_the_deadline_is_over() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        ending = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                while not ending.wait(0.05):
                    connection.sendall(b"220-x\r\n")

        thread = threading.Thread(target=drip)
        thread.start()
        posted = post.send(MAIL, target(listening.getsockname()[1], host="127.0.0.1"), NOW, timedelta(seconds=0.3))
        ending.set()
        thread.join()

    assert (posted.status, posted.is_final) == (None, False)
    assert posted.fault is not None


@pytest.mark.parametrize("drips", [False, True])
def test_a_server_that_says_nothing_is_left_when_the_deadline_is_over(drips: bool) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        ending = threading.Event()

        def talk() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 here\r\n")
                connection.recv(100)
                while drips and not ending.wait(0.05):
                    try:
                        connection.sendall(b"250-x\r\n")
                    except OSError:
                        return
                ending.wait(5)

        thread = threading.Thread(target=talk)
        thread.start()
        posted = post.send(MAIL, target(listening.getsockname()[1], host="127.0.0.1"), NOW, timedelta(seconds=0.5))
        ending.set()
        thread.join()

    assert posted.status is None
    assert posted.fault in ("127.0.0.1 did not answer in time.", "127.0.0.1 broke the conversation off.")
