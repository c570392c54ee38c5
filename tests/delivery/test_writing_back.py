"""One set of promises over every kind that notes are written to: once, whatever breaks; and never over what a person wrote."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from config import Secret
from config.settings import Source
from tests.ledger.databases import Ledgers
from tests.standins.notebooks import KEY, VENDORS, Book, notebook
from worker import notes, steps
from worker.delivery.writing_back import Ended, MayBeThere, Pen, Refused, Written
from worker.domain.fields import Unreadable
from worker.domain.note import Account, Draft, Place, Subject, digest
from worker.ledger import written_notes
from worker.ledger.connection import Ledger, Tx
from worker.ledger.note_tables import written_note
from worker.notes import NoPlace
from worker.outbound import Outbound, OutboundFault

PLACE = Place(Subject.CANDIDATE, "j-1", "55", "c-7", "a-9")
NUMBERED = Place(Subject.CANDIDATE, "88", "55", "7", "9")
NAME = "spr-7K2QX r1"
MARKER = f"[talentsprout-bridge {NAME}]"
FIRST, SECOND = "Score: 81 of 100.\nCommunication 84.", "Score: 83 of 100."
LISTING = sorted(kind for kind, module in notes.kinds().items() if module.LISTS)
CHANGING = sorted(kind for kind, module in notes.kinds().items() if module.CHANGES and kind != "greenhouse")


class ToTheBook(httpx.HTTPTransport):
    """What is meant for a vendor's fixed address goes to the notebook on this machine."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self.root = httpx.URL(book.root)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.root.port)
        return super().handle_request(request)


@pytest.fixture
def ledger(sqlite_ledgers: Ledgers) -> Iterator[Ledger]:
    with sqlite_ledgers.lent() as lent:
        yield lent


@pytest.fixture
def open_book() -> Iterator[Callable[[str], Book]]:
    opened = []

    def open_it(kind: str) -> Book:
        opened.append(notebook(kind))
        return opened[-1].__enter__()

    yield open_it
    for one in opened:
        one.__exit__(None, None, None)


def pen(book: Book, ledger: Ledger) -> Pen:
    is_fixed = book.kind == "greenhouse"
    api_url = None if is_fixed else book.root
    source = Source(
        name="careers",
        kind=book.kind,
        organization="acme",
        secrets=(Secret("secret-of-this-test"),),
        api_key=Secret(KEY),
        api_url=api_url,
    )
    outbound = (
        Outbound(resolve=lambda *_: ["93.184.215.14"], transport=lambda: ToTheBook(book)) if is_fixed else Outbound()
    )
    account = Account(author="4012", account="20418")
    return Pen(ledger, outbound, source, account, "ats")


def write(book: Book, ledger: Ledger, text: str = FIRST) -> Written:
    return pen(book, ledger).write(NUMBERED if book.kind == "greenhouse" else PLACE, draft(text))


def draft(text: str, name: str = NAME) -> Draft:
    return Draft(Subject.CANDIDATE, name, text, about="r1")


def test_every_kind_has_a_stand_in() -> None:
    assert set(notes.kinds()) == set(VENDORS)


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_a_note_is_written_with_its_marker_and_once(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)

    written = [write(book, ledger) for _ in range(3)]

    assert [one.ended for one in written] == [Ended.ADDED, Ended.THERE_ALREADY, Ended.THERE_ALREADY]
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
        assert write(book, ledger).ended is Ended.ADDED
        assert len(book.texts) == 1


@pytest.mark.parametrize("kind", LISTING)
def test_an_answer_that_is_lost_after_executing_makes_no_second_note(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    book.trouble("cut")

    with pytest.raises(OutboundFault):
        write(book, ledger)

    assert write(book, ledger).ended is Ended.THERE_ALREADY
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

    assert write(book, ledger).ended is Ended.THERE_ALREADY
    assert len(book.texts) == 1


@pytest.mark.parametrize("kind", CHANGING)
def test_what_is_new_changes_the_note(open_book: Callable[[str], Book], ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    write(book, ledger)

    assert write(book, ledger, SECOND) == Written(Ended.CHANGED)
    assert book.texts == [f"{SECOND}\n\n{MARKER}"]


@pytest.mark.parametrize("kind", sorted(set(VENDORS) - set(CHANGING)))
def test_where_no_note_can_be_changed_what_is_new_is_another_note(
    open_book: Callable[[str], Book], ledger: Ledger, kind: str
) -> None:
    book = open_book(kind)
    write(book, ledger)

    assert write(book, ledger, SECOND).ended is Ended.ADDED
    assert write(book, ledger, SECOND).ended is Ended.THERE_ALREADY
    assert book.texts == [f"{FIRST}\n\n{MARKER}", f"{SECOND}\n\n{MARKER}"]


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

    assert (again.ended, news.ended) == (Ended.LEFT_TO_A_PERSON, Ended.ADDED)
    assert again.remark == "The note was changed in the ATS since, and was left so."
    assert book.texts == [edited, f"{SECOND}\n\n{MARKER}"]


@pytest.mark.parametrize("kind", LISTING)
def test_a_note_that_a_person_took_away_stays_away(open_book: Callable[[str], Book], ledger: Ledger, kind: str) -> None:
    book = open_book(kind)
    write(book, ledger)
    book.notes.clear()
    book.add("A call with Ines.")

    again = write(book, ledger)

    assert again == Written(Ended.LEFT_TO_A_PERSON, "The note was taken away in the ATS since, and was left so.")
    assert book.texts == ["A call with Ines."]


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

    assert write(book, ledger, "Rock & roll: 81 of 100") == Written(Ended.ADDED)
    assert write(book, ledger, "Rock & roll: 81 of 100").ended is Ended.THERE_ALREADY
    assert len(book.texts) == 1


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

    words = ("note", "messages", "comments", "activities", "token")
    assert all(any(word in path.lower() for word in words) for _, path, _ in book.asked)
    assert not any("DELETE" in method for method, _, _ in book.asked)


def test_a_job_of_greenhouse_has_a_note_that_changes(open_book: Callable[[str], Book], ledger: Ledger) -> None:
    book = open_book("greenhouse")
    job = Place(Subject.JOB, job_id="88", requisition_id="55")

    first = pen(book, ledger).write(job, draft("Link: https://www.talentsprout.ai/interview/1", "spr-7K2QX"))
    second = pen(book, ledger).write(job, draft("Link: https://www.talentsprout.ai/interview/2", "spr-7K2QX"))

    assert [first.ended, second.ended] == [Ended.ADDED, Ended.CHANGED]
    assert book.texts == ["Link: https://www.talentsprout.ai/interview/2\n\n[talentsprout-bridge spr-7K2QX]"]


@pytest.mark.parametrize("kind", sorted(set(VENDORS) - {"greenhouse"}))
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

    words = ("note", "messages", "comments", "activities", "token")
    assert all(any(word in path.lower() for word in words) for _, path, _ in book.asked)
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
    assert write(book, ledger).ended is Ended.ADDED


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
