"""Every decision of a person leaves one row, in the transaction of its effect: without the row there is no effect."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.cli.desk import INTERVIEW, Desk
from worker.cli import opening
from worker.domain.request import State
from worker.ledger import events, organizations, requests, tables, tokens

LINK = f"https://www.talentsprout.ai/interview/{INTERVIEW}"
Words = tuple[str, ...]


def _cancelled(desk: Desk) -> str:
    request = desk.file().id
    desk.bridge.ledger.write(lambda tx: requests.move(tx, request, {State.WAITING}, State.CANCELLED))
    return request


def _event(desk: Desk) -> str:
    values = {"id": "01event", "source": "careers", "organization": "acme", "state": events.EventState.READ, "tries": 1}
    now = datetime(2026, 11, 24, tzinfo=UTC)
    row = tables.event.insert().values(**values, received_at=now, updated_at=now)
    desk.bridge.ledger.write(lambda tx: tx.conn.execute(row))
    return "01event"


def _token(desk: Desk) -> str:
    return desk.bridge.ledger.write(lambda tx: tokens.create(tx, "reports"))[0].id


def _pause(desk: Desk) -> str:
    desk.file()
    desk.bridge.ledger.write(lambda tx: organizations.hold(tx, "acme", "ada"))
    return "acme"


def _nothing(desk: Desk) -> str:
    desk.file()
    return "acme"


# What is there before, the command ({} is its id), and what the audit calls it.
DECISIONS: list[tuple[Callable[[Desk], str], Words, str]] = [
    (lambda desk: desk.unknown().id, ("requests", "adopt", "{}", LINK), "adopt"),
    (lambda desk: desk.file().id, ("requests", "cancel", "{}"), "cancel"),
    (_cancelled, ("requests", "retry", "{}"), "retry"),
    (_event, ("events", "replay", "{}"), "replay"),
    (_nothing, ("organizations", "pause", "{}"), "pause"),
    (_pause, ("organizations", "resume", "{}"), "resume"),
    (_nothing, ("token", "create"), "create token"),
    (_token, ("token", "revoke", "{}"), "revoke token"),
]


def dump(desk: Desk, *but: str) -> dict[str, list[object]]:
    tables_seen = [one for one in tables.METADATA.sorted_tables if one.name not in but]
    return {
        one.name: [
            tuple(row) for row in desk.bridge.ledger.read(lambda tx, one=one: tx.conn.execute(sa.select(one)).all())
        ]
        for one in tables_seen
    }


@pytest.mark.parametrize(("prepare", "words", "action"), DECISIONS, ids=[action for *_, action in DECISIONS])
def test_a_decision_and_its_row_in_the_audit_are_one(
    desk: Desk, prepare: Callable[[Desk], str], words: Words, action: str
) -> None:
    subject = prepare(desk)
    command = tuple(word.format(subject) for word in words)
    before = dump(desk)
    forbidden = "CREATE TRIGGER forbidden BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no audit'); END"
    desk.bridge.ledger.write(lambda tx: tx.conn.exec_driver_sql(forbidden))

    assert desk.run(*command).exit_code == 1
    assert dump(desk) == before, "it was done without being noted"

    desk.bridge.ledger.write(lambda tx: tx.conn.exec_driver_sql("DROP TRIGGER forbidden"))
    done = desk.run(*command)
    assert done.exit_code == 0, done.stderr
    (row,) = desk.bridge.ledger.read(lambda tx: tx.conn.execute(sa.select(tables.audit)).all())
    assert (row.action, row.actor) == (action, opening.person().name)
    assert row.subject == subject or action == "create token"
    assert dump(desk, "audit") != {name: rows for name, rows in before.items() if name != "audit"}
