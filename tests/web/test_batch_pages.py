"""The pages of batches: where each stands, what needs somebody, its results; and the buttons do what they say, once."""

import csv
import io

from werkzeug.test import TestResponse

from tests.web.houses import House, form_token
from worker.batches.clerk import Clerk
from worker.domain.request import Because, Code, State
from worker.ledger import listing, processes, requests
from worker.ledger.listing import Filters

TEXT = "We look for a night-shift care assistant who is calm, careful and kind, in ward {}."
ROWS = [{"id": str(number), "job_description": TEXT.format(number)} for number in (1, 2, 3)]


def a_batch(house: House, *more: dict[str, str], name: str = "wards") -> str:
    """Filed, and a worker is at work."""
    batch = house.api().post("/batches", {"rows": [*ROWS, *more], "name": name}).json["id"]
    Clerk(house.bridge, "boot", lambda organization: None, lambda: False).work()
    house.write(lambda tx: processes.report(tx, "boot", "host", 7))
    return str(batch)


def page(house: House, address: str) -> str:
    answer = house.client().get(address)
    assert answer.status_code == 200
    return answer.text


def test_of_a_batch_whose_rows_were_all_known_the_list_of_requests_says_so(sandbox: House) -> None:
    a_batch(sandbox)
    again = str(sandbox.api().post("/batches", {"rows": ROWS[::-1], "name": "again"}).json["id"])
    Clerk(sandbox.bridge, "boot", lambda organization: None, lambda: False).work()

    listed = page(sandbox, f"/requests?batch={again}")

    assert "This batch filed no request of its own" in listed
    assert f'href="/batches/{again}"' in listed
    assert "Nothing was wanted yet" not in listed


def press(house: House, batch: str, verb: str) -> TestResponse:
    client = house.client()
    token = form_token(client.get(f"/batches/{batch}"))
    return client.post(f"/batches/{batch}/{verb}", data={"form_token": token})


def test_without_a_batch_the_command_for_one_is_said(sandbox: House) -> None:
    assert "sprout batch run FILE" in page(sandbox, "/batches")


def test_the_list_leads_to_the_batch_and_the_batch_to_what_needs_somebody(sandbox: House) -> None:
    batch = a_batch(sandbox, {"job_description": "Too short"}, name="Wards & wings")
    held = sandbox.bridge.ledger.read(lambda tx: listing.requests_page(tx, Filters(), 9, None)).items[-1]
    because = Because(Code.TOO_SHORT, {"length": 31, "needed": 50})
    sandbox.write(lambda tx: requests.move(tx, held.id, {State.WAITING}, State.HELD, because=because))

    listed = page(sandbox, "/batches")
    assert f'href="/batches/{batch}"' in listed
    assert "Wards &amp; wings.jsonl" in listed

    shown = page(sandbox, f"/batches/{batch}")
    assert "2 requests are on the way." in shown
    assert "Done about" in shown
    assert "1 row needs somebody." in shown
    assert f'<a href="/requests/{held.id}">' in shown
    assert "The description has 31 characters; TalentSprout needs 50." in shown
    assert "The description has 9 characters; TalentSprout needs 50." in shown
    only = page(sandbox, f"/requests?batch={batch}&state=held")
    assert f"/requests/{held.id}" in only
    assert only.count('data-label="Job"') == 1


def test_the_results_are_taken_away_from_the_page(sandbox: House) -> None:
    batch = a_batch(sandbox)
    answer = sandbox.client().get(f"/batches/{batch}/results?format=csv")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=batch-{batch}.csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [one["state"] for one in rows] == ["waiting"] * 3
    assert sandbox.client().get(f"/batches/{batch}/results?format=exe").status_code == 404


def test_the_buttons_decide_once_and_the_second_is_told_what_the_first_did(sandbox: House) -> None:
    batch = a_batch(sandbox)
    assert press(sandbox, batch, "pause").status_code == 303
    assert "The batch was paused by dashboard (sandbox)" in page(sandbox, f"/batches/{batch}")
    again = press(sandbox, batch, "pause")
    assert (again.status_code, "That was not done" in again.text) == (409, True)
    assert press(sandbox, batch, "resume").status_code == 303
    assert press(sandbox, batch, "cancel").status_code == 303
    assert "3 cancelled" in page(sandbox, f"/batches/{batch}")


def test_an_address_of_no_batch_is_not_found(sandbox: House) -> None:
    for address in ("/batches/01234567890123456789", "/batches/..%00", "/batches?cursor=%00", "/requests?batch=%00"):
        assert sandbox.client().get(address).status_code == 404
