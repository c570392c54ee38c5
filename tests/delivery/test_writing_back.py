"""One set of promises over every kind that notes are written to: each stands there once, whatever breaks."""

from collections.abc import Callable

import pytest

from tests.delivery.pens import CHANGING, FIRST, LISTING, MARKER, SECOND, write
from tests.standins.notebooks import VENDORS, Book
from worker import notes, steps
from worker.delivery.writing_back import Became, MayBeThere, Refused, Written
from worker.ledger.connection import Ledger
from worker.outbound import OutboundFault


def test_every_kind_has_a_stand_in() -> None:
    assert set(notes.kinds()) == set(VENDORS)


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_a_note_is_written_with_its_marker_and_once(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)

    written = [write(book, ledger) for _ in range(3)]

    assert [one.became for one in written] == [Became.ADDED, Became.THERE_ALREADY, Became.THERE_ALREADY]
    assert [one.remark for one in written] == [None, None, None]
    assert book.texts == [f"{FIRST}\n\n{MARKER}"]


@pytest.mark.parametrize("kind", sorted(VENDORS))
@pytest.mark.parametrize("trouble", ["401", "429", "503"])
def test_a_refusal_is_said_and_the_next_try_writes_once(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str, trouble: str
) -> None:
    book = open_book(kind)
    book.trouble(trouble)

    with pytest.raises(Refused) as refused:
        write(book, ledger)

    assert refused.value.status == int(trouble)
    assert book.texts == []
    if kind in LISTING or trouble != "503":
        assert write(book, ledger).became is Became.ADDED
        assert len(book.texts) == 1


@pytest.mark.parametrize("kind", LISTING)
def test_an_answer_that_is_lost_after_executing_makes_no_second_note(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    book.trouble("cut")

    with pytest.raises(OutboundFault):
        write(book, ledger)

    assert write(book, ledger).became is Became.THERE_ALREADY
    assert len(book.texts) == 1


@pytest.mark.parametrize("trouble", ["cut", "500"])
def test_where_nothing_is_listed_a_person_looks_and_there_is_no_second_note(
    open_book: Callable[[str], Book], ledger: Ledger, trouble: str
) -> None:
    book = open_book("merge")
    book.trouble(trouble)

    with pytest.raises((OutboundFault, Refused)):
        write(book, ledger)
    with pytest.raises(MayBeThere, match="Look for it there"):
        write(book, ledger)

    assert book.additions == 1


@pytest.mark.parametrize("kind", LISTING)
def test_a_process_that_dies_after_the_note_was_made_leaves_one_note(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = open_book(kind)

    def die(name: str) -> None:
        if name == "after_note_added":
            raise SystemExit

    with monkeypatch.context() as armed:
        armed.setattr(steps, "reached", die)
        with pytest.raises(SystemExit):
            write(book, ledger)

    assert write(book, ledger).became is Became.THERE_ALREADY
    assert len(book.texts) == 1


@pytest.mark.parametrize("kind", CHANGING)
def test_what_is_new_changes_the_note(open_book: Callable[[str], Book], ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    write(book, ledger)

    assert write(book, ledger, SECOND) == Written(Became.CHANGED)
    assert book.texts == [f"{SECOND}\n\n{MARKER}"]


@pytest.mark.parametrize("kind", sorted(set(VENDORS) - set(CHANGING)))
def test_where_no_note_can_be_changed_what_is_new_is_another_note(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    write(book, ledger)

    assert write(book, ledger, SECOND).became is Became.ADDED
    assert write(book, ledger, SECOND).became is Became.THERE_ALREADY
    assert book.texts == [f"{FIRST}\n\n{MARKER}", f"{SECOND}\n\n{MARKER}"]


@pytest.mark.parametrize("kind", LISTING)
def test_a_note_that_reads_otherwise_is_said(open_book: Callable[[str], Book], ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    book.alter = lambda text: text.replace("81", "18")

    assert write(book, ledger).remark == "The note was written, and reads otherwise in the ATS."


@pytest.mark.parametrize("kind", LISTING)
def test_a_vendor_that_makes_html_of_it_keeps_the_same_words(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    book.alter = lambda text: "".join(f"<p>{line.replace('&', '&amp;')}</p>" for line in text.split("\n"))

    assert write(book, ledger, "Rock & roll: 81 of 100") == Written(Became.ADDED)
    assert write(book, ledger, "Rock & roll: 81 of 100").became is Became.THERE_ALREADY
    assert len(book.texts) == 1
