"""From the schema before anything was sealed, with rows in it: nothing is lost, and nothing stays in clear."""

import hashlib
import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic import command

from tests.keys import KEYS
from tests.ledger.completions import a_result
from tests.servers import PostgresServer
from worker.ledger import blinding, events, resealing, results, schema
from worker.ledger.connection import Ledger, Tx
from worker.ledger.results import Kept
from worker.ledger.tables import result

BEFORE = "0009"
MANY = 1200  # more than go at once


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path) -> Iterator[Ledger]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'bridge.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.create_database()
    ledger = Ledger(url, keys=KEYS)

    def unit(tx: Tx) -> None:
        settings = schema._config()
        settings.attributes["connection"] = tx.conn
        command.upgrade(settings, BEFORE)

    ledger.write(unit)
    yield ledger
    ledger.close()
    if request.param == "postgres":
        server.drop_database(url)


def digest_of_before(arrived: results.CandidateResult) -> str:
    person = arrived.candidate
    said = [arrived.foreign_ids[:1], person.id, person.name, person.email, arrived.score, arrived.test]
    return hashlib.sha256(json.dumps([*said, json.dumps(arrived.transcript)], sort_keys=True).encode()).hexdigest()


def fill(ledger: Ledger) -> None:
    of_result = (
        "INSERT INTO result (id, organization, event, session_id, event_id, candidate_id, candidate_name, candidate_email,"
        " external_id, score, test, transcript, digest, contradicted, received_at) VALUES (:id, 'acme', 'interview.completed',"
        " :session, 'e1', 'candidate-1', 'Ada', 'Ada@example.com', NULL, 81.0, :no, :transcript, :digest, :no, 1)"
    )
    rows = [
        {
            "id": f"r{number:05}",
            "session": f"session-{number}",
            "no": False,
            "transcript": json.dumps([{"speaker": "candidate"}]),
            "digest": digest_of_before(a_result("i-1", session=f"session-{number}")),
        }
        for number in range(MANY)
    ]

    def unit(tx: Tx) -> None:
        tx.conn.execute(sa.text(of_result), rows)
        tx.conn.exec_driver_sql(
            "INSERT INTO event (id, source, organization, state, tries, received_at, updated_at)"
            " VALUES ('e1', 'talentsprout', 'acme', 'read', 1, 1, 1)"
        )
        kept = {"body": b'{"candidate": "Ada"}', "headers": '{"x-name": "Ada"}'}
        tx.conn.execute(
            sa.text("INSERT INTO event_body (event_id, headers, body) VALUES ('e1', :headers, :body)"), kept
        )

    ledger.write(unit)


def stored(ledger: Ledger) -> str:
    """Everything in two tables, as it lies there."""
    with ledger.engine.connect() as connection:
        rows = [
            *connection.exec_driver_sql("SELECT * FROM result"),
            *connection.exec_driver_sql("SELECT * FROM event_body"),
        ]
    return repr([tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in rows])


def test_s33_rows_of_before_are_sealed_and_nothing_is_lost(old: Ledger) -> None:
    fill(old)

    assert schema.upgrade(old) == (BEFORE, schema.head())

    sessions = old.read(
        lambda tx: tx.conn.execute(sa.select(result.c.session_id).order_by(result.c.id)).scalars().all()
    )
    assert sessions == [f"session-{number}" for number in range(MANY)]
    assert old.read(lambda tx: events.received(tx, "e1")).body == b'{"candidate": "Ada"}'
    assert "session-7'" not in stored(old)
    assert "Ada@" not in stored(old)

    while old.write(resealing.reseal):  # as the sweep does
        pass

    assert '"Ada"' not in stored(old)  # with its quotes: three letters meet by chance
    assert old.read(lambda tx: events.received(tx, "e1")).headers == {"x-name": "Ada"}
    assert old.read(resealing.left) == 0


def test_what_was_stored_before_is_a_repeat_and_is_found(old: Ledger) -> None:
    fill(old)
    schema.upgrade(old)

    same, other = a_result("i-1", session="session-7"), a_result("i-1", session="session-8", score=3.0)

    said = old.write(lambda tx: [results.keep(tx, "acme", "e2", one) for one in (same, other)])
    assert said[1] is Kept.CONTRADICTED
    assert said[0] is Kept.REPEATED
    blinds = old.read(blinding.of)
    count = (
        sa.select(sa.func.count()).select_from(result).where(result.c.email_index == blinds.email("ada@example.com"))
    )
    assert old.read(lambda tx: tx.conn.execute(count).scalar_one()) == MANY


def test_an_empty_ledger_of_before_needs_no_key(old: Ledger) -> None:
    old.close()
    bare = Ledger(old.url)
    try:
        assert schema.upgrade(bare) == (BEFORE, schema.head())
    finally:
        bare.close()
