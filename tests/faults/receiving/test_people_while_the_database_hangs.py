"""The database hangs while people and programs ask: they wait, deliveries don't."""

import json
import threading
from pathlib import Path

import pytest

from tests.faults.receiving.webs import Reply, migrated, web_on
from tests.servers import postgres
from web.serving import THREADS
from worker.ledger import tokens

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_f05_who_asks_for_lists_while_the_database_hangs_takes_no_thread_from_deliveries(tmp_path: Path) -> None:
    """More API calls than threads wait for PostgreSQL under SIGSTOP: deliveries and probes are answered all the same."""
    with postgres() as server, web_on(tmp_path / "web", migrated(server.create_database())) as web:
        web.start()
        token = web.bridge.ledger.write(lambda tx: tokens.create(tx, "ada"))[1]
        asking = {"Authorization": f"Bearer {token}"}
        assert web.get("/api/v1/requests", asking).status == 200
        assert web.deliver("careers", b"{}", "0").accepted
        server.pause()
        try:
            askers = [threading.Thread(target=web.get, args=("/api/v1/requests", asking)) for _ in range(2 * THREADS)]
            for asker in askers:
                asker.start()
            askers[-1].join(1)  # time for all of them to hang, or to be turned away
            replies: list[Reply] = [web.deliver("careers", json.dumps({"n": n}).encode(), f"n{n}") for n in range(4)]
            health = web.get("/healthz")
        finally:
            server.resume()
        for asker in askers:
            asker.join()
        assert [reply.status for reply in replies] == [200] * 4
        assert health.status == 200
