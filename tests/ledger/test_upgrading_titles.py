"""From the schema before interviews had titles to be found by: what waited for its interview is linked all the same."""

from collections.abc import Iterator

import pytest
from alembic import command

from tests.keys import KEYS
from tests.servers import PostgresServer
from worker.ledger import late_matches, listing, schema
from worker.ledger.connection import Ledger, Tx
from worker.policy.matching import Match

FILLED = (
    (
        "INSERT INTO interview (id, organization, share_link, origin, raw, stored_at) VALUES ('i-1', 'acme', 'https://x/i-1',"
        """ 'created', '{"title": "Barista", "company_name": "Harbour"}', 1000)"""
    ),
    (
        "INSERT INTO result (id, organization, event, session_index, event_id, title, company, test, digest, contradicted,"
        " received_at) VALUES ('r-1', 'acme', 'interview.completed', 's', 'e', 'barista', 'Harbour', false, '', false, 2000)"
    ),
    "INSERT INTO result_name (organization, foreign_id, result_id) VALUES ('acme', 'c4xk9q2w', 'r-1')",
)


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path) -> Iterator[Ledger]:
    server: PostgresServer | None = None
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
    ledger = Ledger(server.create_database() if server else f"sqlite:///{tmp_path / 'bridge.db'}", keys=KEYS)
    yield ledger
    ledger.close()
    if server:
        server.drop_database(ledger.url)


def test_what_waits_is_linked_by_title_after_the_upgrade(old: Ledger) -> None:
    def before(tx: Tx) -> None:
        settings = schema._config()
        settings.attributes["connection"] = tx.conn
        command.upgrade(settings, "0015")
        for statement in FILLED:
            tx.conn.exec_driver_sql(statement)

    old.write(before)
    schema.upgrade(old)

    assert old.write(late_matches.link) == 1

    (found,) = old.read(lambda tx: listing.results_page(tx, listing.Filters(), 9, None)).items
    assert (found.interview_id, found.matched_by) == ("i-1", Match.TITLE)
