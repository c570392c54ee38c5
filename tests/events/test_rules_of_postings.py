"""What rules do to postings: options, another organization, none at all, or not before a person has said so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import Secret
from config.rule import Rule
from config.settings import Source
from tests.keys import KEYS
from tests.ledger.databases import empty_ledger
from worker import operators
from worker.domain.event import PostingClosed
from worker.domain.posting import JobPosting
from worker.domain.request import Code, GenerationRequest, State
from worker.events import following
from worker.ledger import audit, listing, organizations, requests
from worker.ledger.connection import Ledger
from worker.ledger.events import EventState, StoredEvent
from worker.operators import Changes, Person, Refusal

TEXT = "You walk the corridors of Harbour House at night, notice changes early and write the handover. {}"
GERMAN = (
    "Sie gehen nachts durch die Flure, erkennen Veränderungen früh und schreiben morgens die Übergabe für das Team."
)
MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
ADA = Person("ada")
NURSES = Rule(name="nurses", title=("*nurse*",), interview={"voice": "sage"})
APPROVED = Rule(name="night", title=("*night*",), approve=True)
INTERNS = Rule(name="interns", title=("*intern*",), skip="Interns are not interviewed.")
NORTH = Rule(name="north", location=("Kiel",), to_organization="north")


class Ats:
    """One source whose rules a test may change; every word of it is a minute later than the last."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.ruled()
        self.count = 0
        for name in ("acme", "north"):
            ledger.write(lambda tx, name=name: organizations.prepare(tx, name))  # type: ignore[misc]  # a default binds it

    def ruled(self, *rules: Rule) -> None:
        self.source = Source(
            name="careers",
            kind="greenhouse",
            organization="acme",
            secrets=(Secret("a-secret-of-this-test"),),
            interview={"voice": "ash"},
            rules=rules,
        )

    def says(self, title: str, text: str = TEXT.format(""), location: str | None = None) -> str:
        said = following.Readable.of(JobPosting("1", title, text, location=location))
        return self.ledger.write(lambda tx: following.open_or_change(tx, self.source, self.event(), said))

    def closes(self) -> str:
        return self.ledger.write(lambda tx: following.close(tx, self.source, self.event(), PostingClosed("1")))

    def all(self) -> list[GenerationRequest]:
        found = self.ledger.read(lambda tx: listing.requests_page(tx, listing.Filters(), 50, None))
        return list(reversed(found.items))

    def now(self) -> GenerationRequest:
        (only,) = self.all()
        return only

    def options(self) -> object:
        return self.ledger.read(lambda tx: requests.content(tx, self.now().id)).options

    def approves(self) -> GenerationRequest:
        return self.ledger.write(lambda tx: operators.approve(tx, ADA, self.now().id))

    def is_made(self) -> None:
        self.ledger.write(lambda tx: requests.move(tx, self.now().id, set(State), State.CREATED))

    def event(self) -> StoredEvent:
        self.count += 1
        at = MORNING + timedelta(minutes=self.count)
        return StoredEvent(f"event-{self.count:03}", "careers", "acme", EventState.STORED, None, 0, at)


@pytest.fixture
def ats(tmp_path: Path) -> Iterator[Ats]:
    (tmp_path / "bridge.db").write_bytes(empty_ledger())
    ledger = Ledger(f"sqlite:///{tmp_path}/bridge.db", keys=KEYS)
    yield Ats(ledger)
    ledger.close()


def test_a_request_records_the_rule_that_made_it_and_has_its_options(ats: Ats) -> None:
    ats.ruled(INTERNS, NURSES)
    assert ats.says("Night nurse").endswith("by the rule nurses.")
    assert (ats.now().rule, ats.options()) == ("nurses", {"voice": "sage"})


def test_a_posting_that_a_rule_skips_says_which_and_why_and_makes_nothing(ats: Ats) -> None:
    ats.ruled(INTERNS)
    assert ats.says("Intern, kitchen") == "Skipped by the rule interns: Interns are not interviewed."
    assert ats.all() == []


def test_what_waits_is_cancelled_when_its_posting_becomes_one_to_skip_and_comes_back(ats: Ats) -> None:
    ats.ruled(INTERNS)
    ats.says("Cook")
    ats.says("Intern, kitchen")
    assert (ats.now().state, ats.now().because and ats.now().because.code) == (State.CANCELLED, Code.SKIPPED)
    ats.says("Cook")
    assert (ats.now().state, ats.now().because) == (State.WAITING, None)


def test_what_waits_for_approval_is_held_until_a_person_approves_once(ats: Ats) -> None:
    ats.ruled(APPROVED)
    ats.says("Night nurse")
    assert (ats.now().state, ats.now().awaits_approval) == (State.HELD, True)
    assert ats.approves().state is State.WAITING
    assert [entry.action for entry in ats.ledger.read(lambda tx: audit.of(tx, ats.now().id))] == ["approve"]
    with pytest.raises(Refusal, match="ada approved it"):
        ats.approves()


def test_a_retry_is_no_approval(ats: Ats) -> None:
    ats.ruled(APPROVED)
    ats.says("Night nurse")
    with pytest.raises(Refusal, match="sprout requests approve"):
        ats.ledger.write(
            lambda tx: operators.retry(tx, ADA, ats.now().id, not_there=False, changes=Changes(), wait=timedelta(0))
        )
    assert ats.now().awaits_approval


def test_what_was_approved_stays_so_when_its_delivery_is_read_again_but_not_for_another_text(ats: Ats) -> None:
    ats.ruled(APPROVED)
    ats.says("Night nurse")
    ats.approves()
    ats.says("Night nurse")
    assert ats.now().state is State.WAITING
    ats.says("Night nurse", TEXT.format("You also drive the van."))
    assert ats.now().awaits_approval


def test_a_posting_that_closes_and_opens_again_needs_approval_again(ats: Ats) -> None:
    ats.ruled(APPROVED)
    ats.says("Night nurse")
    ats.closes()
    assert ats.now().state is State.CANCELLED
    ats.says("Night nurse")
    assert ats.now().awaits_approval


def test_a_text_with_a_fault_is_held_for_the_fault_first(ats: Ats) -> None:
    ats.ruled(APPROVED)
    ats.says("Night nurse", "Too short.")
    assert ats.now().because is not None
    assert ats.now().because.code is Code.TOO_SHORT
    ats.says("Night nurse")
    assert ats.now().awaits_approval


def test_a_rule_may_file_for_another_organization(ats: Ats) -> None:
    ats.ruled(NORTH)
    ats.says("Cook", location="Kiel")
    assert (ats.now().organization, ats.now().rule) == ("north", "north")


@pytest.mark.parametrize("made", [True, False])
def test_a_rule_that_changes_moves_and_doubles_nothing(ats: Ats, *, made: bool) -> None:
    ats.says("Cook", location="Kiel")
    if made:
        ats.is_made()
    ats.ruled(NORTH)
    told = ats.says("Cook", location="Kiel")
    assert ats.now().organization == "acme"
    assert made or "stays with acme" in told
    ats.ruled(Rule(name="other", interview={"voice": "coral"}))
    ats.says("Cook", location="Kiel")
    ats.ruled(Rule(name="none", skip="Not any more."))
    ats.says("Cook", location="Kiel")
    assert ats.now().state is (State.CREATED if made else State.CANCELLED)


def test_a_title_that_changes_alone_is_what_will_be_sent(ats: Ats) -> None:
    ats.says("Cook")
    ats.says("Head cook")
    assert ats.now().title == "Head cook"


@pytest.mark.parametrize(
    ("text", "languages", "said"),
    [
        (GERMAN, ["de"], "Filed as"),
        ("Senior Software Engineer (m/w/d), Berlin, Hamburg, Remote", ["en"], "too little text to tell"),
        (f"{GERMAN}\n{TEXT.format('')}", ["en"], "Its language is in doubt"),
    ],
)
def test_the_language_of_a_text_is_taken_and_doubt_is_said(
    ats: Ats, text: str, languages: list[str], said: str
) -> None:
    ats.source = ats.source.model_copy(update={"interview": {"languages": ["en"]}})
    posting = following.Readable.of(JobPosting("1", "Cook", text), detect_language=True)
    told = ats.ledger.write(lambda tx: following.open_or_change(tx, ats.source, ats.event(), posting))
    assert said in told
    assert ats.options() == {"languages": languages}


def test_a_rule_that_wants_approval_now_reaches_what_waits_and_one_that_no_longer_does_lets_it_go(ats: Ats) -> None:
    lax = Rule(name="night", title=("*night*",))
    ats.ruled(lax)
    ats.says("Night nurse")
    ats.ruled(APPROVED)
    ats.says("Night nurse")
    assert ats.now().awaits_approval
    ats.ruled(lax)
    ats.says("Night nurse")
    assert (ats.now().state, ats.now().because) == (State.WAITING, None)


def test_an_approval_that_a_person_gave_outlasts_a_rule_that_is_switched_off_and_on(ats: Ats) -> None:
    ats.ruled(APPROVED)
    ats.says("Night nurse")
    ats.approves()
    for rule in (Rule(name="night", title=("*night*",)), APPROVED):
        ats.ruled(rule)
        ats.says("Night nurse")
        assert ats.now().state is State.WAITING


def test_an_approval_of_another_text_is_none_for_this_one(ats: Ats) -> None:
    ats.ruled(APPROVED)
    ats.says("Night nurse")
    ats.approves()
    ats.ruled(Rule(name="night", title=("*night*",)))
    ats.says("Night nurse", TEXT.format("You also drive the van."))
    ats.ruled(APPROVED)
    ats.says("Night nurse", TEXT.format("You also drive the van."))
    assert ats.now().awaits_approval


def test_what_a_person_sent_back_in_line_is_not_held_again_for_the_same_text(ats: Ats) -> None:
    ats.ruled(APPROVED)
    ats.says("Night nurse", "Too short.")
    changes = Changes(text=TEXT.format("Mended by hand."))
    ats.ledger.write(
        lambda tx: operators.retry(tx, ADA, ats.now().id, not_there=False, changes=changes, wait=timedelta(0))
    )
    assert ats.now().state is State.WAITING
