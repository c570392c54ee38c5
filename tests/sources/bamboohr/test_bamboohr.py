"""What only BambooHR does: a list with a key says which job openings there are, the careers site without one what they say."""

import json
from datetime import UTC, datetime

import pytest

from tests.sources.deliveries import received, source
from worker.domain.asking import Asking
from worker.domain.event import Ignored, PostingAnnounced, PostingChanged, PostingClosed
from worker.domain.fields import Unreadable
from worker.sources import bamboohr

SITE = source("bamboohr", "s", api_url="https://northwind.bamboohr.com")
ANNOUNCED = PostingAnnounced("41", title="Mechanic")
NOW = datetime(2026, 11, 20, 9, 15, 4, tzinfo=UTC)


def summary(job_id: object, status: object) -> dict[str, object]:
    return {"id": job_id, "title": {"id": None, "label": f"Job {job_id}"}, "status": {"id": 1, "label": status}}


def detail(**more: object) -> bytes:
    job = {"jobOpeningName": "Mechanic", "jobOpeningStatus": "Open", "description": "<p>You repair bicycles.</p>"}
    return json.dumps({"meta": {}, "result": {"jobOpening": job | more}}).encode()


def test_a_status_says_what_becomes_of_a_job_opening_and_an_unknown_one_nothing() -> None:
    told = ["Open", "Filled", "Canceled", "On Hold", "Deleted", "Draft", "Reticulated"]
    body = json.dumps([summary(number, status) for number, status in enumerate(told, 1)]).encode()
    listed = bamboohr.listed(200, body, Asking(), SITE)
    assert listed.events[0] == PostingAnnounced("1", title="Job 1")
    assert listed.events[1:5] == tuple(PostingClosed(job_id) for job_id in "2345")
    assert [type(one) for one in listed.events[5:]] == [Ignored, Ignored]
    assert (listed.next, listed.is_whole) == (None, False)


def test_the_key_goes_to_the_api_and_not_to_the_careers_site() -> None:
    page, one = bamboohr.page(Asking(), SITE), bamboohr.ask(ANNOUNCED, SITE)
    assert page.url == "https://northwind.bamboohr.com/api/v1/applicant_tracking/jobs?statusGroups=ALL"
    assert page.key is not None
    assert page.key.is_user_name
    assert (one.url, one.key) == ("https://northwind.bamboohr.com/careers/41/detail", None)


@pytest.mark.parametrize(
    ("places", "location"),
    [
        ({"location": {"city": "Kiel", "state": None, "addressCountry": "Germany"}}, "Kiel, Germany"),
        ({"location": {"city": None}, "atsLocation": {"city": "Bergen", "country": "Norway"}}, "Bergen, Norway"),
        ({}, None),
    ],
)
def test_a_place_is_an_office_or_one_that_was_typed_in(places: dict[str, object], location: str | None) -> None:
    (event,) = bamboohr.fetched(200, detail(**places), ANNOUNCED, SITE)
    assert isinstance(event, PostingChanged)
    assert (event.posting.job_id, event.posting.location) == ("41", location)
    assert event.posting.url == "https://northwind.bamboohr.com/careers/41"
    assert event.posting.changed_at is None, "nothing says when it changed"


def test_an_answer_with_a_status_that_is_not_known_closes_nothing() -> None:
    assert list(bamboohr.fetched(200, detail(jobOpeningStatus="Filled"), ANNOUNCED, SITE)) == [PostingClosed("41")]
    with pytest.raises(Unreadable, match="reticulated"):
        list(bamboohr.fetched(200, detail(jobOpeningStatus="Reticulated"), ANNOUNCED, SITE))


def test_without_an_address_nothing_is_asked() -> None:
    for asked in (lambda one: bamboohr.page(Asking(), one), lambda one: bamboohr.ask(ANNOUNCED, one)):
        with pytest.raises(Unreadable, match="api_url"):
            asked(source("bamboohr", "s"))


def test_digits_can_not_move_between_a_body_and_its_timestamp() -> None:
    headers = {name.lower(): value for name, value in bamboohr.sign(b"{}", SITE, delivery_id="", now=NOW).items()}
    moment = headers[bamboohr.TIMESTAMP.lower()]
    moved = headers | {bamboohr.TIMESTAMP.lower(): moment[1:]}
    assert bamboohr.is_authentic(received(b"{}", headers), SITE, NOW)
    assert not bamboohr.is_authentic(received(b"{}" + moment[:1].encode(), moved), SITE, NOW)
