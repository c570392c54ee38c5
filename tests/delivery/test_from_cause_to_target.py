"""What happens is told: signed, once, in order, and as things are when it is sent."""

import json
from datetime import timedelta
from typing import get_args

import sqlalchemy as sa

from config.settings import TargetEvent
from tests.delivery.office import Office
from tests.delivery.receivers import Receiver, Says
from tests.ledger.stage import REJECTED, created
from worker.domain.delivery import DeliveryState
from worker.domain.message import Happened


def test_an_interview_that_was_made_is_told_of_with_its_link(office: Office, receiver: Receiver) -> None:
    request = office.stage.file()
    office.stage.settle(office.stage.send(), made := created(title="Night shift"))

    office.carry()

    (given,) = receiver.given
    said = given.verified()
    assert said["type"] == "interview.created"
    assert said["data"]["interview"]["share_link"] == made.interview.share_link
    assert said["data"]["request"]["id"] == request
    assert office.only().state is DeliveryState.DELIVERED
    assert given.id == office.only().id


def test_the_second_try_of_a_message_has_its_id(office: Office, receiver: Receiver) -> None:
    receiver.answer = lambda _: Says(503, body=b"busy")
    office.stage.file()
    office.stage.settle(office.stage.send(), REJECTED)
    assert office.carry() is not None
    shown = office.shown(office.only().id)
    assert shown["reason"].startswith("crm answered 503. Trying again at 09:00 UTC, try 2 of 10.")

    receiver.answer = lambda _: Says()
    office.stage.pass_time(timedelta(seconds=6))
    office.carry()

    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 2
    assert [one["status"] for one in office.shown(office.only().id)["try_list"]] == [204, 503]
    assert json.loads(receiver.given[0].body) == json.loads(receiver.given[1].body)


def test_what_goes_to_a_target_waits_for_the_disk_before_and_after(office: Office, receiver: Receiver) -> None:
    """Else a power failure forgets what was told, its cause is read again, and it is told again under another id."""
    office.stage.file()
    office.stage.settle(office.stage.send(), created())
    how = "PRAGMA synchronous" if office.stage.ledger.is_sqlite else "SHOW synchronous_commit"
    levels: list[str] = []

    @sa.event.listens_for(office.stage.ledger.engine, "commit")
    def look(conn: sa.Connection) -> None:
        if conn.get_execution_options().get("writes"):
            levels.append(str(conn.exec_driver_sql(how).scalar_one()))

    office.carry()
    sa.event.remove(office.stage.ledger.engine, "commit", look)

    assert len(receiver.given) == 1
    assert levels
    assert set(levels) <= {"2", "on"}


def test_the_configuration_knows_every_event_that_there_is() -> None:
    assert set(get_args(TargetEvent)) == {one.value for one in Happened}
