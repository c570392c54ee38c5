"""An invitation is told with the personal link; who has left the stage or finished by then is not told of."""

from datetime import timedelta

import pytest

from tests.delivery.office import Office
from tests.delivery.receivers import Receiver
from tests.ledger.hiring import Hiring
from worker.domain.delivery import DeliveryState
from worker.ledger import invitations


@pytest.fixture
def hiring(office: Office) -> Hiring:
    made = Hiring(office.stage)
    made.opens()
    made.makes()
    office.carry()
    return made


def types(receiver: Receiver) -> list[object]:
    return [one.verified()["type"] for one in receiver.given]


def test_who_is_invited_is_told_of_with_the_link_and_the_job(
    office: Office, hiring: Hiring, receiver: Receiver
) -> None:
    hiring.moves()
    office.carry()
    said = receiver.given[-1].verified()
    assert said["type"] == "candidate.invited"
    told = said["data"]["application"]
    assert told["personal_link"].startswith(f"{hiring.interview.share_link}?externalUserId=spr%3A")
    assert (told["id"], told["candidate"]) == (hiring.application().id, {"name": None, "email": None})
    assert said["data"]["job"]["title"] == "Mechanic"


def test_who_has_left_the_stage_before_it_was_sent_is_not_told_of(
    office: Office, hiring: Hiring, receiver: Receiver
) -> None:
    hiring.moves()
    hiring.moves("Offer")
    office.carry()
    assert "candidate.invited" not in types(receiver)
    assert office.only(event="candidate.invited").state is DeliveryState.CANCELLED


def test_a_preview_by_a_personal_link_is_never_told_of(office: Office, hiring: Hiring, receiver: Receiver) -> None:
    hiring.moves()
    hiring.finishes(hiring.interview.id, external=hiring.signed(), test=True)
    office.carry()
    assert "result.completed" not in types(receiver)


def test_a_reminder_is_told_once_and_not_after_the_result(office: Office, hiring: Hiring, receiver: Receiver) -> None:
    hiring.moves()
    office.carry()
    for _ in range(2):
        office.stage.pass_time(timedelta(days=3))
        office.stage.tell(invitations.remind, "careers", (timedelta(days=2),))
        office.carry()
    assert types(receiver).count("candidate.reminded") == 1

    office.stage.pass_time(timedelta(days=3))
    office.stage.tell(invitations.remind, "careers", (timedelta(days=2), timedelta(days=7)))
    hiring.finishes(hiring.interview.id, external=hiring.signed())
    office.carry()
    assert types(receiver).count("candidate.reminded") == 1
