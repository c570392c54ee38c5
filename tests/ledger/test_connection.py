"""Units of work: all or nothing, again where the database asks for it, and by the database's own clock."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.stage import ACME, BOLT, Stage
from worker import clock
from worker.ledger import budgets, organizations, tables, tokens
from worker.ledger.connection import Ledger, LedgerFault, Tx
from worker.ledger.times import EPOCH, Instant, Span


def test_a_unit_that_fails_changes_nothing(ledger: Ledger) -> None:
    class Failed(Exception):
        pass

    def unit(tx: Tx) -> None:
        tokens.create(tx, "dashboard")
        raise Failed

    with pytest.raises(Failed):
        ledger.write(unit)

    assert ledger.read(tokens.all_tokens) == []


def test_two_units_whose_locks_cross_are_both_done(overlapping) -> None:
    """PostgreSQL ends one of them with 40P01, and it begins again."""
    bridge, other = overlapping(), overlapping()
    both_have_one = threading.Barrier(2)
    tries: list[str] = []

    def touch(tx: Tx, name: str, by: str) -> None:
        mine = tables.organization.c.name == name
        tx.conn.execute(sa.update(tables.organization).where(mine).values(pause_reason=by))

    def work(stage: Stage, first: str, second: str) -> None:
        def unit(tx: Tx) -> None:
            touch(tx, first, by=first)
            if first not in tries:
                tries.append(first)
                both_have_one.wait(20)
            else:
                tries.append(first)
            touch(tx, second, by=first)

        stage.ledger.write(unit)

    crossing = threading.Thread(target=work, args=(other, BOLT, ACME))
    crossing.start()
    work(bridge, ACME, BOLT)
    crossing.join(30)

    assert not crossing.is_alive()
    assert sorted(tries) in ([ACME, ACME, BOLT], [ACME, BOLT, BOLT])


def test_a_writer_waits_for_another_process_that_holds_the_file(tmp_path: Path, sqlite_ledgers) -> None:
    with sqlite_ledgers.lent() as ledger:
        path = ledger.url.removeprefix("sqlite:///")
        holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        writing = threading.Thread(target=lambda: ledger.write(lambda tx: tokens.create(tx, "dashboard")))
        writing.start()
        writing.join(0.2)
        assert writing.is_alive()

        holder.execute("COMMIT")
        writing.join(20)
        holder.close()

        assert [one.name for one in ledger.read(tokens.all_tokens)] == ["dashboard"]


def test_reading_does_not_wait_for_a_writer(ledger: Ledger) -> None:
    read: list[object] = []

    def unit(tx: Tx) -> None:
        tokens.create(tx, "dashboard")
        reading = threading.Thread(target=lambda: read.append(ledger.read(tokens.all_tokens)))
        reading.start()
        reading.join(20)

    ledger.write(unit)

    assert read == [[]], "and it sees what was committed before"


def test_a_ledger_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    away = Ledger(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")

    with pytest.raises(LedgerFault):
        away.read(lambda tx: tx.now())
    away.close()


def test_now_is_the_databases_time_in_utc(ledger: Ledger) -> None:
    before = clock.wall()
    now = ledger.read(lambda tx: tx.now())
    after = clock.wall()

    assert now.tzinfo is UTC
    assert before - timedelta(milliseconds=1) <= now <= after


def test_now_goes_on_within_a_transaction(ledger: Ledger) -> None:
    """Whoever waited for a lock must not look at the time of before."""

    def unit(tx: Tx) -> tuple[datetime, datetime]:
        first = tx.now()
        threading.Event().wait(0.01)
        return first, tx.now()

    first, second = ledger.write(unit)

    assert second > first


def test_preparing_an_organization_twice_keeps_what_is_known(bridge: Stage) -> None:
    bridge.file()
    held = bridge.claim()
    bridge.tell(organizations.prepare, ACME)
    bridge.tell(budgets.prepare, ACME, "ai", 20, timedelta(seconds=60))

    assert bridge.ask(budgets.view, ACME, "ai", bridge.clock.now).grid_at == held.slot_at


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_to_the_microsecond(moment: datetime) -> None:
    column = Instant()
    kept = column.process_bind_param(moment, None)

    assert column.process_result_value(kept, None) == moment
    assert kept == (moment - EPOCH) // timedelta(microseconds=1)


@given(st.timedeltas(timedelta(days=-1000), timedelta(days=1000)))
def test_a_span_comes_back_to_the_microsecond(span: timedelta) -> None:
    column = Span()

    assert column.process_result_value(column.process_bind_param(span, None), None) == span


def test_nothing_is_kept_as_nothing() -> None:
    for column in (Instant(), Span()):
        assert column.process_bind_param(None, None) is None
        assert column.process_result_value(None, None) is None
