"""The database hangs while people and programs ask: they wait, deliveries don't."""

import threading
from pathlib import Path

import pytest

from tests.faults.receiving.webs import Reply, Web, migrated, web_on
from tests.servers import postgres
from web.serving import THREADS
from worker.ledger import tokens

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
STRICTEST_SENDER_SECONDS = 3.0


def send(web: Web, number: int) -> Reply:
    return web.deliver("careers", b"[%d]" % number, f"number-{number}", patience=STRICTEST_SENDER_SECONDS)


@pytest.mark.xfail(
    strict=True, reason="who asks for lists may hold every thread until the database's time-outs end the wait"
)
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
            health = web.get("/healthz", patience=STRICTEST_SENDER_SECONDS)
            replies = [send(web, number) for number in range(4)]
        finally:
            server.resume()
        for asker in askers:
            asker.join()
        assert [reply.status for reply in replies] == [200] * 4
        assert health.status == 200
