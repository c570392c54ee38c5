"""A letter to several: each has it once, whoever is refused for now is written to again alone, and refusals for good are said."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Target
from tests.delivery.letterbox import Inbox, Serve
from tests.delivery.office import EVERYTHING, Office
from tests.ledger.stage import ACME, created
from worker.delivery.courier import Courier
from worker.domain.delivery import Delivery, DeliveryState
from worker.ledger import deliveries
from worker.ledger.connection import Ledger

TO = ("Ann <ann@example.com>", "ben@example.com", "cleo@example.com")
SOON = timedelta(minutes=10)


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, serve: Serve) -> Office:
    where = {"host": "127.0.0.1", "port": serve(), "starttls": False, "sender": "bridge@example.com", "to": TO}
    return Office.on(ledger, tmp_path, a_letterbox(**where))


def a_letterbox(**where: object) -> Target:
    return Target(name="mail", kind="email", organization=ACME, events=EVERYTHING, **where)  # type: ignore[arg-type]  # as read


def make(office: Office) -> Delivery:
    office.stage.file()
    office.stage.settle(office.stage.send(), created())
    office.carry()
    return office.all()[-1]


def again(office: Office, after: timedelta = SOON) -> None:
    office.stage.pass_time(after)
    office.carry()


def recipients(inbox: Inbox) -> list[list[str]]:
    return [letter.rcpt_tos for letter in inbox.letters]


def test_whoever_is_refused_for_now_is_written_to_again_and_nobody_else(office: Office, inbox: Inbox) -> None:
    inbox.answers["ben@example.com"] = "450 4.2.1 busy, ben@example.com"

    waiting = office.shown(make(office).id)
    inbox.answers.clear()
    again(office)

    assert waiting["state"] == "waiting"
    assert waiting["reason"].startswith(
        "1 of 3 recipients was refused for now (450 4.2.1); nobody else is written to again. Trying again at "
    )
    shown = office.shown(waiting["id"])
    assert recipients(inbox) == [["ann@example.com", "cleo@example.com"], ["ben@example.com"]]
    assert (shown["state"], shown["reason"]) == ("delivered", None)


def test_a_refusal_for_good_is_said_and_not_repeated(office: Office, inbox: Inbox) -> None:
    inbox.answers["ann@example.com"] = "550 5.1.1 no such ann@example.com"
    inbox.answers["ben@example.com"] = "450 4.2.1 busy"

    sent = make(office)
    inbox.answers["ben@example.com"] = "552 5.2.2 full"
    again(office)
    again(office)

    shown = office.shown(sent.id)
    assert recipients(inbox) == [["cleo@example.com"]]
    assert (shown["state"], shown["reason_code"]) == ("delivered", "recipients_refused")
    assert shown["reason"] == "2 recipients were refused for good (550 5.1.1, 552 5.2.2); the others have it."
    assert shown["action"] == "Correct the addresses under to in [targets.mail]."


def test_a_letter_that_nobody_takes_is_given_up_once_all_are_refused_for_good(office: Office, inbox: Inbox) -> None:
    inbox.answers |= dict.fromkeys(("ann@example.com", "cleo@example.com"), "550 5.1.1 no")
    inbox.answers["ben@example.com"] = "450 4.2.1 busy"

    sent = make(office)
    inbox.answers["ben@example.com"] = "550 5.1.1 no"
    again(office)

    shown = office.shown(sent.id)
    assert (shown["state"], shown["reason"]) == ("failed", "The mail server answered 550 5.1.1.")
    assert shown["action"].startswith("When that is mended: sprout deliveries resend")
    assert inbox.letters == []


def test_a_full_mailbox_holds_up_neither_the_target_nor_what_comes_later(office: Office, inbox: Inbox) -> None:
    inbox.answers["ben@example.com"] = "452 4.2.2 full"

    first = make(office)
    make(office)

    assert recipients(inbox) == [["ann@example.com", "cleo@example.com"]] * 2
    assert office.standing("mail").failing_since is None
    assert office.all()[0].id == first.id


def test_a_person_sends_a_failed_letter_to_those_who_lack_it_and_a_delivered_one_to_all(
    office: Office, inbox: Inbox
) -> None:
    inbox.answers["ben@example.com"] = "450 4.2.1 busy"
    sent = make(office)
    for _ in range(10):
        again(office, timedelta(days=2))
    assert office.states() == [DeliveryState.FAILED]
    inbox.answers.clear()

    for _ in range(2):
        assert office.stage.tell(deliveries.send_again, sent.id)
        office.carry()

    bare = ["ann@example.com", "ben@example.com", "cleo@example.com"]
    assert recipients(inbox) == [["ann@example.com", "cleo@example.com"], ["ben@example.com"], bare]


def test_an_address_that_was_corrected_gets_the_letter_that_the_others_have(office: Office, inbox: Inbox) -> None:
    inbox.answers["ben@example.com"] = "450 4.2.1 busy"
    make(office)

    known = office.stage.bridge.settings.targets
    mended = known["mail"].model_copy(update={"to": (TO[0], "bea@example.com", TO[2])})
    office.stage.bridge.settings.targets["mail"] = mended
    office.courier = Courier(office.stage.bridge, "boot")
    again(office)

    assert recipients(inbox)[1:] == [["bea@example.com"]]
    assert office.states() == [DeliveryState.DELIVERED]


def test_no_address_is_kept_or_logged(
    office: Office, inbox: Inbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.answers["ben@example.com"] = "450 4.2.1 busy, ben@example.com"

    make(office)

    assert "@example.com" not in caplog.text
    assert not any(b"ben@example" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
