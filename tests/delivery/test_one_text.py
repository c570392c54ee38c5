"""A job with one text in the place of notes: our part of it stands there once, and what people wrote around it stays as it is."""

import sys
from collections.abc import Callable

import pytest

from tests.delivery.pens import JOB, SHEETS, pen
from tests.standins.notebooks import Book
from worker import steps
from worker.delivery.asked import Refused
from worker.delivery.writing_back import Became, Written
from worker.domain.note import Draft, Place, Subject, parts, with_part
from worker.ledger.connection import Ledger
from worker.notes import NoPlace
from worker.outbound import OutboundFault

NAME = "spr-7K2QX"
FIRST, SECOND = "Link for candidates: https://www.talentsprout.ai/interview/1", "Passing mark: 80 of 100"
MARKER = f"[talentsprout-bridge {NAME}]"
OURS, NEWS = (f"{MARKER}\n{text}\n[end of talentsprout-bridge {NAME}]" for text in (FIRST, SECOND))
THEIRS = "Budget: 40 k.\nAsk Ann first."
OpenBook = Callable[[str], Book]


def write(book: Book, ledger: Ledger, text: str = FIRST) -> Written:
    return pen(book, ledger).write(JOB, Draft(Subject.JOB, NAME, text))


def test_these_vendors_have_one_text_on_a_job() -> None:
    assert SHEETS == ["ashby", "smartrecruiters", "teamtailor"]


@pytest.mark.parametrize("kind", SHEETS)
def test_the_link_stands_there_once(open_book: OpenBook, ledger: Ledger, kind: str) -> None:
    book = open_book(kind)

    written = [write(book, ledger) for _ in range(3)]

    assert written == [Written(Became.ADDED), Written(Became.THERE_ALREADY), Written(Became.THERE_ALREADY)]
    assert (book.sheet, book.additions) == (OURS, 1)


@pytest.mark.parametrize("kind", SHEETS)
def test_what_people_wrote_before_and_after_is_kept(open_book: OpenBook, ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    book.sheet = THEIRS
    write(book, ledger)
    book.sheet += "\nAnn says yes."

    assert write(book, ledger, SECOND) == Written(Became.CHANGED)
    assert book.sheet == f"{THEIRS}\n\n{NEWS}\nAnn says yes."


@pytest.mark.parametrize("kind", SHEETS)
def test_a_part_that_a_person_changed_is_left_and_news_stand_below(
    open_book: OpenBook, ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    write(book, ledger)
    book.sheet = edited = (book.sheet or "").replace("interview/1", "interview/2")

    again = write(book, ledger)
    news = write(book, ledger, SECOND)

    assert again == Written(Became.LEFT_TO_A_PERSON, "The note was changed in the ATS since, and was left so.")
    assert news.became is Became.ADDED
    assert book.sheet == f"{edited}\n\n{NEWS}"


@pytest.mark.parametrize("kind", SHEETS)
@pytest.mark.parametrize("left", ["", THEIRS, f"{MARKER}\n{THEIRS}", f"{THEIRS}\n[end of talentsprout-bridge {NAME}]"])
def test_a_part_that_a_person_took_away_stays_away_until_there_is_news(
    open_book: OpenBook, ledger: Ledger, kind: str, left: str
) -> None:
    book = open_book(kind)
    write(book, ledger)
    book.sheet = left

    assert write(book, ledger).became is Became.LEFT_TO_A_PERSON
    assert book.sheet == left
    assert write(book, ledger, SECOND).became is Became.ADDED
    assert write(book, ledger, FIRST).became is Became.CHANGED
    assert book.sheet == f"{left}\n\n{OURS}".lstrip()


@pytest.mark.parametrize("kind", SHEETS)
def test_a_lost_answer_and_a_refusal_leave_one_part(open_book: OpenBook, ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    book.trouble("cut", "503")
    with pytest.raises(OutboundFault):
        write(book, ledger)
    assert write(book, ledger).became is Became.THERE_ALREADY

    with pytest.raises(Refused):
        write(book, ledger, SECOND)
    assert write(book, ledger, SECOND).became is Became.CHANGED
    assert book.sheet == NEWS


@pytest.mark.parametrize("kind", SHEETS)
def test_a_process_that_dies_after_the_text_was_written_leaves_one_part(
    open_book: OpenBook, ledger: Ledger, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = open_book(kind)
    with monkeypatch.context() as armed:
        armed.setattr(steps, "reached", lambda _: sys.exit())
        with pytest.raises(SystemExit):
            write(book, ledger)

    assert write(book, ledger).became is Became.THERE_ALREADY
    assert book.sheet == OURS


@pytest.mark.parametrize("kind", SHEETS)
def test_a_text_that_reads_otherwise_is_said(open_book: OpenBook, ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    book.alter = lambda text: text.replace("interview/1", "interview/9")

    assert write(book, ledger).remark == "The note was written, and reads otherwise in the ATS."


@pytest.mark.parametrize("kind", SHEETS)
def test_a_vendor_that_cuts_the_text_is_said(open_book: OpenBook, ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    book.alter = lambda text: text[:60]

    assert write(book, ledger).remark == "The note was written, and is not among the notes that the ATS lists."


@pytest.mark.parametrize(
    ("kind", "says"), [("ashby", "set field to the id"), ("teamtailor", "set field to the id"), ("smartrecruiters", "")]
)
def test_a_missing_field_is_said_before_anything_is_asked(
    open_book: OpenBook, ledger: Ledger, kind: str, says: str
) -> None:
    book = open_book(kind)
    whole = pen(book, ledger)
    bare = whole.account.__class__(whole.account.author, whole.account.account)
    without = whole.__class__(ledger, whole.outbound, whole.source, bare, whole.target)

    if says:
        with pytest.raises(NoPlace, match=says):
            without.write(JOB, Draft(Subject.JOB, NAME, FIRST))
        assert book.asked == []
    else:
        assert without.write(JOB, Draft(Subject.JOB, NAME, FIRST)).became is Became.ADDED


def test_a_message_calls_nobody_and_links_to_nobody_else(open_book: OpenBook, ledger: Ledger) -> None:
    """What a stranger wrote (a title, a summary) may hold the tags by which SmartRecruiters does so."""
    book = open_book("smartrecruiters")
    place = Place(Subject.CANDIDATE, "j-1", "55", "c-7", "a-9")
    hostile = Draft(Subject.CANDIDATE, "spr-7K2QX r1", "Nurse @[USER:1] #[CANDIDATE:2]", about="r1")

    first, second = (pen(book, ledger).write(place, hostile) for _ in range(2))

    assert (first, second.became) == (Written(Became.ADDED), Became.THERE_ALREADY)


def test_one_line_of_ours_alone_encloses_nothing() -> None:
    assert parts(f"{MARKER} theirs {OURS}", MARKER) == [f"\n{FIRST}\n"]
    assert with_part(f"a\n{OURS}\nb", SECOND, MARKER, f"\n{FIRST}\n") == f"a\n{NEWS}\nb"
