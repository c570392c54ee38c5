"""Pause and resume, from the API and from the first page."""

import pytest

from tests.web.houses import Api, House, form_token, problem
from tests.web.test_pages import at_work, file, text_of, today


@pytest.fixture
def api(house: House) -> Api:
    return house.api()


def test_a_program_pauses_and_resumes(house: House, api: Api) -> None:
    api.file()
    told = api.post("/organizations/acme/pause")
    assert told.status_code == 200
    assert (told.json["paused"], told.json["paused_by"], told.json["waiting"]) == (True, "ada", 1)
    assert told.json["reason_code"] == "paused"
    assert {one["paused"] for one in api.get("/budgets").json["items"] if one["organization"] == "acme"} <= {True}
    listed = api.get("/organizations").json
    assert [(one["name"], one["paused"]) for one in listed["items"]] == [("acme", True), ("silent", False)]
    assert (
        'sprout_organization_paused{organization="acme"} 1.0'
        in house.client().get("/metrics", headers=api.headers).text
    )

    assert api.post("/organizations/acme/resume").json["paused"] is False


def test_the_second_of_two_gets_a_conflict_with_what_the_first_did(api: Api) -> None:
    api.post("/organizations/acme/pause")

    told = problem(api.post("/organizations/acme/pause"))

    assert (told["status"], told["type"]) == (409, "/problems/conflict")
    assert "acme is paused already. ada paused it at" in str(told["detail"])


def test_an_organization_that_is_not_configured_is_not_found(api: Api) -> None:
    assert api.post("/organizations/nobody/pause").status_code == 404
    assert api.post("/organizations/nobody/resume").status_code == 404


def test_receipts_go_on_while_it_is_paused(house: House, api: Api) -> None:
    api.post("/organizations/acme/pause")

    assert house.deliver("careers", b'{"action": "ping", "payload": {}}').status_code == 200
    assert api.file()


def test_a_person_pauses_with_one_button_and_resumes_with_another(sandbox: House) -> None:
    file(sandbox)
    at_work(sandbox)
    client = sandbox.client()
    token = form_token(client.get(f"/requests/{sandbox.api().get('/requests').json['items'][0]['id']}"))

    assert client.post("/organizations/sandbox/pause", data={"form_token": token}).status_code == 303
    text = today(sandbox)
    assert "Paused by" in text
    assert "sprout organizations resume sandbox" in text
    assert "Resume sending" in text

    page = client.post("/organizations/sandbox/pause", data={"form_token": token}, headers={"Accept": "text/html"})
    assert page.status_code == 409
    assert "is paused already" in text_of(page)

    assert client.post("/organizations/sandbox/resume", data={"form_token": token}).status_code == 303
    assert "Paused by" not in today(sandbox)


def test_a_form_from_elsewhere_pauses_nothing(sandbox: House) -> None:
    assert sandbox.client().post("/organizations/sandbox/pause").status_code == 403
    assert sandbox.count("audit") == 0
