"""Batches by the API: checked, handed in, watched, decided about, and their results taken away."""

import csv
import io
import json
import zipfile

import pytest
from werkzeug.test import TestResponse

from tests.web.houses import Api, House, problem
from web import uploads
from worker.batches.clerk import Clerk

TEXT = "We look for a night-shift care assistant who is calm, careful and kind, in ward {}."
FILE = "id,Description,voice,Hiring manager\n" + "".join(
    f'{number},"{TEXT.format(number)}",{voice},=2+3\n' for number, voice in ((1, "sage"), (2, "aloy"), (3, ""))
)


def hand_in(
    api: Api, content: str | bytes = FILE, name: str = "jobs.csv", query: str = "", **fields: object
) -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    form = {"file": (io.BytesIO(data), name), "organization": "acme", **fields}
    return api.http.post(f"/api/v1/batches{query}", data=form, headers=api.headers)


def work(house: House) -> None:
    Clerk(house.bridge, "boot", lambda organization: None, lambda: False).work()


def test_a_check_says_of_each_row_what_would_become_of_it_and_files_nothing(house: House) -> None:
    told = hand_in(house.api(), query="?dry_run=true")
    assert told.status_code == 200
    assert [one["verdict"] for one in told.json["items"]] == ["new", "bad", "new"]
    assert 'Did you mean "alloy"?' in told.json["items"][1]["text"]
    assert (told.json["faulty"], told.json["ignored"]) == (1, ["Hiring manager"])
    assert told.json["takes_seconds"] > 0
    assert house.count("batch") == house.count("request") == 0


def test_a_file_is_kept_first_and_filed_by_a_worker(house: House) -> None:
    api = house.api()
    answer = hand_in(api)
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/batches/{answer.json['id']}"
    assert (answer.json["state"], answer.json["unfiled"], answer.json["name"]) == ("filing", 3, "jobs.csv")
    assert house.count("request") == 0

    work(house)

    told = api.get(f"/batches/{answer.json['id']}").json
    assert (told["state"], told["unfiled"], told["counts"]["waiting"]) == ("running", 0, 2)
    assert (told["verdicts"]["new"], told["verdicts"]["bad"], told["created_by"]) == (2, 1, "ada")
    assert [one["id"] for one in api.get("/batches").json["items"]] == [told["id"]]
    assert len(api.get(f"/requests?batch={told['id']}").json["items"]) == 2


def test_the_same_file_handed_in_again_goes_on_with_its_batch_and_says_so(house: House) -> None:
    api = house.api()
    first, again = hand_in(api).json, hand_in(api, name="copy.csv").json
    assert (first["goes_on"], again["goes_on"], again["id"]) == (False, True, first["id"])
    assert hand_in(api, organization="silent").json["id"] != first["id"]
    work(house)
    assert house.count("batch") == 2
    assert house.count("request") == 4


def test_rows_as_json_are_a_batch_too(house: House) -> None:
    rows = [{"job_description": TEXT.format(1), "languages": ["en", "fr"]}, {"job_description": "short"}]
    answer = house.api().post("/batches", {"rows": rows, "organization": "acme", "name": "careers"})
    assert answer.status_code == 202, answer.text
    work(house)
    told = house.api().get(f"/batches/{answer.json['id']}").json
    assert (told["verdicts"]["new"], told["verdicts"]["too_short"]) == (1, 1)


def test_a_batch_is_paused_resumed_and_cancelled_once(house: House) -> None:
    api = house.api()
    batch = hand_in(api).json["id"]
    work(house)
    paused = api.post(f"/batches/{batch}/pause")
    assert (paused.status_code, paused.json["state"], paused.json["reason_code"]) == (200, "paused", "batch_paused")
    assert api.get("/requests").json["items"][0]["reason"].startswith("The batch was paused by ada at ")
    assert api.post(f"/batches/{batch}/pause").status_code == 409
    assert api.post(f"/batches/{batch}/resume").json["state"] == "running"
    cancelled = api.post(f"/batches/{batch}/cancel").json
    assert (cancelled["state"], cancelled["counts"]["cancelled"]) == ("cancelled", 2)
    again = api.post(f"/batches/{batch}/cancel")
    assert (again.status_code, "cancelled, decided by ada" in problem(again)["detail"]) == (409, True)
    assert api.post("/batches/01234567890123456789/pause").status_code == 404


@pytest.mark.parametrize(
    ("suffix", "kind"), [("csv", "text/csv"), ("jsonl", "application/jsonl"), ("xlsx", "application/vnd")]
)
def test_results_are_a_file_to_be_kept(house: House, suffix: str, kind: str) -> None:
    api = house.api()
    batch = hand_in(api, name='a"b\r\n../jobs.csv').json["id"]
    work(house)
    answer = api.get(f"/batches/{batch}/results?format={suffix}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename=batch-{batch}.{suffix}"
    assert answer.content_type.startswith(kind)
    if suffix == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert [one["state"] for one in rows] == ["waiting", "bad", "waiting"]
        assert rows[0]["Hiring manager"] == "'=2+3", "no cell runs as a formula"
    if suffix == "jsonl":
        rows = [json.loads(line) for line in answer.data.decode().splitlines()]
        assert rows[1]["reason"].startswith('voice: "aloy" is not a choice')


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rows": []}, "rows"),
        ({"rows": [1]}, "rows"),
        ({"rows": [{"job_description": "x"}], "organisation": "acme"}, "organisation"),
        ({"rows": [{"job_description": "x"}], "organization": "nobody"}, "organization"),
        ({"rows": [{"job_description": "x"}]}, "organization"),
    ],
)
def test_what_is_no_batch_is_refused_and_says_why(house: House, body: object, field: str) -> None:
    answer = house.api().post("/batches", body)
    assert answer.status_code == 422
    assert [one["field"] for one in problem(answer)["faults"]] == [field]
    assert house.count("batch") == 0


def test_a_file_that_is_none_is_refused_as_a_whole(house: House) -> None:
    api = house.api()
    answer = hand_in(api, b"%PDF-1.7 x", name="job.pdf")
    assert answer.status_code == 422
    assert "PDF" in problem(answer)["detail"]
    assert (
        api.http.post(
            "/api/v1/batches", data={"organization": "acme"}, headers=api.headers, content_type="multipart/form-data"
        ).status_code
        == 422
    )
    assert hand_in(api, organization="nobody").status_code == 422
    assert house.count("batch") == 0


def test_a_workbook_that_would_keep_the_receiver_busy_is_refused_and_says_what_to_do(house: House) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", bytes(uploads.LARGEST_UNPACKED + 1))
    answer = hand_in(house.api(), made.getvalue(), name="jobs.xlsx")
    assert answer.status_code == 413
    assert "Save it as CSV" in str(problem(answer)["detail"])
    assert house.count("batch") == 0


def test_a_file_larger_than_a_json_body_is_taken(house: House) -> None:
    rows = "".join(f'{number},"{TEXT.format(number) + "x" * 3000}",,\n' for number in range(600))
    answer = hand_in(house.api(), "id,Description,voice,Hiring manager\n" + rows)
    assert (answer.status_code, answer.json["unfiled"]) == (202, 600)


def test_without_a_token_nothing_is_handed_in(house: House) -> None:
    assert (
        house.client().post("/api/v1/batches", data={"file": (io.BytesIO(FILE.encode()), "jobs.csv")}).status_code
        == 401
    )
