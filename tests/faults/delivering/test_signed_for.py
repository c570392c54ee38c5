"""S-15: what is posted proves who posted it, and a repeat can be told from a new message."""

from datetime import timedelta
from pathlib import Path

import pytest
from standardwebhooks import WebhookVerificationError

from tests.delivery.office import Office, a_target
from tests.delivery.receivers import SECRET, Receiver, Says
from tests.ledger.stage import created
from worker.ledger.connection import Ledger

OLD = "whsec_" + "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5"
OTHER = "whsec_" + "enp6enp6enp6enp6enp6enp6enp6enp6"


def make_one(office: Office) -> None:
    office.stage.file()
    office.stage.settle(office.stage.send(), created())


def test_s15_the_reference_library_verifies_what_is_posted(office: Office, receiver: Receiver) -> None:
    """With the target's secret, and with no other."""
    make_one(office)
    office.carry()
    (given,) = receiver.given
    assert given.verified()["type"] == "interview.created"
    with pytest.raises(WebhookVerificationError):
        given.verified(OTHER)


def test_s15_while_a_secret_is_rotated_the_old_and_the_new_one_verify(
    ledger: Ledger, tmp_path: Path, receiver: Receiver
) -> None:
    """Two secrets make two signatures."""
    office = Office.on(ledger, tmp_path, a_target(receiver.url, secrets=[SECRET, OLD]))
    make_one(office)
    office.carry()
    (given,) = receiver.given
    assert given.verified(SECRET) == given.verified(OLD)


def test_s15_a_secret_that_is_no_base64_signs_as_its_text(ledger: Ledger, tmp_path: Path, receiver: Receiver) -> None:
    """So that a secret of an older kind is no reason for silence."""
    office = Office.on(
        ledger, tmp_path, a_target(receiver.url, secrets=["a plain-text secret, not base64".replace(" ", "_")])
    )
    make_one(office)
    office.carry()
    (given,) = receiver.given
    assert given.verified("YV9wbGFpbi10ZXh0X3NlY3JldCxfbm90X2Jhc2U2NA==")


def test_s15_each_try_is_signed_anew_under_the_same_id(office: Office, receiver: Receiver) -> None:
    """A receiver that refuses old timestamps takes a later try all the same, and knows it by its id."""
    receiver.answer = lambda _: Says(500)
    make_one(office)
    office.carry()
    receiver.answer = lambda _: Says()
    office.stage.pass_time(timedelta(seconds=6))
    office.carry()
    first, second = receiver.given
    assert first.id == second.id
    assert first.body == second.body
    assert second.verified()
