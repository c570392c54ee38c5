"""A requisition closes with all of its postings, also one that is announced late or in the same moment."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from config import Secret
from config.settings import Source
from tests.ledger.stage import ACME, ONE_SECOND, Stage, meanwhile, wait_until_blocked
from worker.domain.event import PostingClosed
from worker.domain.posting import JobPosting
from worker.domain.request import State
from worker.events import following
from worker.ledger import audit, postings, requisitions
from worker.ledger.connection import Ledger, LedgerFault, Tx
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.requisitions import Closing

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CAREERS = Source(name="careers", kind="greenhouse", organization=ACME, secrets=(Secret("a-secret-of-this-test"),))
SAID = following.Readable.of(
    JobPosting("J1", "Nurse", "You walk the corridors at night and write the handover.", "R1", changed_at=NOON)
)


def opens(tx: Tx) -> str:
    return following.open_or_change(tx, CAREERS, an_event(1), SAID)


def closes(tx: Tx) -> str:
    said = PostingClosed(requisition_id="R1", changed_at=NOON + ONE_SECOND)
    return following.close(tx, CAREERS, an_event(2), said)


def an_event(number: int) -> StoredEvent:
    return StoredEvent(f"event-{number}", "careers", ACME, EventState.STORED, None, 0, NOON + timedelta(seconds=number))


def test_the_newest_closing_counts(bridge: Stage) -> None:
    assert bridge.tell(requisitions.closing, "careers", "R1") is None
    newer, older = Closing(NOON, "event-2"), Closing(NOON - ONE_SECOND, "event-3")
    bridge.tell(requisitions.close, "careers", "R1", newer)
    bridge.tell(requisitions.close, "careers", "R1", older)
    assert bridge.tell(requisitions.closing, "careers", "R1") == newer
    assert bridge.tell(requisitions.closing, "other", "R1") is None


@pytest.mark.parametrize("opening_first", [True, False])
def test_an_opening_and_the_closing_of_its_requisition_in_one_moment_end_closed(
    overlapping, opening_first: bool
) -> None:
    """Whoever comes second waits for the requisition, and then sees what the first did."""
    bridge, other = overlapping(), overlapping()
    ours, theirs = (opens, closes) if opening_first else (closes, opens)
    second = threading.Thread(target=lambda: other.ledger.write(theirs))

    def second_comes() -> None:
        second.start()
        wait_until_blocked(other.ledger, second)

    with meanwhile(bridge.ledger, "INSERT INTO requisition", second_comes):
        bridge.ledger.write(ours)
    second.join(20)

    found = bridge.ask(postings.get, "careers", "J1")
    assert (found.is_open, found.changed_at) == (False, NOON + ONE_SECOND)
    states = {one.state for one in bridge.ask(postings.requests_of, "careers", "J1")}
    assert states <= {State.CANCELLED}


def test_a_look_reads_and_the_database_refuses_whatever_would_change_it(ledger: Ledger) -> None:
    ledger.write(opens)
    assert ledger.look(lambda tx: postings.openness(tx, {("careers", "J1")})) == {("careers", "J1"): None}
    with pytest.raises(LedgerFault):
        ledger.look(lambda tx: audit.record(tx, "ada", "test", "1", {}))
    ledger.write(lambda tx: audit.record(tx, "ada", "test", "1", {}))
