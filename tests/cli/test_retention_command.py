"""Retention: what is older than its organization wants goes, with a report before and after; nothing else does."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.desk import Desk
from tests.ledger.completions import a_result
from worker import clock
from worker.domain.received import Received
from worker.ledger import audit, events, results
from worker.ledger.events import EventState
from worker.ledger.tables import event, event_body, result
from worker.privacy import retaining

NOW = clock.wall()
KEPT = '[organizations.acme.retention]\nresults = "365d"\nevents = "90d"\n'


@pytest.fixture
def aged(desk: Desk) -> Desk:
    """Each 10, 100 and 400 days ago a result came, with its delivery; one delivery of long ago is unread."""
    file = Path("bridge.toml")
    file.write_text(file.read_text() + KEPT)
    desk.bridge.ledger.close()
    del desk.__dict__["bridge"]  # it is to be read again

    def unit(tx) -> None:
        for days in (10, 100, 400):
            receipt = events.Receipt("talentsprout", "acme", Received({}, b"{%d}" % days, NOW), (f"digest-{days}",))
            (stored,) = events.store(tx, [receipt])
            results.keep(tx, "acme", stored.event_id, a_result("i-1", session=f"session-{days}"))
            events.settle(tx, stored.event_id, EventState.READ, "It was read.")
            then = NOW - timedelta(days=days)
            tx.conn.execute(sa.update(event).where(event.c.id == stored.event_id).values(received_at=then))
            tx.conn.execute(sa.update(result).where(result.c.event_id == stored.event_id).values(received_at=then))
        unread = events.Receipt("talentsprout", "acme", Received({}, b"unread", NOW), ("digest-unread",))
        (stored,) = events.store(tx, [unread])
        old = sa.update(event).where(event.c.id == stored.event_id).values(received_at=NOW - timedelta(days=400))
        tx.conn.execute(old)

    desk.bridge.ledger.write(unit)
    return desk


def rows(desk: Desk) -> tuple[int, int, int]:
    """Results, bytes of deliveries, events."""
    with desk.bridge.ledger.engine.connect() as connection:
        return tuple(  # type: ignore[return-value]  # three
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (result, event_body, event)
        )


def test_a_dry_run_says_what_would_go_and_changes_nothing(aged: Desk) -> None:
    told = aged.told("retention", "run", "--dry-run")
    assert [(one["kind"], one["rows"]) for one in told["items"]] == [("results", 1), ("events", 2)]
    assert told["items"][0]["oldest"] < told["items"][0]["before"]
    assert rows(aged) == (3, 4, 4)


def test_what_is_older_goes_and_that_it_came_is_kept(aged: Desk) -> None:
    """An event that nobody has read yet is work, however old it is."""
    told = aged.told("retention", "run")

    assert [(one["kind"], one["rows"]) for one in told["items"]] == [("results", 1), ("events", 2)]
    assert rows(aged) == (2, 2, 4)
    entries = aged.bridge.ledger.read(lambda tx: audit.of(tx, "organization acme"))
    assert sorted((one.action, one.detail["kind"], one.detail["rows"]) for one in entries) == [
        ("retention", "events", 2),
        ("retention", "results", 1),
    ]
    assert aged.told("retention", "run")["items"] == []
    again = events.Receipt("talentsprout", "acme", Received({}, b"{400}", NOW), ("digest-400",))
    (stored,) = aged.bridge.ledger.write(lambda tx: events.store(tx, [again]))
    assert stored.duplicate


def test_a_worker_does_it_once_an_hour(aged: Desk) -> None:
    assert len(retaining.look_after(aged.bridge)) == 2
    assert retaining.look_after(aged.bridge) == []
    assert rows(aged) == (2, 2, 4)


def test_what_is_not_named_is_kept_for_ever(desk: Desk) -> None:
    assert desk.told("retention", "run")["items"] == []
