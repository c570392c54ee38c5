"""What is written when, seen from within one call: at each of its steps, what the ledger and the journal hold already."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import Secret
from tests.ledger.stage import ACME
from tests.sending.shop import Shop
from worker import steps
from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Created, Evidence
from worker.domain.request import Kind, State, Tier
from worker.ledger import attempts
from worker.sandbox.settings import FAKE_KEY
from worker.sending.journal import Journal
from worker.talentsprout import client

MADE = Created(
    Interview("i-1", "https://www.talentsprout.ai/interview/i-1", {}), Evidence(True, True, 201), Origin.CREATED
)


@dataclass(frozen=True)
class Held:
    """`arrived`: the request's head has reached the other side."""

    state: State
    sent: bool
    journaled: bool
    arrived: bool


@pytest.fixture
def seen(open_shop: Callable[..., Shop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Held]:
    """One call that succeeds, looked at from each of its steps."""
    shop = open_shop()
    request = shop.file()
    found: dict[str, Held] = {}

    def look(step: str) -> None:
        line = tmp_path / "journal" / "boot"
        found[step] = Held(
            shop.state_of(request),
            shop.newest(request).sent_at is not None,
            line.stat().st_size > 0,
            bool(shop.arrivals()),
        )

    claimed = shop.caller.claim(ACME, Tier.AI)
    assert isinstance(claimed, attempts.Claimed)
    monkeypatch.setattr(steps, "reached", look)
    shop.caller.make(claimed)
    return found


def test_the_mark_is_committed_before_the_first_byte_leaves(seen: dict[str, Held]) -> None:
    assert seen["after_claim"] == seen["after_connect"] == Held(State.SENDING, False, False, False)
    assert seen["after_sent_mark"] == Held(State.SENDING, True, False, False)


def test_the_claim_does_not_wait_for_the_disk_the_mark_and_the_outcome_do(shop: Shop) -> None:
    """What the mark takes to the disk, it takes with all that was committed before it."""
    shop.file()
    levels: list[str] = []

    @sa.event.listens_for(shop.bridge.ledger.engine, "commit")
    def look(conn: sa.Connection) -> None:
        levels.append({1: "not waited for", 2: "on the disk"}[conn.exec_driver_sql("PRAGMA synchronous").scalar_one()])

    claimed = shop.caller.claim(ACME, Tier.AI)
    assert isinstance(claimed, attempts.Claimed)
    shop.caller.make(claimed)
    sa.event.remove(shop.bridge.ledger.engine, "commit", look)

    assert levels == ["not waited for", "on the disk", "on the disk"]


def test_while_the_guard_thinks_the_other_side_has_got_nothing() -> None:
    """It accepts the connection itself, and has all the time that a first byte would need."""
    seen: list[bytes] = []

    def thinks() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(0.3)
            with suppress(TimeoutError):
                seen.append(connection.recv(1))
            raise client.Abandoned

    times = client.Times.of(timedelta(seconds=10), timedelta(seconds=10))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        exchange = client.call(base_url, Secret(FAKE_KEY), Kind.GENERATE, b"{}", guard=thinks, times=times)

    assert exchange.abandoned
    assert seen == []


def test_an_answer_is_in_the_journal_before_the_ledger_hears_of_it(seen: dict[str, Held]) -> None:
    assert seen["after_response"] == Held(State.SENDING, True, False, True)
    assert seen["after_journal"] == Held(State.SENDING, True, True, True)
    assert seen["after_outcome_commit"] == Held(State.CREATED, True, True, True)


def test_a_line_of_the_journal_is_synced_before_writing_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, "boot-1")
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))

    journal.write("a1", MADE)

    assert synced == [(tmp_path / "boot-1").stat().st_size]
    journal.close()
