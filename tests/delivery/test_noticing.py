"""What time alone brings about is told once: a batch that ends, a source that goes quiet."""

from datetime import timedelta

import pytest

from config import Secret, settings
from tests.batches.desk import Office as Desk
from tests.batches.desk import job, sheet
from tests.delivery.office import Office
from tests.ledger.stage import ACME, REJECTED, created
from worker.domain.message import Happened
from worker.domain.received import Received
from worker.ledger import events
from worker.ledger.events import Receipt
from worker.upkeep import noticing

DAY = timedelta(days=1)


def test_the_end_of_a_batch_is_told_once_with_what_became_of_its_rows(office: Office) -> None:
    desk = Desk(office.stage)
    batch = desk.run(sheet(job(1), job(2)))
    noticing.finished_batches(office.stage.bridge)
    assert told(office, Happened.BATCH_FINISHED) == [], "it still moves"
    for outcome in (created(), REJECTED):
        office.stage.settle(office.stage.send(), outcome)
    for _ in range(3):
        noticing.finished_batches(office.stage.bridge)

    (facts,) = told(office, Happened.BATCH_FINISHED)
    assert (facts["batch"]["state"], facts["batch"]["rows"]) == ("done", 2)
    assert {key: count for key, count in facts["batch"]["counts"].items() if count} == {"created": 1, "held": 1}
    assert office.all(event=Happened.BATCH_FINISHED)[0].subjects.batch == batch


def test_the_end_of_a_batch_that_was_cancelled_or_runs_again_is_told(office: Office) -> None:
    desk = Desk(office.stage)
    first = desk.run(sheet(job(1)))
    desk.cancel(first)
    noticing.finished_batches(office.stage.bridge)
    assert [facts["batch"]["state"] for facts in told(office, Happened.BATCH_FINISHED)] == ["cancelled"]

    again = desk.run(sheet(job(2)), origin="/srv/other.csv")
    office.stage.settle(office.stage.send(), created())
    noticing.finished_batches(office.stage.bridge)
    assert desk.run(sheet(job(2)), origin="/srv/other.csv") == again
    noticing.finished_batches(office.stage.bridge)
    assert len(told(office, Happened.BATCH_FINISHED)) == 3


@pytest.fixture
def quiet(office: Office) -> Office:
    """A source that sent something every day, until today."""
    careers = settings.Source(name="careers", kind="generic", organization=ACME, secret=Secret("x"), token_header="X-T")
    office.stage.bridge.settings.__dict__["sources"] = {"careers": careers}
    for number in range(12):
        received = Received({}, b"{}", office.stage.clock.now)
        office.stage.tell(events.store, [Receipt("careers", ACME, received, (f"{number}",))])
        office.stage.pass_time(DAY)
    return office


def told(office: Office, event: Happened) -> list[dict[str, object]]:
    return [dict(one.facts) for one in office.all(event=event)]


def test_a_source_that_goes_quiet_is_told_of_once_a_silence(quiet: Office) -> None:
    noticing.quiet_sources(quiet.stage.bridge)
    assert told(quiet, Happened.SOURCE_QUIET) == []
    quiet.stage.pass_time(3 * DAY)
    for _ in range(3):
        noticing.quiet_sources(quiet.stage.bridge)

    (facts,) = told(quiet, Happened.SOURCE_QUIET)
    assert facts["source"]["kind"] == "generic"
    assert facts["source"]["last_event"]["received_at"] == "2026-12-05T09:00:00.000Z"

    received = Received({}, b"{}", quiet.stage.clock.now)
    quiet.stage.tell(events.store, [Receipt("careers", ACME, received, ("again",))])
    noticing.quiet_sources(quiet.stage.bridge)
    quiet.stage.pass_time(30 * DAY)
    noticing.quiet_sources(quiet.stage.bridge)
    assert len(told(quiet, Happened.SOURCE_QUIET)) == 2
