"""A day's messages in one mail: at its time, once, and all of them or none."""

import threading
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from config.settings import Target
from tests.delivery.letterbox import Inbox, Serve
from tests.delivery.office import EVERYTHING, Office
from tests.ledger.stage import ACME, created
from worker import steps
from worker.domain.delivery import DeliveryState
from worker.ledger.connection import Ledger
from worker.upkeep import sweep

HOUR = timedelta(hours=1)


def mailing(port: int, digest: str | None = "08:00", templates: Path | None = None) -> Target:
    return Target(
        name="crm",
        kind="email",
        organization=ACME,
        events=EVERYTHING,
        sender="bridge@example.com",
        to=("team@example.com",),
        host="localhost",
        port=port,
        starttls=False,
        digest=digest,
        templates=templates,
    )


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, serve: Serve) -> Office:
    """The stage's clock begins at nine in the morning, and the mail goes out at eight."""
    return Office.on(ledger, tmp_path, mailing(serve()))


def interviews(office: Office, most: int) -> None:
    for number in range(most):
        office.stage.file()
        office.stage.settle(office.stage.send(), created(title=f"Job {number}"))


def test_nothing_goes_out_before_its_time(office: Office, inbox: Inbox) -> None:
    interviews(office, 1)

    wait = office.carry()

    assert wait is not None
    assert 22 * HOUR < wait <= 23 * HOUR  # it is past nine, and the time is eight
    assert inbox.letters == []
    assert office.states() == [DeliveryState.WAITING]
    shown = office.shown(office.only().id)
    assert shown["reason"] == "Gathered: it goes out at 08:00 UTC, with the others of its day."


def test_all_of_a_day_goes_out_in_one_mail_and_once(office: Office, inbox: Inbox) -> None:
    interviews(office, 3)
    office.stage.pass_time(23 * HOUR)

    office.carry()
    office.carry()

    (envelope,) = inbox.letters
    assert isinstance(envelope.content, bytes)
    letter = message_from_bytes(envelope.content, policy=policy.default)
    assert letter["Subject"].startswith("TalentSprout: 3 messages of ")
    html = letter.get_body(("html",)).get_content()
    assert html.count("<h2>") == 3
    assert office.states() == [DeliveryState.DELIVERED] * 3


def test_what_happens_after_it_is_in_the_next_one(office: Office, inbox: Inbox) -> None:
    interviews(office, 1)
    office.stage.pass_time(23 * HOUR)
    office.carry()
    interviews(office, 1)

    assert office.carry() is not None
    assert len(inbox.letters) == 1

    office.stage.pass_time(24 * HOUR)
    office.carry()
    assert len(inbox.letters) == 2
    assert office.states() == [DeliveryState.DELIVERED] * 2


def test_a_mail_server_that_is_busy_gets_the_same_mail_later_on_the_same_day(office: Office, inbox: Inbox) -> None:
    inbox.answers["DATA"] = "451 4.3.0 busy"
    interviews(office, 2)
    office.stage.pass_time(23 * HOUR)
    office.carry()
    assert office.states() == [DeliveryState.WAITING] * 2

    inbox.answers.clear()
    office.stage.pass_time(timedelta(seconds=70))
    office.carry()

    assert len(inbox.letters) == 1
    assert office.states() == [DeliveryState.DELIVERED] * 2


def test_what_failed_does_not_take_along_what_is_new(office: Office, inbox: Inbox) -> None:
    inbox.answers["DATA"] = "451 4.3.0 busy"
    interviews(office, 1)
    office.stage.pass_time(23 * HOUR)
    office.carry()

    inbox.answers.clear()
    interviews(office, 1)
    office.stage.pass_time(timedelta(seconds=70))
    office.carry()

    assert len(inbox.letters) == 1
    assert office.states() == [DeliveryState.DELIVERED, DeliveryState.WAITING]


def test_a_refused_mail_is_refused_for_all_that_was_in_it(office: Office, inbox: Inbox) -> None:
    inbox.answers["DATA"] = "554 5.7.1 no"
    interviews(office, 2)
    office.stage.pass_time(23 * HOUR)

    office.carry()

    assert office.states() == [DeliveryState.FAILED] * 2
    assert "554 5.7.1" in office.shown(office.all()[0].id)["reason"]


def test_a_process_that_dies_after_sending_sends_the_same_mail_again(
    office: Office, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    interviews(office, 2)
    office.stage.pass_time(23 * HOUR)

    def die(name: str) -> None:
        if name == "after_digest_sent":
            raise SystemExit

    with monkeypatch.context() as armed:
        armed.setattr(steps, "reached", die)
        armed.setattr(threading, "excepthook", lambda _: None)
        office.carry()
    office.stage.pass_time(timedelta(minutes=2))
    sweep.release_deliveries(office.stage.bridge)
    office.stage.pass_time(timedelta(minutes=10))
    office.carry()

    ids = [message_from_bytes(one.content)["Message-ID"] for one in inbox.letters]  # type: ignore[arg-type]  # bytes
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert office.states() == [DeliveryState.DELIVERED] * 2


def test_a_mail_that_was_sent_while_the_ledger_was_away_for_a_moment_is_sent_once(
    office: Office, inbox: Inbox, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    interviews(office, 2)
    office.stage.pass_time(23 * HOUR)
    back = threading.Timer(0.3, rename, (ledger, "delivery_try_away", "delivery_try"))

    def go_away(name: str) -> None:
        if name == "after_digest_sent":
            rename(ledger, "delivery_try", "delivery_try_away")
            back.start()

    with monkeypatch.context() as armed:
        armed.setattr(steps, "reached", go_away)
        office.carry()
    back.join()

    assert office.states() == [DeliveryState.DELIVERED] * 2
    assert len(inbox.letters) == 1


def rename(ledger: Ledger, table: str, other: str) -> None:
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {other}")


@pytest.mark.parametrize("digest", ["08:00", None])
def test_a_template_of_their_own_that_breaks_holds_up_no_letter(
    ledger: Ledger, tmp_path: Path, serve: Serve, inbox: Inbox, digest: str | None
) -> None:
    """It passed the start, with the invented message; of a real one a fact is missing."""
    own = tmp_path / "texts"
    own.mkdir()
    (own / "mail.html").write_text("{{ parts[0].rows[3][1].split('7')[1].title() }}")
    office = Office.on(ledger, tmp_path, mailing(serve(), digest, own))
    interviews(office, 1)
    office.stage.pass_time(24 * HOUR)
    office.carry()

    assert office.states() == [DeliveryState.DELIVERED]
    (envelope,) = inbox.letters
    assert b'class=3D"sheet"' in envelope.content


def test_a_bug_in_writing_a_digest_is_a_try_that_failed(
    office: Office, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    interviews(office, 2)
    office.stage.pass_time(24 * HOUR)
    with monkeypatch.context() as broken:
        broken.setattr("worker.wording.letter.text", lambda *_: 1 / 0)
        office.carry()

    shown = office.shown(office.all()[0].id)
    assert shown["reason"].startswith("The message could not be written (ZeroDivisionError)")
    office.stage.pass_time(HOUR)
    office.carry()
    assert (office.states(), len(inbox.letters)) == ([DeliveryState.DELIVERED] * 2, 1)
