"""With real servers: PostgreSQL, which refuses what SQLite takes, and a broker that answers."""

from pathlib import Path

import pytest

from tests.servers import PostgresServer, valkey
from tests.web.houses import A_TEXT, AN_ID, TWO_ORGANIZATIONS, UNREACHABLE, Api, House, assembled, make_house
from web.app import create_app
from worker import clock
from worker.ledger import schema


@pytest.fixture
def house(tmp_path: Path, postgres_server: PostgresServer) -> House:
    url = postgres_server.create_database()
    bridge = assembled(tmp_path, TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\ndatabase_url = "{url}"'))
    schema.upgrade(bridge.ledger)
    return House(bridge, create_app(bridge), clock.wall, tmp_path)  # type: ignore[arg-type]  # nobody moves this clock


@pytest.fixture
def api(house: House) -> Api:
    return house.api()


def test_deliveries_requests_and_pages_work(house: House, api: Api) -> None:
    first, again = house.deliver("careers", b'{"a": "\\u0000"}'), house.deliver("careers", b'{"a": "\\u0000"}')
    assert (first.status_code, again.json) == (200, {"event_id": first.json["event_id"], "duplicate": True})

    request_id = api.file()
    house.unknown(request_id)
    link = {"share_link": f"https://www.talentsprout.ai/interview/{AN_ID}"}
    assert api.post(f"/requests/{request_id}/adopt", link).json["state"] == "created"
    for path in ("/requests", f"/requests/{request_id}", "/events", "/interviews", "/results", "/budgets"):
        assert api.get(path).status_code == 200
    assert house.client().get("/readyz").json["database"] == "ok"


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ff", "x" * 300, "';--"])
def test_what_the_database_refuses_to_look_for_is_not_found(api: Api, name: str) -> None:
    for noun in ("requests", "events", "interviews", "results"):
        assert api.get(f"/{noun}/{name}").status_code == 404
    assert api.post(f"/requests/{name}/cancel").status_code == 404
    assert api.post(f"/events/{name}/replay").status_code == 404
    assert api.get(f"/requests?batch={name}").status_code == 422


def test_a_text_that_the_database_refuses_is_cleaned_before_it_is_filed(api: Api) -> None:
    body = (
        b'{"organization": "acme", "options": {"title": "\\u0000x"}, "job_description": "\\u0000%s"}' % A_TEXT.encode()
    )
    assert api.raw("/requests", body).status_code == 201


def test_a_database_that_stops_is_said_and_comes_back(house: House, api: Api, postgres_server: PostgresServer) -> None:
    assert api.get("/requests").status_code == 200
    postgres_server.kill()
    refused, ready, spooled = api.get("/requests"), house.client().get("/readyz"), house.deliver("careers", b"{}")
    postgres_server.restart()

    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
    assert (ready.status_code, ready.json["spooling"], spooled.status_code) == (200, True, 200)
    house.until(lambda: house.count("event") == 1)
    assert house.deliver("careers", b"{}").json == {"event_id": spooled.json["event_id"], "duplicate": True}


def test_whoever_is_told_of_work_is_told_after_it_is_there(tmp_path: Path) -> None:
    """Hints wait in order, so that a probe which finds the broker well was preceded by them."""
    with valkey() as server:
        house = make_house(tmp_path, TWO_ORGANIZATIONS.replace(UNREACHABLE, server.url))
        house.deliver("careers", b"{}")
        house.deliver("careers", b"{}")
        house.api().file()
        assert house.client().get("/readyz").json["broker"] == "ok"
        with server.client() as client:
            assert client.llen("sprout:live") == 3  # one read, one pump, and the probe's own
