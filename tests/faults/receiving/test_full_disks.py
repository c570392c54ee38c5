"""Nothing takes what comes: a database, a log or a disk that is full costs no acknowledged delivery, and no process its life."""

import resource
import sqlite3
from pathlib import Path

import pytest

from tests.faults.receiving.webs import Web, assert_kept_or_refused, numbered, prepare, send, sqlite_in, web_on
from tests.web.houses import TWO_ORGANIZATIONS, block_spool, make_house

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_f10_a_full_database_acknowledges_nothing_lives_on_and_resumes(tmp_path: Path) -> None:
    """`max_page_count` is reached and nothing can be spooled: 503; when space returns, all is as before."""
    house = make_house(tmp_path, TWO_ORGANIZATIONS)
    block_spool(house.bridge)
    assert house.deliver("careers", numbered(0)).status_code == 200
    engine = house.bridge.ledger.engine
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute(f"PRAGMA max_page_count = {raw.execute('PRAGMA page_count').fetchone()[0]}")
    large, headers = b'{"x": "' + b"y" * 200_000 + b'"}', {"Greenhouse-Event-ID": "large"}

    full = house.deliver("careers", large, **headers)
    alive = house.client().get("/healthz").status_code

    assert (full.status_code, alive) == (503, 200)
    assert int(full.headers["Retry-After"]) > 0
    assert house.count("event") == 1
    engine.dispose()  # fresh connections have no such limit
    house.until(lambda: house.deliver("careers", large, **headers).status_code == 200)
    assert house.count("event") == 2
    house.bridge.ledger.close()


def test_f10_a_log_that_can_not_be_written_fails_no_request(web: Web) -> None:
    """The log is /dev/full: deliveries, forgeries and probes are answered as ever."""
    web.start(log=Path("/dev/full"))
    try:
        assert send(web, 1).status == 200
        assert web.post("/webhooks/careers", numbered(2), {"Content-Type": "application/json"}).status == 401
        assert web.get("/healthz").status == 200
        assert list(web.stored().values()) == [numbered(1)]
    finally:
        web.stop()
        web.program = None  # its log can't be read


def test_f10_a_disk_that_takes_nothing_more_acknowledges_nothing_and_the_process_lives_on(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stops database and spool alike: 503; the process lives, and resumes when space returns."""
    with web_on(tmp_path / "web", sqlite_in(tmp_path)) as web:
        prepare(web, spooling=True)
        assert web.program is not None
        limit = resource.prlimit(web.program.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        full = send(web, 1)
        assert web.get("/healthz").status == 200
        resource.prlimit(web.program.pid, resource.RLIMIT_FSIZE, limit)

        assert full.status == 503
        assert_kept_or_refused(web, {numbered(1): full})
        web.until(lambda: send(web, 1).status == 200, "it stores again")
        web.until(lambda: len(web.stored()) == 2, "both are kept, once each")
