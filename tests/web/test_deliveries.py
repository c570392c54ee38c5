"""Deliveries and targets, through the API and on their page."""

import pytest

from tests.web.houses import Api, House, form_token, problem
from worker.domain.delivery import Occurrence, Subjects
from worker.domain.message import Happened
from worker.ledger import announcing, targets


@pytest.fixture
def api(house: House) -> Api:
    """Of a house with a target that is to be told of one thing."""
    tell(house, "acme")
    return house.api()


def tell(house: House, organization: str) -> None:
    """After the first request, which brings the targets up to the configuration."""
    house.api().get("/targets")
    said = Occurrence(Happened.BATCH_FINISHED, organization, "a batch", "it is done", Subjects(batch="b"))
    wanted = [targets.Wanted("crm", organization, "webhook", [Happened.BATCH_FINISHED])]
    house.bridge.ledger.write(lambda tx: (targets.prepare(tx, wanted), announcing.announce(tx, said)))


def test_a_program_sees_what_waits_and_why(api: Api) -> None:
    (listed,) = api.get("/deliveries?state=waiting&target=crm&event=batch.finished").json["items"]
    assert (listed["target"], listed["event"], listed["state"], listed["tries"]) == (
        "crm",
        "batch.finished",
        "waiting",
        0,
    )
    assert listed["reason_code"] == "in_line"
    one = api.get(f"/deliveries/{listed['id']}").json
    assert one["try_list"] == []
    assert one.items() >= listed.items()
    assert api.get("/deliveries?state=delivered").json["items"] == []


def test_filters_that_nothing_can_fit_are_refused(api: Api) -> None:
    told = problem(api.get("/deliveries?target=crn&event=batch.finnished"))
    assert [one["field"] for one in told["faults"]] == ["target", "event"]
    assert 'Did you mean "crm"' in told["faults"][0]["expected"]
    assert api.get("/deliveries?state=sent").status_code == 422
    assert api.get("/deliveries/msg_nothing").status_code == 404


def test_a_program_pauses_a_target_resumes_it_and_sends_again(api: Api) -> None:
    told = api.post("/targets/crm/pause")
    assert (told.status_code, told.json["state"], told.json["paused_by"]) == (200, "paused", "ada")
    (waiting,) = api.get("/deliveries").json["items"]
    assert waiting["reason_code"] == "destination_paused"
    assert "crm is paused already. ada paused it at" in str(problem(api.post("/targets/crm/pause"))["detail"])
    assert [one["waiting"] for one in api.get("/targets").json["items"]] == [1]

    assert api.post("/targets/crm/resume").json["state"] == "ok"
    assert api.post("/targets/nobody/resume").status_code == 404
    again = api.post(f"/deliveries/{waiting['id']}/resend")
    assert (again.status_code, again.headers["Location"]) == (202, f"/api/v1/deliveries/{waiting['id']}")
    assert [one["action"] for one in again.json["decisions"]] == ["resend"]
    assert api.post("/deliveries/msg_nothing/resend").status_code == 404


def test_the_page_shows_targets_and_deliveries_and_its_buttons_decide(sandbox: House) -> None:
    tell(sandbox, "sandbox")
    client = sandbox.client()
    shown = client.get("/deliveries")
    assert "batch.finished" in shown.text
    token = form_token(shown)

    assert client.post("/targets/crm/pause", data={"form_token": token}).status_code == 303
    assert "crm was paused by" in client.get("/deliveries?state=waiting&target=crm").text
    assert "Targets that get nothing" in client.get("/").text
    assert client.post("/targets/crm/resume", data={"form_token": token}).status_code == 303
    assert "Targets that get nothing" not in client.get("/").text
    assert client.get("/deliveries?state=unheard").status_code == 404
