"""A person's data for programs: written down, and erased, by whoever has a token."""

from tests.faults.receiving.canaries import EMAIL, SESSION, arrive, readable
from tests.web.houses import House, problem


def test_a_person_is_exported_and_erased(house: House) -> None:
    house.interview()
    arrive(house)
    api = house.api()

    told = api.post("/candidates/export", {"who": f" {EMAIL} "})
    erased = api.post("/candidates/erase", {"who": EMAIL})
    again = api.post("/candidates/erase", {"who": SESSION})

    assert len(told.json["results"]) == 2
    assert (erased.status_code, erased.json["erased"]) == (200, {"results": 2, "applications": 1, "events": 3})
    assert again.json["erased_before"] == erased.json["erased_at"]
    assert api.post("/candidates/export", {"who": EMAIL}).json["results"] == []
    assert readable(house) == []


def test_nobody_without_a_token_sees_or_erases_anything(house: House) -> None:
    arrive(house)
    for what in ("export", "erase"):
        assert house.client().post(f"/api/v1/candidates/{what}", json={"who": EMAIL}).status_code == 401
    assert len(house.api().post("/candidates/export", {"who": EMAIL}).json["results"]) == 2


def test_somebody_must_be_named(house: House) -> None:
    for body in ({}, {"who": " "}, {"who": 7}, {"who": "x" * 500}):
        answer = house.api().post("/candidates/erase", body)
        assert answer.status_code == 422
        assert problem(answer)["type"] == "/problems/invalid"
