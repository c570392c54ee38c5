"""The power fails: what was written is there, what was only noted may never have happened, and nothing is sent twice for it."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.ledger.stage import ACME, LEASE, RULES, UNREACHABLE, Stage
from worker.domain.outcome import Attempt
from worker.domain.request import State, Tier
from worker.ledger import attempts, settling
from worker.ledger.connection import Ledger, Tx

T = TypeVar("T")


def forgotten(bridge: Stage, unit: Callable[[Tx], T]) -> T:
    """What a unit returned whose commit never reached the disk."""
    with bridge.ledger.engine.connect() as conn:
        found = unit(Tx(conn, bridge.clock))
        conn.rollback()
    return found


def forgotten_claim(bridge: Stage) -> Attempt:
    found = forgotten(bridge, lambda tx: attempts.claim(tx, ACME, Tier.AI, "boot", LEASE))
    assert isinstance(found, attempts.Claimed)
    return found.attempt


def waiting_for_the_disk(tx: Tx) -> str:
    how = "PRAGMA synchronous" if tx.is_sqlite else "SHOW synchronous_commit"
    return str(tx.conn.exec_driver_sql(how).scalar_one())


def test_a_write_waits_for_the_disk_and_a_note_does_not(ledger: Ledger) -> None:
    written, noted = ("2", "1") if ledger.is_sqlite else ("on", "off")

    levels = [do(waiting_for_the_disk) for do in (ledger.note, ledger.write, ledger.note, ledger.note, ledger.write)]

    assert levels == [noted, written, noted, noted, written]


def test_a_claim_that_the_database_forgot_is_not_marked_even_if_its_number_was_given_again(bridge: Stage) -> None:
    request = bridge.file()
    lost = forgotten_claim(bridge)
    again = bridge.claim()
    assert (lost.request_id, lost.n) == (again.request_id, again.n)

    assert not bridge.mark(lost)
    assert bridge.mark(again)

    assert bridge.newest(request).sent_at is not None


def test_an_outcome_of_a_claim_that_the_database_forgot_changes_nothing(bridge: Stage) -> None:
    request = bridge.file()
    lost = forgotten_claim(bridge)

    with pytest.raises(settling.Forgotten):
        bridge.tell(settling.settle, lost.id, UNREACHABLE, RULES)
    assert bridge.tell(settling.end_lease, lost.id) is None

    assert bridge.state_of(request) is State.WAITING
