"""What writing back leaves alone: what people wrote, every other path of the ATS, and whom a note is about."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.delivery.pens import FIRST, LISTING, MARKER, NUMBERED, PLACE, SECOND, draft, pen, write
from tests.standins.notebooks import VENDORS, Book
from worker import notes
from worker.delivery.writing_back import Became, Refused, Written
from worker.domain.fields import Unreadable
from worker.domain.note import Place, Subject, digest
from worker.ledger import written_notes
from worker.ledger.connection import Ledger, Tx
from worker.ledger.note_tables import written_note
from worker.notes import NoPlace, OnJobs
from worker.outbound import OutboundFault

BARE = sorted(kind for kind, module in notes.kinds().items() if module.ON_JOBS is OnJobs.NOTHING)
WORDS = ("note", "messages", "comments", "activities", "token", "job.info", "customfield", "custom-field")


@pytest.mark.parametrize("kind", LISTING)
def test_what_a_person_changed_stays_and_only_news_are_said_beside_it(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    write(book, ledger)
    (own,) = book.notes
    edited = book.notes[own] = f"Maria: I would meet her.\n{MARKER}"

    again = write(book, ledger)
    news = write(book, ledger, SECOND)

    assert (again.became, news.became) == (Became.LEFT_TO_A_PERSON, Became.ADDED)
    assert again.remark == "The note was changed in the ATS since, and was left so."
    assert book.texts == [edited, f"{SECOND}\n\n{MARKER}"]


@pytest.mark.parametrize("kind", LISTING)
def test_a_note_that_a_person_took_away_stays_away(open_book: Callable[[str], Book], ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    write(book, ledger)
    book.notes.clear()
    book.add("A call with Ines.")

    again = write(book, ledger)

    assert again == Written(Became.LEFT_TO_A_PERSON, "The note was taken away in the ATS since, and was left so.")
    assert book.texts == ["A call with Ines."]


@pytest.mark.parametrize("kind", LISTING)
def test_notes_of_people_and_of_other_results_are_left_alone(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    others = ["A call with Ines.", "Score: 12.\n\n[talentsprout-bridge spr-7K2QX r2]"]
    for text in others:
        book.add(text)

    write(book, ledger)
    write(book, ledger, SECOND)

    assert book.texts[:2] == others


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_nothing_but_notes_is_ever_called(open_book: Callable[[str], Book], ledger: Ledger, kind: str) -> None:
    """Never a stage, never a rejection: the paths that were asked for are those of notes."""
    book = open_book(kind)
    write(book, ledger)
    write(book, ledger, SECOND)

    assert all(any(word in path.lower() for word in WORDS) for _, path, _ in book.asked)
    assert not any("DELETE" in method for method, _, _ in book.asked)


def test_a_job_of_greenhouse_has_a_note_that_changes(open_book: Callable[[str], Book], ledger: Ledger) -> None:
    book = open_book("greenhouse")
    job = Place(Subject.JOB, job_id="88", requisition_id="55")

    first = pen(book, ledger).write(job, draft("Link: https://www.talentsprout.ai/interview/1", "spr-7K2QX"))
    second = pen(book, ledger).write(job, draft("Link: https://www.talentsprout.ai/interview/2", "spr-7K2QX"))

    assert [first.became, second.became] == [Became.ADDED, Became.CHANGED]
    assert book.texts == ["Link: https://www.talentsprout.ai/interview/2\n\n[talentsprout-bridge spr-7K2QX]"]


@pytest.mark.parametrize("kind", BARE)
def test_a_job_elsewhere_has_no_notes_and_that_is_said(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)

    with pytest.raises(NoPlace, match="hand the link on by a message or by mail"):
        pen(book, ledger).write(Place(Subject.JOB, "j-1", "55"), draft(FIRST))

    assert book.asked == []


@pytest.mark.parametrize("kind", sorted(VENDORS))
@pytest.mark.parametrize("hostile", ["../../jobs/1", "a/b?c=d", "..", "x\ny"])
def test_an_id_of_a_stranger_leads_nowhere_else(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str, hostile: str
) -> None:
    book = open_book(kind)
    place = Place(Subject.CANDIDATE, hostile, hostile, hostile, hostile)

    with pytest.raises((NoPlace, Refused, OutboundFault, Unreadable)):
        pen(book, ledger).write(place, draft(FIRST))

    assert all(any(word in path.lower() for word in WORDS) for _, path, _ in book.asked)
    assert book.texts == []


@pytest.mark.parametrize("kind", ["greenhouse", "teamtailor", "lever", "workable", "merge"])
def test_a_missing_author_is_said_before_anything_is_asked_or_remembered(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    whole = pen(book, ledger)
    without = replace(whole, account=replace(whole.account, author=None))

    with pytest.raises(NoPlace, match="set author"):
        without.write(NUMBERED if kind == "greenhouse" else PLACE, draft(FIRST))

    assert book.additions == 0
    assert write(book, ledger).became is Became.ADDED


def test_what_is_kept_of_a_note_tells_nobody_whom_it_is_about_or_how_they_did(
    open_book: Callable[[str], Book], ledger: Ledger, tmp_path: Path
) -> None:
    write(open_book("ashby"), ledger)

    def rows(tx: Tx) -> list[str]:
        return [str(row) for row in tx.conn.execute(sa.select(written_note)).all()]

    (kept,) = ledger.read(rows)
    plain = f"{FIRST}\n\n{MARKER}"
    guesses = [PLACE.key, digest(plain), hashlib.sha256(PLACE.key.encode()).hexdigest(), "c-7"]
    assert not any(guess in kept.replace(MARKER, "") for guess in guesses)


def test_a_note_is_forgotten_with_the_result_that_it_tells_of(open_book: Callable[[str], Book], ledger: Ledger) -> None:
    write(open_book("ashby"), ledger)

    ledger.write(lambda tx: written_notes.forget(tx, ["r1"]))

    assert ledger.read(lambda tx: tx.conn.execute(sa.select(written_note)).all()) == []
