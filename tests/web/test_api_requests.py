"""The API for requests: filing, and what a person decides."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.web.houses import A_TEXT, AN_ID, TWO_ORGANIZATIONS, Api, House, make_house, problem
from worker.domain.request import Because, Code, Content, State
from worker.ledger import audit, requests
from worker.ledger.connection import Tx

LINK = f"https://www.talentsprout.ai/interview/{AN_ID}"
SHOWN = [
    "id",
    "dedup_id",
    "organization",
    "source",
    "batch",
    "job_id",
    "title",
    "state",
    "reason",
    "reason_code",
    "eta",
    "attempts",
    "label",
    "interview_id",
    "share_link",
    "created_at",
    "updated_at",
    "rule",
    "posting_open",
    "closed_at",
]


@pytest.fixture
def api(house: House) -> Api:
    return house.api()


def faults(answer: object) -> dict[str, tuple[str, str | None]]:
    told = problem(answer)  # type: ignore[arg-type]  # a TestResponse
    assert told["status"] == 422
    return {one["field"]: (one["problem"], one["expected"]) for one in told["faults"]}  # type: ignore[attr-defined]  # a list


def test_what_is_filed_is_answered_with_201_and_its_address(api: Api) -> None:
    answer = api.post("/requests", {"organization": "acme", "job_description": A_TEXT, "options": {"voice": "sage"}})

    assert answer.status_code == 201
    assert list(answer.json) == SHOWN
    assert answer.json["state"] == "waiting"
    assert answer.headers["Location"] == f"/api/v1/requests/{answer.json['id']}"
    assert api.get(answer.headers["Location"].removeprefix("/api/v1")).json["id"] == answer.json["id"]


@pytest.mark.parametrize("more", [{}, {"dedup_id": "job-7"}])
def test_the_same_request_filed_again_is_the_same_request(api: Api, more: dict[str, str]) -> None:
    body = {"organization": "acme", "job_description": A_TEXT} | more
    first, again = api.post("/requests", body), api.post("/requests", body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["id"] == first.json["id"]
    assert first.json["dedup_id"] == more.get("dedup_id", first.json["dedup_id"])


def test_an_id_that_stands_for_something_else_is_a_conflict_that_names_it(house: House, api: Api) -> None:
    first = api.post("/requests", {"organization": "acme", "job_description": A_TEXT, "dedup_id": "job-7"}).json
    before = house.dump()

    answer = api.post("/requests", {"organization": "acme", "job_description": A_TEXT + " Days.", "dedup_id": "job-7"})

    told = problem(answer)
    assert answer.status_code == 409
    assert told["request_id"] == first["id"]
    assert first["label"] in str(told["detail"])
    assert house.dump() == before


def test_markup_is_read_before_it_is_measured(api: Api) -> None:
    markup = "<p>" + "<b></b>" * 30 + "Too short.</p>"
    answer = api.post("/requests", {"organization": "acme", "job_description": markup})
    assert faults(answer)["job_description"][0] == "The description has 10 characters; TalentSprout needs 50"


def test_everything_that_could_have_been_seen_beforehand_is_told_at_once_and_not_filed(house: House, api: Api) -> None:
    body = {
        "organization": "amce",
        "job_description": "short",
        "options": {"title": "Nurse"},
    }
    found = faults(api.post("/requests", body))
    assert set(found) == {"organization", "job_description"}
    assert 'Did you mean "acme"?' in str(found["organization"][1])

    body = {
        "organisation": "acme",
        "job_description": A_TEXT,
        "dedup_id": "",
        "kind": "generated",
        "options": {
            "voice": "aloy",
            "passing_score": 101,
            "pasing_score": 1,
            "questions": [{"question": 3}],
            "languages": ["english"],
        },
    }
    found = faults(api.post("/requests", body))
    assert found["organisation"] == ('is not a known field; did you mean "organization"?', None)
    assert found["options.pasing_score"] == ('is not a known field; did you mean "passing_score"?', None)
    assert found["options.voice"][0] == '"aloy" is not a choice; did you mean "alloy"?'
    assert found["options.passing_score"] == ("101 is out of range", "a number from 0 to 100")
    assert found["options.questions[0].question"] == ("3 is not text", "the text of the question")
    assert found["options.languages[0]"][0] == '"english" is not a language code'
    assert found["kind"][0].startswith('"generated" is not a choice')
    assert found["dedup_id"][0] == "is empty"
    assert house.count("request") == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "job_description"),
        ({"job_description": 3}, "job_description"),
        ({"job_description": None}, "job_description"),
        ({"job_description": A_TEXT, "options": []}, "options"),
        ({"job_description": A_TEXT, "options": {"require_video": "yes"}}, "options.require_video"),
        ({"job_description": A_TEXT, "options": {"duration": 0}}, "options.duration"),
        ({"job_description": A_TEXT, "options": {"template_id": "x"}}, "options.template_id"),
        ({"job_description": A_TEXT, "dedup_id": "x" * 256}, "dedup_id"),
        ({"job_description": A_TEXT, "dedup_id": 7}, "dedup_id"),
        ({"job_description": A_TEXT, "dedup_id": "a\x00b"}, "dedup_id"),
        ({"job_description": A_TEXT, "dedup_id": "a\ud800b"}, "dedup_id"),
        ({"job_description": A_TEXT, "options": {"title": "\u200b"}}, "options.title"),
        ({"job_description": A_TEXT, "options": {"title": ""}}, "options.title"),
        ({"job_description": A_TEXT, "options": None}, "options"),
        ({"kind": "create"}, "options.title"),
        ({"kind": "create", "options": {"title": "Nurse"}}, "options.questions"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field(house: House, api: Api, body: dict[str, object], field: str) -> None:
    assert field in faults(api.post("/requests", {"organization": "acme"} | body))
    assert house.count("request") == 0


def test_an_interview_of_ones_own_needs_a_title_and_questions_or_a_template(api: Api) -> None:
    questions = {"title": "Nurse", "questions": [{"question": "Why nights?"}]}
    template = {"title": "Nurse", "template_id": "5a3b1e00-0000-4000-8000-000000000001"}
    for options in (questions, template):
        answer = api.post("/requests", {"organization": "acme", "kind": "create", "options": options})
        assert (answer.status_code, answer.json["title"]) == (201, "Nurse")


def test_the_only_organization_needs_no_name_and_one_of_several_does(tmp_path: Path, api: Api) -> None:
    found = faults(api.post("/requests", {"job_description": A_TEXT}))
    assert found["organization"] == ("there are several organizations and none is named", '"acme" or "silent"')

    (tmp_path / "other").mkdir()
    lone = TWO_ORGANIZATIONS.partition("[organizations.silent]")[0]
    other = make_house(tmp_path / "other", lone).api()
    assert other.post("/requests", {"job_description": A_TEXT}).json["organization"] == "acme"


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"[1]", b'"text"', b"null", b'{"a": NaN}', b'{"a":1,"a":2}', b"[" * 100_000, b"\xff", b'{"a": 1e999}'],
)
def test_what_is_not_json_is_malformed(api: Api, body: bytes) -> None:
    answer = api.raw("/requests", body)
    assert answer.status_code == 400
    assert problem(answer)["type"] == "/problems/malformed"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_type_of_body_is_refused(api: Api, content_type: str) -> None:
    answer = api.raw("/requests", b'{"a": 1}', content_type)
    assert answer.status_code == 415
    assert problem(answer)["type"] == "/problems/wrong-type"


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 422), (1024 * 1024 + 1, 413), (1024 * 1024 + 2, 413)])
def test_the_limit_of_a_body_is_exact(api: Api, size: int, status: int) -> None:
    head = b'{"dedup_id": 7, "job_description": "'
    body = head + b"x" * (size - len(head) - 2) + b'"}'
    assert api.raw("/requests", body).status_code == status


def test_characters_that_no_database_takes_are_replaced(api: Api) -> None:
    body = (
        b'{"organization": "acme", "options": {"title": "a\\u0000\\ud800"}, "job_description": "%s"}' % A_TEXT.encode()
    )
    assert api.raw("/requests", body).json["title"] == "a\ufffd\ufffd"


def test_one_request_comes_with_its_evidence(house: House, api: Api) -> None:
    request_id = api.file()
    house.unknown(request_id)

    told = api.get(f"/requests/{request_id}").json

    assert list(told)[: len(SHOWN)] == SHOWN
    assert {"action", "attempt_list", "interviews", "decisions"} <= set(told)
    assert told["attempt_list"][0]["label"] == f"{told['label']}-1"
    assert told["reason_code"] == "no_answer"


@pytest.mark.parametrize("name", ["nobody", "x" * 300, "%00", "%ff", "a%0ab", "..", "%F0%9F%92%A9"])
def test_what_there_is_not_is_not_found(api: Api, name: str) -> None:
    for noun in ("requests", "events", "interviews", "results"):
        answer = api.get(f"/{noun}/{name}")
        assert answer.status_code == 404
        assert problem(answer)["type"] == "/problems/not-found"


def test_an_unknown_is_adopted_by_its_link(house: House, api: Api) -> None:
    request_id = api.file()
    house.unknown(request_id)

    answer = api.post(f"/requests/{request_id}/adopt", {"share_link": LINK})

    assert answer.status_code == 200
    assert (answer.json["state"], answer.json["interview_id"], answer.json["share_link"]) == ("created", AN_ID, LINK)
    assert house.write(lambda tx: audit.of(tx, request_id))[0].actor == "ada"


@pytest.mark.parametrize(
    "link", ["", "x", "https://evil.example/interview/1234", f"http://www.talentsprout.ai/interview/{AN_ID}"]
)
def test_a_link_that_can_not_be_adopted_changes_nothing(house: House, api: Api, link: str) -> None:
    request_id = api.file()
    house.unknown(request_id)
    before = house.dump()

    answer = api.post(f"/requests/{request_id}/adopt", {"share_link": link})

    assert answer.status_code == 422
    assert "share link looks like" in str(problem(answer)["detail"])
    assert house.dump() == before


def test_a_link_that_another_request_has_is_a_conflict_that_names_it(house: House, api: Api) -> None:
    first, second = api.file(), api.file(A_TEXT + " By day.")
    house.unknown(first)
    api.post(f"/requests/{first}/adopt", {"share_link": LINK})
    answer = api.post(f"/requests/{second}/adopt", {"share_link": LINK})

    assert answer.status_code == 409
    assert api.get(f"/requests/{first}").json["label"] in str(problem(answer)["detail"])


def test_an_unknown_is_sent_again_on_a_persons_word_once_its_quarantine_is_over(house: House, api: Api) -> None:
    request_id = api.file()
    house.unknown(request_id, lease=timedelta(hours=1))

    silent = api.post(f"/requests/{request_id}/retry")
    early = api.post(f"/requests/{request_id}/retry", {"not_there": True})

    assert silent.status_code == early.status_code == 409
    assert "--not-there" in str(problem(silent)["detail"])
    assert "It can be sent again at" in str(problem(early)["detail"])


def test_an_unknown_out_of_quarantine_goes_back_in_line(house: House, api: Api) -> None:
    request_id = api.file()
    house.unknown(request_id)
    answer = api.post(f"/requests/{request_id}/retry", {"not_there": True})
    assert (answer.status_code, answer.json["state"]) == (200, "waiting")


def test_of_two_decisions_the_second_is_told_what_the_first_did(api: Api) -> None:
    request_id = api.file()
    first, second = api.post(f"/requests/{request_id}/cancel"), api.post(f"/requests/{request_id}/cancel")

    assert (first.status_code, first.json["state"]) == (200, "cancelled")
    assert second.status_code == 409
    assert "is cancelled" in str(problem(second)["detail"])


def test_a_cancelled_request_comes_back_with_changes(api: Api) -> None:
    request_id = api.file()
    api.post(f"/requests/{request_id}/cancel", {})

    short = api.post(f"/requests/{request_id}/retry", {"job_description": "short"})
    wrong = api.post(f"/requests/{request_id}/retry", {"options": {"voice": "aloy"}})
    good = api.post(
        f"/requests/{request_id}/retry", {"job_description": A_TEXT + " New.", "options": {"voice": "alloy"}}
    )

    assert (short.status_code, wrong.status_code, good.status_code) == (422, 422, 200)
    assert "needs 50" in str(problem(short)["detail"])
    assert good.json["state"] == "waiting"


def test_what_waits_for_approval_is_approved_once_and_not_retried(house: House, api: Api) -> None:
    request_id = api.file()
    because = Because(Code.APPROVAL, {"rule": "nurses"})
    house.write(lambda tx: requests.move(tx, request_id, set(State), State.HELD, because=because))

    retried = api.post(f"/requests/{request_id}/retry")
    good = api.post(f"/requests/{request_id}/approve", {"state": "held"})
    second = api.post(f"/requests/{request_id}/approve")

    assert (retried.status_code, good.status_code, second.status_code) == (409, 200, 409)
    assert (good.json["state"], good.json["rule"]) == ("waiting", None)
    assert "approved it" in str(problem(second)["detail"])


@pytest.mark.parametrize("verb", ["adopt", "retry", "approve", "cancel"])
def test_a_decision_about_nothing_is_not_found(api: Api, verb: str) -> None:
    body = {"share_link": LINK} if verb == "adopt" else {}
    for name in ("nobody", "%00"):
        assert api.post(f"/requests/{name}/{verb}", body).status_code == 404


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("adopt", {}),
        ("adopt", {"share_link": 3}),
        ("retry", {"not_there": "yes"}),
        ("cancel", {"not_there": 1}),
        ("cancel", {"x": 1}),
        ("approve", {"not_there": True}),
    ],
)
def test_a_decision_of_the_wrong_shape_is_refused(api: Api, verb: str, body: dict[str, object]) -> None:
    request_id = api.file()
    assert faults(api.post(f"/requests/{request_id}/{verb}", body))


def test_an_approval_of_a_text_that_has_changed_since_is_not_carried_out(house: House, api: Api) -> None:
    request_id = api.file()
    because = Because(Code.APPROVAL, {"rule": "nurses"})
    house.write(lambda tx: requests.move(tx, request_id, set(State), State.HELD, because=because))
    seen = api.get(f"/requests/{request_id}").json["updated_at"]
    old = {"state": "held", "attempts": 0, "updated_at": seen}
    edited = Content("Another text that nobody saw. " * 3, {}, {})

    def edit(tx: Tx) -> None:
        found = requests.get(tx, request_id)
        assert found is not None
        requests.rewrite(tx, found, found.title, edited, text_limit=20_000)

    house.write(edit)
    late = api.post(f"/requests/{request_id}/approve", old)
    now = api.get(f"/requests/{request_id}").json["updated_at"]
    good = api.post(f"/requests/{request_id}/approve", old | {"updated_at": now})

    assert (late.status_code, good.status_code) == (409, 200)
    assert "after what you saw. Look at its text again; nothing was decided." in str(problem(late)["detail"])
    assert faults(api.post(f"/requests/{request_id}/approve", {"updated_at": "yesterday"}))
