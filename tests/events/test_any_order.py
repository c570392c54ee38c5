"""However the deliveries of one posting arrive (late, doubled, in any order), the same is known and the same would be sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import Secret
from config.rule import Rule
from config.settings import Source
from tests.ledger.databases import empty_ledger
from worker.domain.event import PostingClosed
from worker.domain.posting import JobPosting
from worker.domain.request import State
from worker.events import following
from worker.ledger import listing, organizations, postings, requests
from worker.ledger.connection import Ledger, Tx
from worker.ledger.events import EventState, StoredEvent

MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEXT = "You repair bicycles, talk with customers and keep a small workshop in order. You have {} years of experience."
INTERNS = Rule(name="interns", title=("*intern*",), skip="Interns are not interviewed.")
APPROVED = Rule(name="head", title=("*head*",), approve=True, interview={"voice": "sage"})


@dataclass(frozen=True)
class Says:
    """The sender's word of minute `at`: a title and years, or that the posting, or its whole requisition, closed."""

    at: int
    title: str = "Mechanic"
    years: int = 2
    closes: str = ""


OPENED, FIRST, SECOND = Says(1), Says(2, years=3), Says(3, "Head mechanic", 4)
CLOSED, ALL_CLOSED, REOPENED, INTERN = (
    Says(4, closes="job"),
    Says(4, closes="requisition"),
    Says(5, years=5),
    Says(6, "Intern"),
)
LIVES: dict[str, Sequence[Says]] = {
    "opened, changed twice, closed, reopened": (OPENED, FIRST, SECOND, CLOSED, REOPENED),
    "opened, changed twice, closed": (OPENED, FIRST, SECOND, CLOSED),
    "with its requisition": (OPENED, FIRST, SECOND, ALL_CLOSED),
    "with its requisition, and reopened": (OPENED, FIRST, ALL_CLOSED, REOPENED),
    "closed twice": (OPENED, CLOSED, REOPENED, Says(7, closes="requisition"), Says(8, closes="job")),
    "skipped at last": (OPENED, SECOND, CLOSED, REOPENED, INTERN),
    "skipped in between": (INTERN, Says(7, years=6), Says(8, "Head mechanic", 7)),
    "a title alone": (OPENED, Says(2, "Head mechanic"), Says(3, "Mechanic II")),
}


TWICE = LIVES["skipped at last"]


class Undone(Exception):
    """A life is over, and rolled back: the next begins with an empty ledger, and no disk is waited for."""

    def __init__(self, known: tuple[object, ...]) -> None:
        super().__init__()
        self.known = known


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path: Path = tmp_path_factory.mktemp("orders") / "bridge.db"
    path.write_bytes(empty_ledger())
    made = Ledger(f"sqlite:///{path}")
    yield made
    made.close()


def lived(ledger: Ledger, on_change: str, order: Sequence[Says]) -> tuple[object, ...]:
    """What is known, and what would be sent, after these deliveries in this order."""
    source = Source.model_validate(
        {"name": "careers", "kind": "greenhouse", "organization": "acme", "on_change": on_change}
        | {"secrets": (Secret("a-secret-of-this-test"),), "rules": (INTERNS, APPROVED)}
    )

    def unit(tx: Tx) -> None:
        organizations.prepare(tx, "acme")
        for number, said in enumerate(order):
            arrives(tx, source, number, said)
        raise Undone(known(tx))

    with pytest.raises(Undone) as undone:
        ledger.write(unit)
    return undone.value.known


def arrives(tx: Tx, source: Source, number: int, said: Says) -> None:
    event = StoredEvent(f"event-{number:03}", "careers", "acme", EventState.STORED, None, 0, MORNING)
    at = MORNING + timedelta(minutes=said.at)
    if said.closes:
        closing = PostingClosed(changed_at=at, **{"job_id": "1"} if said.closes == "job" else {"requisition_id": "r"})
        following.close(tx, source, event, closing)
    else:
        posting = JobPosting("1", said.title, TEXT.format(said.years), requisition_id="r", changed_at=at)
        following.open_or_change(tx, source, event, following.Readable.of(posting))


def known(tx: Tx) -> tuple[object, ...]:
    """Of a closed posting its text does not matter any more, and neither does what was cancelled."""
    posting = postings.get(tx, "careers", "1")
    assert posting is not None
    open_text = (posting.title, posting.text) if posting.is_open else None
    wanted = [
        one for one in listing.requests_page(tx, listing.Filters(), 50, None).items if one.state is not State.CANCELLED
    ]
    sent = [(one.state, one.because, one.title, one.dedup_id, one.rule, requests.content(tx, one.id)) for one in wanted]
    return posting.is_open, posting.changed_at, open_text, sent


@pytest.mark.parametrize("on_change", ["keep", "regenerate"])
@pytest.mark.parametrize("life", LIVES)
def test_every_order_of_a_posting_s_life_ends_alike(ledger: Ledger, life: str, on_change: str) -> None:
    expected = lived(ledger, on_change, LIVES[life])
    for order in permutations(LIVES[life]):
        assert lived(ledger, on_change, order) == expected, order


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations([*LIVES["skipped at last"], *LIVES["skipped at last"]]),
    on_change=st.sampled_from(["keep", "regenerate"]),
)
def test_deliveries_that_come_twice_end_alike(ledger: Ledger, order: list[Says], on_change: str) -> None:
    assert lived(ledger, on_change, order) == lived(ledger, on_change, TWICE)
