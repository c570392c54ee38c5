"""From an interview that was made to the note on its job: through the courier, into Greenhouse."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config import Secret
from config.settings import Source, Target
from tests.delivery.office import Office
from tests.delivery.pens import ToTheBook
from tests.ledger.stage import ACME, created
from tests.standins.notebooks import KEY, Book, notebook
from worker.domain.delivery import DeliveryState
from worker.ledger import postings
from worker.ledger.connection import Ledger
from worker.ledger.postings import StoredPosting
from worker.outbound import Outbound


@pytest.fixture
def book() -> Iterator[Book]:
    with notebook("greenhouse") as opened:
        yield opened


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, book: Book) -> Office:
    events = ("interview.created", "result.completed")
    target = Target(name="back", kind="ats", organization=ACME, events=events, source="careers", author="4012")
    outbound = Outbound(resolve=lambda *_: ["93.184.215.14"], transport=lambda: ToTheBook(book))
    office = Office.on(ledger, tmp_path, target, outbound=outbound)
    secrets = (Secret("secret-of-this-test"),)
    source = Source(name="careers", kind="greenhouse", organization=ACME, secrets=secrets, api_key=Secret(KEY))
    settings = office.stage.bridge.settings.model_copy(update={"sources": {"careers": source}})
    office.stage.bridge = office.courier.bridge = replace(office.stage.bridge, settings=settings)
    return office


def make(office: Office, **more: object) -> str:
    """An interview; the link that belongs into the note."""
    office.stage.file(**more)  # type: ignore[arg-type]  # what a submission takes
    made = created()
    office.stage.settle(office.stage.send(), made)
    return made.interview.share_link


def announce(office: Office) -> None:
    """The post of the job, as Greenhouse told it."""
    now = office.stage.clock.now
    office.stage.tell(postings.newer, StoredPosting("careers", "88", ACME, "55", True, "Nurse", "", {}, now, "e1"))


def test_the_link_stands_on_the_job_once_whatever_is_lost(office: Office, book: Book) -> None:
    announce(office)
    book.trouble("503", "cut")
    link = make(office, source="careers", job_id="88")

    for _ in range(4):
        office.carry()
        office.stage.pass_time(timedelta(minutes=40))

    assert len(book.texts) == 1
    assert f"Link for candidates: {link}" in book.texts[0]
    assert "[talentsprout-bridge spr-" in book.texts[0]
    assert office.states() == [DeliveryState.DELIVERED]
    assert "The ATS answered 503." in {one["fault"] for one in office.shown(office.only().id)["try_list"]}


def test_an_interview_of_another_origin_is_nobodys_note(office: Office, book: Book) -> None:
    make(office)

    office.carry()

    assert book.asked == []
    assert office.states() == [DeliveryState.CANCELLED]
    assert "belongs to no posting of careers" in office.shown(office.only().id)["reason"]


def test_a_post_whose_job_is_not_known_fails_with_that_sentence(office: Office, book: Book) -> None:
    make(office, source="careers", job_id="88")

    office.carry()

    assert book.texts == []
    assert office.states() == [DeliveryState.FAILED]
    assert "The id of the job in Greenhouse is not known" in office.shown(office.only().id)["reason"]
    assert office.standing("back").failures == 0  # it is not the target's fault
