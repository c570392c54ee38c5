"""A posting's interview follows its ATS while nothing of it can exist, and is left alone afterwards."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import Secret
from config.settings import Source
from tests.keys import KEYS
from tests.ledger.databases import empty_ledger
from worker.domain.event import PostingClosed
from worker.domain.posting import JobPosting
from worker.domain.request import Because, Code, GenerationRequest, State
from worker.events import following
from worker.ledger import listing, requests
from worker.ledger.connection import Ledger
from worker.ledger.events import EventState, StoredEvent

LONG = "You repair bicycles, talk with customers and keep a small workshop in order. Number {}."
SHORT = "Too short."
MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Ats:
    """One source and its postings; every word of it is an event a minute later than the last."""

    def __init__(self, ledger: Ledger, on_change: str = "keep") -> None:
        self.ledger = ledger
        self.source = Source(
            name="careers",
            kind="greenhouse",
            organization="acme",
            secrets=(Secret("a-secret-of-this-test"),),
            on_change=on_change,
        )
        self.count = 0

    def says(self, text: str, at: datetime | None = None) -> str:
        posting = JobPosting("1", "Mechanic", text, changed_at=at)
        return self._event(
            lambda tx, event: following.open_or_change(tx, self.source, event, following.Readable.of(posting))
        )

    def closes(self, at: datetime | None = None) -> str:
        return self._event(lambda tx, event: following.close(tx, self.source, event, PostingClosed("1", changed_at=at)))

    def all(self) -> list[GenerationRequest]:
        found = self.ledger.read(lambda tx: listing.requests_page(tx, listing.Filters(), 50, None))
        return list(reversed(found.items))

    def now(self) -> GenerationRequest:
        (only,) = self.all()
        return only

    def moves(self, to: State, because: Because | None = None) -> None:
        self.ledger.write(lambda tx: requests.move(tx, self.all_ids()[-1], set(State), to, because=because))

    def all_ids(self) -> list[str]:
        return [one.id for one in self.all()]

    def _event(self, unit: Callable[..., str]) -> str:
        self.count += 1
        at = MORNING + timedelta(minutes=self.count)
        event = StoredEvent(f"event-{self.count:03}", "careers", "acme", EventState.STORED, None, 0, at)
        return self.ledger.write(lambda tx: unit(tx, event))


def _opened(folder: Path) -> Ledger:
    (folder / "bridge.db").write_bytes(empty_ledger())
    return Ledger(f"sqlite:///{folder}/bridge.db", keys=KEYS)


@pytest.fixture
def ats(tmp_path: Path) -> Iterator[Ats]:
    ledger = _opened(tmp_path)
    yield Ats(ledger)
    ledger.close()


def test_what_waits_takes_the_newest_text(ats: Ats) -> None:
    ats.says(LONG.format(1))
    ats.says(LONG.format(2))
    assert ats.now().state is State.WAITING
    assert ats.ledger.read(lambda tx: requests.content(tx, ats.now().id)).text.endswith("Number 2.")


def test_a_text_that_is_mended_goes_back_in_line_and_one_that_gets_too_short_is_held(ats: Ats) -> None:
    ats.says(SHORT)
    assert ats.now().state is State.HELD
    ats.says(LONG.format(1))
    assert ats.now().state is State.WAITING
    ats.says(SHORT)
    assert ats.now().state is State.HELD


def test_what_waited_for_a_posting_that_closes_is_cancelled_and_revived_when_it_opens_again(ats: Ats) -> None:
    ats.says(LONG.format(1))
    ats.closes()
    assert ats.now().state is State.CANCELLED
    ats.says(LONG.format(1))
    assert ats.now().state is State.WAITING


def test_a_posting_that_opens_again_and_is_still_too_short_is_held_and_not_sent(ats: Ats) -> None:
    ats.says(SHORT)
    ats.closes()
    ats.says(SHORT)
    assert ats.now().state is State.HELD
    assert ats.now().because is not None
    assert ats.now().because.code is Code.TOO_SHORT


def test_what_a_person_cancelled_stays_so_while_its_posting_only_changes(ats: Ats) -> None:
    ats.says(LONG.format(1))
    ats.moves(State.CANCELLED, Because(Code.CANCELLED_BY_PERSON, {"actor": "ada"}))
    ats.says(LONG.format(2))
    assert ats.now().state is State.CANCELLED


def test_an_opening_that_arrives_after_its_closing_changes_nothing(ats: Ats) -> None:
    ats.closes(at=MORNING)
    assert ats.says(LONG.format(1), at=MORNING - timedelta(hours=1)) == following.OVERTAKEN
    assert ats.all() == []


def test_an_interview_that_exists_is_kept(ats: Ats) -> None:
    ats.says(LONG.format(1))
    ats.moves(State.CREATED)
    assert 'on_change = "keep"' in ats.says(LONG.format(2))
    assert len(ats.all()) == 1


def test_a_source_that_regenerates_asks_for_each_text_once(tmp_path: Path) -> None:
    ledger = _opened(tmp_path)
    ats = Ats(ledger, on_change="regenerate")
    ats.says(LONG.format(1))
    ats.moves(State.CREATED)
    ats.says(LONG.format(2))
    assert [one.state for one in ats.all()] == [State.CREATED, State.WAITING]
    ats.says(LONG.format(1))
    assert [one.state for one in ats.all()] == [State.CREATED, State.CANCELLED]
    ledger.close()
