"""The database hangs while people and programs ask: they wait or are turned away, deliveries are not."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.receiving.webs import Reply, Web, migrated, sqlite_in, together, web_on
from tests.servers import postgres
from web.lanes import PEOPLES_THREADS, QUICK_THREADS, SEATS
from worker.ledger import tokens

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
STRICTEST_SENDER_SECONDS = 3.0
LISTS = "/api/v1/requests"


def send(web: Web, number: int) -> Reply:
    return web.deliver("careers", b"[%d]" % number, f"number-{number}", patience=STRICTEST_SENDER_SECONDS)


def asking(web: Web) -> dict[str, str]:
    return {"Authorization": f"Bearer {web.bridge.ledger.write(lambda tx: tokens.create(tx, 'ada'))[1]}"}


def test_f05_who_asks_for_lists_while_the_database_hangs_takes_no_thread_from_deliveries(tmp_path: Path) -> None:
    """More API calls than threads wait for PostgreSQL under SIGSTOP: deliveries and probes are answered all the same."""
    with postgres() as server, web_on(tmp_path / "web", migrated(server.create_database())) as web:
        web.start()
        headers = asking(web)
        assert web.get(LISTS, headers).status == 200
        assert web.deliver("careers", b"{}", "0").accepted
        server.pause()
        with ThreadPoolExecutor(2 * (QUICK_THREADS + PEOPLES_THREADS)) as pool:
            askers = [pool.submit(web.get, LISTS, headers) for _ in range(2 * (QUICK_THREADS + PEOPLES_THREADS))]
            try:
                web.until(lambda: sum(one.done() for one in askers) == len(askers) - SEATS, "the others are told")
                turned_away = [one.result() for one in askers if one.done()]
                health = web.get("/healthz", patience=STRICTEST_SENDER_SECONDS)
                replies = [send(web, number) for number in range(4)]
            finally:
                server.resume()
        assert [reply.status for reply in replies] == [200] * 4
        assert health.status == 200
        assert {(one.status, int(one.headers["Retry-After"]) > 0) for one in turned_away} == {(503, True)}
        assert {one.result().status for one in askers} == {200, 503}


def test_f05_a_crowd_that_asks_at_once_is_served_while_nothing_hangs(tmp_path: Path) -> None:
    """Ten times as many API calls at once as there are seats: all of them get their list."""
    with web_on(tmp_path / "web", sqlite_in(tmp_path)) as web:
        web.start()
        headers = asking(web)
        assert {one.status for one in together(10 * SEATS, lambda _: web.get(LISTS, headers))} == {200}
