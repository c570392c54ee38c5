"""A posting that changes after its interview was made: kept, asked about or made anew, and only for what matters."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config import Secret
from config.settings import Source
from tests.ledger.databases import empty_ledger
from worker import operators, shown
from worker.domain.event import PostingClosed
from worker.domain.posting import JobPosting
from worker.domain.request import Because, Code, GenerationRequest, State, Tier
from worker.events import following
from worker.ledger import budgets, interviews, listing, organizations, requests
from worker.ledger.connection import Ledger
from worker.ledger.events import EventState, StoredEvent
from worker.operators import Person
from worker.policy.reasons import Timing

MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
ADA = Person("ada")
TIMING = Timing(timedelta(minutes=5), timedelta(minutes=1))
FIRST = "You repair bicycles, talk with customers and keep a small workshop in order. You have two years of experience."
SAME = FIRST.replace("order. You", "order!\n\n– You").replace("experience", "experiense")
SECOND = FIRST.replace("two years", "five years")
THIRD = FIRST.replace("bicycles", "motorcycles")


class Ats:
    """One source; every word of it is a minute later than the last. `is_made` is what TalentSprout would do."""

    def __init__(self, ledger: Ledger, on_change: str) -> None:
        self.ledger = ledger
        self.on_change(on_change)
        self.count = 0
        ledger.write(lambda tx: organizations.prepare(tx, "acme"))
        ledger.write(lambda tx: budgets.prepare(tx, "acme", Tier.AI, 20, timedelta(minutes=1)))

    def on_change(self, choice: str) -> None:
        self.source = Source.model_validate(
            {"name": "careers", "kind": "greenhouse", "organization": "acme", "on_change": choice}
            | {"secrets": (Secret("a-secret-of-this-test"),)}
        )

    def says(self, text: str, title: str = "Mechanic", location: str | None = None) -> str:
        said = following.Readable.of(JobPosting("1", title, text, location=location))
        return self.ledger.write(lambda tx: following.open_or_change(tx, self.source, self._event(), said))

    def closes(self) -> str:
        return self.ledger.write(lambda tx: following.close(tx, self.source, self._event(), PostingClosed("1")))

    def all(self) -> list[GenerationRequest]:
        found = self.ledger.read(lambda tx: listing.requests_page(tx, listing.Filters(), 50, None))
        return list(reversed(found.items))

    def states(self) -> list[str]:
        return ["asked" if one.awaits_approval else str(one.state) for one in self.all()]

    def newest(self) -> GenerationRequest:
        return self.all()[-1]

    def text(self) -> str:
        return self.ledger.read(lambda tx: requests.content(tx, self.newest().id)).text

    def is_made(self) -> None:
        self.ledger.write(lambda tx: requests.move(tx, self.newest().id, {State.WAITING}, State.CREATED))

    def approves(self) -> None:
        self.ledger.write(lambda tx: operators.approve(tx, ADA, self.newest().id))

    def cancels(self) -> None:
        self.ledger.write(lambda tx: operators.cancel(tx, ADA, self.newest().id, not_there=False, wait=timedelta(0)))

    def shown(self) -> dict[str, Any]:
        return self.ledger.read(lambda tx: shown.one_request(tx, self.newest(), TIMING))

    def evidence(self) -> dict[str, Any]:
        return self.ledger.read(lambda tx: shown.evidence(tx, self.newest(), TIMING))

    def _event(self) -> StoredEvent:
        self.count += 1
        at = MORNING + timedelta(minutes=self.count)
        return StoredEvent(f"event-{self.count:03}", "careers", "acme", EventState.STORED, None, 0, at)


@pytest.fixture
def hired(tmp_path: Path) -> Iterator[Callable[[str], Ats]]:
    """A source of which one interview is made."""
    (tmp_path / "bridge.db").write_bytes(empty_ledger())
    ledger = Ledger(f"sqlite:///{tmp_path}/bridge.db")

    def opened(on_change: str) -> Ats:
        ats = Ats(ledger, on_change)
        ats.says(FIRST)
        ats.is_made()
        return ats

    yield opened
    ledger.close()


@pytest.mark.parametrize("on_change", ["keep", "ask", "regenerate"])
def test_a_cosmetic_change_makes_nothing_and_is_said(hired: Callable[[str], Ats], on_change: str) -> None:
    ats = hired(on_change)
    assert "cosmetic" in ats.says(SAME)
    assert "has an interview for this text." in ats.says(FIRST)
    assert ats.states() == ["created"]


@pytest.mark.parametrize(
    ("on_change", "states"),
    [("keep", ["created"]), ("ask", ["created", "asked"]), ("regenerate", ["created", "waiting"])],
)
def test_a_material_change_is_answered_as_configured(
    hired: Callable[[str], Ats], on_change: str, states: list[str]
) -> None:
    ats = hired(on_change)
    assert "It changed in what matters: wording." in ats.says(SECOND)
    assert ats.states() == states
    ats.says(SECOND)
    assert ats.states() == states


@pytest.mark.parametrize("change", [{"title": "Head mechanic"}, {"location": "Kiel"}])
def test_title_and_place_alone_are_material(hired: Callable[[str], Ats], change: dict[str, str]) -> None:
    ats = hired("regenerate")
    ats.says(FIRST, **{"location": "Bonn", **change})
    assert ats.states() == (["created", "waiting"] if "title" in change else ["created"])
    ats.is_made() if "title" in change else None
    ats.says(FIRST, title="Cook", location="Trier")
    assert ats.states()[-1] == "waiting"


def test_the_newest_question_replaces_an_older_one(hired: Callable[[str], Ats]) -> None:
    ats = hired("ask")
    ats.says(SECOND)
    asked = ats.newest().id
    ats.says(THIRD)
    assert (ats.states(), ats.newest().id, ats.text()) == (["created", "asked"], asked, THIRD)


def test_a_posting_that_goes_back_to_what_was_made_asks_nothing_any_more_and_asks_again_later(
    hired: Callable[[str], Ats],
) -> None:
    ats = hired("ask")
    ats.says(SECOND)
    assert "is cancelled" in ats.says(FIRST)
    assert ats.states() == ["created", "cancelled"]
    ats.says(SECOND)
    assert ats.states() == ["created", "asked"]


def test_what_is_approved_gets_another_interview_and_what_is_cancelled_keeps_the_old_one(
    hired: Callable[[str], Ats],
) -> None:
    ats = hired("ask")
    ats.says(SECOND)
    ats.cancels()
    assert "was cancelled" in ats.says(SECOND)
    assert ats.states() == ["created", "cancelled"]
    ats.says(THIRD)
    ats.approves()
    assert ats.states() == ["created", "cancelled", "waiting"]
    ats.is_made()
    assert "has an interview for this text." in ats.says(THIRD)
    assert ats.states() == ["created", "cancelled", "created"]


def test_a_question_shows_the_difference_word_by_word(hired: Callable[[str], Ats]) -> None:
    ats = hired("ask")
    made = ats.newest().label
    ats.says(SECOND)
    told = ats.evidence()
    assert (told["change"]["of"], told["change"]["what"]) == (made, ["wording"])
    (passage,) = told["change"]["passages"]
    assert "You have [-two-] {+five+} years" in passage["marked"]
    assert f"sprout requests approve {ats.newest().label}" in told["action"]
    assert made in ats.shown()["reason"]
    ats.approves()
    assert ats.evidence()["change"] is None


def test_a_posting_that_closes_takes_its_question_back_and_marks_the_link_of_what_was_made(
    hired: Callable[[str], Ats],
) -> None:
    ats = hired("ask")
    assert (ats.shown()["posting_open"], ats.shown()["closed_at"]) == (True, None)
    ats.says(SECOND)
    ats.closes()
    assert ats.states() == ["created", "cancelled"]
    assert (ats.shown()["posting_open"], ats.shown()["closed_at"]) == (False, "2026-11-20T09:03:00.000Z")
    ats.says(SECOND)
    assert ats.states() == ["created", "asked"]
    assert ats.shown()["posting_open"] is True


def test_an_interview_shows_whether_its_posting_is_open(hired: Callable[[str], Ats]) -> None:
    ats = hired("keep")
    made = operators.Interview("3b0c7d52", "https://www.talentsprout.ai/interview/3b0c7d52", {})
    origin = operators.Origin.CREATED
    ats.ledger.write(lambda tx: interviews.store(tx, "acme", made, origin, ats.newest().id))

    def told() -> object:
        found = ats.ledger.read(lambda tx: shown.interview(tx, interviews.get(tx, "3b0c7d52")))  # type: ignore[arg-type]  # it is there
        return found["posting_open"]

    assert told() is True
    ats.closes()
    assert told() is False


@pytest.mark.parametrize(("before", "after"), [("keep", "regenerate"), ("regenerate", "keep"), ("keep", "ask")])
def test_a_choice_that_changes_doubles_nothing(hired: Callable[[str], Ats], before: str, after: str) -> None:
    ats = hired(before)
    ats.on_change(after)
    ats.says(FIRST)
    ats.says(SAME)
    assert ats.states() == ["created"]


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
def test_what_may_exist_counts_as_made(hired: Callable[[str], Ats], state: State) -> None:
    ats = hired("regenerate")
    because = Because(Code.NO_ANSWER, {})
    ats.ledger.write(lambda tx: requests.move(tx, ats.newest().id, set(State), state, because=because))
    assert "on its way" in ats.says(SAME)
    assert ats.states() == [str(state)]
