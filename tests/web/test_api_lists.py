"""Lists of the API, what is behind them, and the document that describes it all."""

import json

import pytest

from tests.web.houses import A_TEXT, AN_ID, HOOK_TOKEN, Api, House, problem
from worker.events import reader
from worker.ledger import events

RESULT = {
    "event": "interview.completed",
    "data": {
        "interview": {"id": AN_ID, "title": "Night nurse"},
        "candidate": {"id": "c1", "fullName": "Ines Moreau", "email": "ines@example.org"},
        "session": {"id": "s1", "recordingUrl": "https://talentsprout.ai/media/recording/canary"},
        "scores": {"overall": 70},
        "transcript": [{"speaker": "agent", "text": "Hello"}],
    },
}


@pytest.fixture
def api(house: House) -> Api:
    return house.api()


def finish(house: House, **more: object) -> str:
    """A candidate's result, received and read."""
    answer = house.client().post(f"/webhooks/talentsprout/acme/{HOOK_TOKEN}", json=RESULT | more)
    event_id = str(answer.json["event_id"])
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    return event_id


def pages(api: Api, path: str) -> list[list[str]]:
    """The ids of every page."""
    found, cursor = [], ""
    while True:
        told = api.get(f"{path}&cursor={cursor}" if cursor else path).json
        found.append([item["id"] for item in told["items"]])
        if told["next"] is None:
            return found
        cursor = told["next"]


def test_requests_are_listed_newest_first_page_by_page(api: Api) -> None:
    filed = [api.file(f"{A_TEXT} {number}") for number in range(5)]
    assert pages(api, "/requests?limit=2") == [[filed[4], filed[3]], [filed[2], filed[1]], [filed[0]]]


def test_open_jobs_are_listed_with_their_links_and_each_sources_totals(house: House, api: Api) -> None:
    post = {"id": 7, "job_id": 9, "title": "Night nurse", "content": A_TEXT, "live": True}
    body = json.dumps({"action": "job_post_created", "payload": post}).encode()
    event_id = str(house.deliver("careers", body).json["event_id"])
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    told = api.get("/coverage").json
    (job,) = told["items"]
    assert (job["source"], job["job_id"], job["title"], job["link"]) == ("careers", "7", "Night nurse", "on_its_way")
    assert job["share_link"] is None
    assert job["reason"].startswith("Open for ")
    assert [(one["source"], one["open"]) for one in told["sources"]] == [("careers", 1), ("forms", 0), ("signed", 0)]
    assert api.get("/coverage?source=forms&link=missing").json["items"] == []
    assert api.get("/coverage?source=nobody").status_code == 422
    assert api.get("/coverage?link=lost").status_code == 422
    assert api.get("/coverage?cursor=nothing").status_code == 422


def test_a_filter_narrows_the_list(api: Api) -> None:
    kept, gone = api.file(), api.file(A_TEXT + " 2")
    other = api.file(organization="silent")
    api.post(f"/requests/{gone}/cancel")

    assert pages(api, "/requests?state=cancelled") == [[gone]]
    assert pages(api, "/requests?state=waiting&organization=acme") == [[kept]]
    assert pages(api, "/requests?organization=silent") == [[other]]
    assert pages(api, "/requests?source=careers") == [[]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=wating", "state"),
        ("organization=nobody", "organization"),
        ("source=nobody", "source"),
        ("batch=nobody", "batch"),
        ("batch=%00", "batch"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("cursor=%00", "cursor"),
        ("stat=held", "stat"),
    ],
)
def test_a_filter_that_nothing_can_match_is_refused(api: Api, query: str, field: str) -> None:
    answer = api.get(f"/requests?{query}")
    assert answer.status_code == 422
    assert [one["field"] for one in problem(answer)["faults"]] == [field]  # type: ignore[attr-defined]  # a list


@pytest.mark.parametrize("noun", ["requests", "events", "interviews", "results"])
def test_a_cursor_that_no_page_ended_with_is_refused_and_not_an_empty_list(api: Api, noun: str) -> None:
    answer = api.get(f"/{noun}?cursor=01zzzzzzzzzzzzzzzzzz")
    assert answer.status_code == 422
    assert [one["field"] for one in problem(answer)["faults"]] == ["cursor"]  # type: ignore[attr-defined]  # a list


@pytest.mark.parametrize(
    "path", ["/events?state=waiting", "/events?batch=x", "/interviews?state=x", "/results?state=held"]
)
def test_filters_of_other_lists_are_refused_too(api: Api, path: str) -> None:
    assert api.get(path).status_code == 422


def test_a_misspelt_filter_is_told_what_was_probably_meant(api: Api) -> None:
    (fault,) = problem(api.get("/requests?state=wating"))["faults"]  # type: ignore[misc,attr-defined]  # a list
    assert 'Did you mean "waiting"?' in fault["expected"]


def test_events_are_listed_and_read_again_on_demand(house: House, api: Api) -> None:
    event_id = house.deliver("careers", b'{"action": "what", "payload": {}}').json["event_id"]
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    (listed,) = api.get("/events?source=careers&state=ignored").json["items"]
    assert listed == api.get(f"/events/{event_id}").json
    assert list(listed) == ["id", "source", "state", "reason", "received_at"]

    answer = api.post(f"/events/{event_id}/replay")

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/events/{event_id}"
    assert answer.json["state"] == "stored"
    assert house.write(lambda tx: events.unread(tx, 10)) == [event_id]
    assert api.post("/events/nobody/replay").status_code == 404


def test_an_interview_is_shown_as_talentsprout_gave_it(house: House, api: Api) -> None:
    house.interview()

    told = api.get(f"/interviews/{AN_ID}").json

    assert (told["id"], told["title"], told["passing_score"], told["origin"]) == (AN_ID, "Night nurse", 70, "created")
    assert told["request_id"] is None
    assert api.get("/interviews").json == {"items": [told], "next": None}
    assert api.get("/interviews?organization=silent").json["items"] == []


def test_interviews_are_listed_page_by_page(house: House, api: Api) -> None:
    for number in range(3):
        house.interview(interview_id=f"interview-{number}")
    assert pages(api, "/interviews?limit=2") == [["interview-2", "interview-1"], ["interview-0"]]


def test_results_are_listed_without_what_opens_without_a_login(house: House, api: Api) -> None:
    house.interview()
    finish(house)

    listed = api.get("/results?state=matched")
    (item,) = listed.json["items"]

    assert (item["score"], item["passed"], item["test"], item["state"]) == (70, True, False, "matched")
    assert item["candidate"]["name"] == "Ines Moreau"
    assert "canary" not in listed.text
    told = api.get(f"/results/{item['id']}").json
    assert told["recording_url"].endswith("canary")
    assert told["transcript"] == RESULT["data"]["transcript"]  # type: ignore[index]  # a dict


def test_a_result_of_an_interview_that_nobody_knows_is_unmatched(house: House, api: Api) -> None:
    finish(house)
    (item,) = api.get("/results?state=unmatched").json["items"]
    assert (item["interview_id"], item["passed"]) == (None, None)
    assert api.get("/results?state=matched").json["items"] == []


def test_budgets_are_told_for_every_organization_and_tier(api: Api) -> None:
    api.file()
    told = api.get("/budgets").json
    found = {(one["organization"], one["tier"]): one for one in told["items"]}
    assert set(found) == {("acme", "ai"), ("acme", "default"), ("silent", "ai"), ("silent", "default")}
    assert (found["acme", "ai"]["limit"], found["acme", "ai"]["waiting"]) == (20, 1)
    assert told["next"] is None


def test_the_document_describes_every_route_of_the_api(house: House, api: Api) -> None:
    told = api.get("/openapi.json").json

    assert told["openapi"].startswith("3.1")
    described = {
        (method.upper(), path)
        for path, operations in told["paths"].items()
        for method in operations
        if method != "parameters"
    }
    served = {
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in house.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert described == served
    references = set(json.dumps(told).split('"#/components/schemas/')[1:])
    assert {one.partition('"')[0] for one in references} <= set(told["components"]["schemas"])
    assert all(operation["security"] for operations in told["paths"].values() for operation in operations.values())
    options = told["components"]["schemas"]["Options"]["properties"]
    assert {"title", "voice", "passing_score"} <= set(options)


def test_the_document_names_every_success_and_what_a_batch_is_handed_in_as(house: House) -> None:
    api = house.api()
    paths = api.get("/openapi.json").json["paths"]
    filing, batch = paths["/api/v1/requests"]["post"], paths["/api/v1/batches"]["post"]
    wanted = {"organization": "acme", "job_description": A_TEXT, "dedup_id": "mine"}
    rows = {"rows": [{"job_description": A_TEXT}], "organization": "acme"}

    answered = [api.post("/requests", wanted).status_code for _ in range(2)]
    handed_in = [api.post(f"/batches{query}", rows).status_code for query in ("?dry_run=true", "")]

    assert {str(one) for one in answered} == {one for one in filing["responses"] if one < "300"} == {"200", "201"}
    assert {str(one) for one in handed_in} == {one for one in batch["responses"] if one < "300"} == {"200", "202"}
    body = batch["requestBody"]["content"]
    assert set(body["application/json"]["schema"]["properties"]) >= set(rows)
    assert "file" in body["multipart/form-data"]["schema"]["properties"]
    file = paths["/api/v1/batches/{batch_id}/results"]["get"]["responses"]["200"]["content"]
    batch_id = api.get("/batches").json["items"][0]["id"]
    told = api.get(f"/batches/{batch_id}/results")
    assert (told.mimetype in file, told.content_type) == (True, "text/csv; charset=utf-8")


def test_the_document_is_open_on_loopback_only(house: House, sandbox: House) -> None:
    assert sandbox.client().get("/api/v1/openapi.json").status_code == 200
    assert house.client().get("/api/v1/openapi.json").status_code == 401
