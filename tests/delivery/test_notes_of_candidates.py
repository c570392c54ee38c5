"""From a candidate who finished to the note on their application: by the personal link, and by nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config import Secret
from config.settings import Source, Target
from tests.delivery.office import Office
from tests.delivery.pens import ToTheBook
from tests.ledger.hiring import Hiring
from tests.ledger.stage import ACME
from tests.standins.notebooks import KEY, Book, notebook
from worker.domain.delivery import DeliveryState
from worker.ledger.connection import Ledger
from worker.outbound import Outbound

EVALUATION = {
    "performance": {"communicationSkills": {"name": "Communication", "score": 84, "notes": "Clear."}},
    "summary": {"overview": "Six years of night work.", "strengths": ["Escalates early"], "concerns": []},
}


@pytest.fixture
def book() -> Iterator[Book]:
    with notebook("greenhouse") as opened:
        yield opened


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, book: Book) -> Office:
    target = Target(
        name="back",
        kind="ats",
        organization=ACME,
        events=("result.completed", "candidate.invited"),
        source="careers",
        author="4012",
        include=("candidate", "evaluation"),
    )
    outbound = Outbound(resolve=lambda *_: ["93.184.215.14"], transport=lambda: ToTheBook(book))
    office = Office.on(ledger, tmp_path, target, outbound=outbound)
    source = Source(
        name="careers", kind="greenhouse", organization=ACME, secrets=(Secret("x" * 24),), api_key=Secret(KEY)
    )
    settings = office.stage.bridge.settings.model_copy(update={"sources": {"careers": source}})
    office.stage.bridge = office.courier.bridge = replace(office.stage.bridge, settings=settings)
    return office


@pytest.fixture
def hiring(office: Office) -> Hiring:
    """Somebody was invited: candidate 7 of application 9."""
    found = Hiring(office.stage)
    found.opens(requisition="55")
    found.makes()
    found.moves(who="9", candidate_id="7", requisition_id="55")
    return found


def test_who_is_invited_has_the_personal_link_on_their_record(office: Office, hiring: Hiring, book: Book) -> None:
    office.carry()

    (text,) = book.texts
    assert f"externalUserId={hiring.signed('9').replace(':', '%3A')}" in text
    assert office.states() == [DeliveryState.DELIVERED]


def test_a_result_by_the_personal_link_is_on_the_candidates_record_once(
    office: Office, hiring: Hiring, book: Book
) -> None:
    office.carry()
    book.trouble("cut", "503")
    assert hiring.interview is not None
    hiring.finishes(hiring.interview.id, external=hiring.signed("9"), evaluation=EVALUATION)

    for _ in range(4):
        office.carry()
        office.stage.pass_time(timedelta(minutes=40))

    _, text = book.texts
    assert "Score: 81 of 100" in text
    assert "By category: Communication 84" in text
    assert "Six years of night work." in text
    assert "[talentsprout-bridge " in text
    assert office.states() == [DeliveryState.DELIVERED] * 2


@pytest.mark.parametrize("external", [None, "9", "spr:forged:AAAA"])
def test_a_result_that_no_personal_link_led_to_is_nobodys_note(
    office: Office, hiring: Hiring, book: Book, external: str | None
) -> None:
    office.carry()
    assert hiring.interview is not None
    hiring.finishes(hiring.interview.id, external=external)

    office.carry()

    assert len(book.texts) == 1  # the invitation alone
    assert office.states() == [DeliveryState.DELIVERED, DeliveryState.CANCELLED]
    assert "no personal link of one led to it" in office.shown(office.all()[-1].id)["reason"]
