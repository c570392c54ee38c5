"""A vendor that is asked for a candidate is away, says no, or nothing of use: nobody is lost, and nobody invited by mistake."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config import Secret
from tests.fetching.hall import INES, Hall
from tests.fetching.town import A_POSTING, HOUR, TEXT
from tests.standins.vendor import Applicant, Cut, Posting, Raw, Status
from worker.domain.application import Invitation
from worker.events import applications as asked
from worker.ledger import fetch_standings, source_apis
from worker.ledger.events import EventState
from worker.ledger.fetches import FetchState
from worker.policy import asking


@pytest.mark.parametrize("trouble", [Cut(), Status(502), Status(503)])
def test_a_hiccup_is_tried_again_at_once(lever_hall: Hall, trouble: Cut | Status) -> None:
    lever_hall.tell_of(INES)
    lever_hall.vendor.then(trouble)
    assert lever_hall.ask_all() == 1
    assert lever_hall.application().at_stage


def test_an_api_that_is_away_is_asked_later_and_nobody_is_lost(hall: Hall) -> None:
    hall.interview()
    event = hall.tell_of(INES)
    hall.vendor.then(*[Status(500)] * 4)
    for _ in range(4):
        hall.ask_all()
        assert hall.said(event).startswith(
            "The application is not fetched yet. The API of careers answered 500. Next: "
        )
        assert (hall.state(event), hall.applications()) == (EventState.READ, [])
        hall.pass_time(HOUR)
    hall.ask_all()
    assert hall.invitations() == 1


def test_too_many_calls_close_the_source_for_as_long_as_it_says(hall: Hall) -> None:
    event = hall.tell_of(INES)
    hall.vendor.then(Status(429, {"Retry-After": "600"}))
    hall.ask_all()
    assert "The API of careers answered 429: it was called too often. Next: " in hall.said(event)
    assert hall.ask_all() == 0
    hall.pass_time(timedelta(seconds=590))
    assert hall.ask_all() == 0
    hall.pass_time(timedelta(seconds=15))
    assert hall.ask_all() == 1
    assert hall.application().at_stage


def test_a_refused_key_says_what_to_do_and_is_asked_again_after_a_restart(hall: Hall) -> None:
    event = hall.tell_of(INES)
    hall.vendor.then(Status(401))
    hall.ask_all()
    assert "answered 401: it does not accept the api_key of [sources.careers]" in hall.said(event)
    assert "Correct it and restart the bridge." in hall.said(event)
    api = hall.ledger.read(lambda tx: source_apis.get(tx, "careers"))
    assert api is not None
    assert api.refused
    hall.pass_time(timedelta(minutes=10))
    assert hall.ask_all() == 0
    hall.with_source()
    assert hall.ask_all() == 1
    assert hall.application().at_stage


def test_without_a_key_nothing_is_called_and_nobody_is_lost(hall: Hall) -> None:
    hall.with_source(api_key=None)
    event = hall.tell_of(INES)
    hall.ask_all()
    assert hall.vendor.asked == []
    assert "[sources.careers] has no api_key" in hall.said(event)
    hall.with_source(api_key=Secret(hall.vendor.key))
    hall.ask_all()
    assert hall.application().at_stage


def test_a_key_that_may_not_read_candidates_goes_on_reading_postings(hall: Hall) -> None:
    """A 403 is of the one question: it closes nothing, is told, and is asked again after a restart."""
    event = hall.tell_of(INES)
    hall.vendor.then(Status(403))
    hall.ask_all()
    assert "answered 403: it does not accept the api_key of [sources.careers], or the key lacks a permission" in (
        hall.said(event)
    )
    hall.vendor.put(Posting("4799", "Cook", TEXT.format(9)))
    hall.counts = True
    hall.want_lists()
    assert hall.ask_all() >= 1
    api = hall.ledger.read(lambda tx: source_apis.get(tx, "careers"))
    assert api is not None
    assert (api.refused, api.closed_until, api.trouble) == (False, None, None)
    (told,) = hall.ledger.read(lambda tx: fetch_standings.failing_applications(tx, "careers"))
    assert "lacks a permission" in told
    assert hall.questions()[0].state is FetchState.WAITING
    hall.with_source()
    hall.ask_all()
    assert hall.application().at_stage
    assert hall.ledger.read(lambda tx: fetch_standings.failing_applications(tx, "careers")) == []


def test_who_is_gone_from_the_ats_is_withdrawn_once_that_is_sure(hall: Hall) -> None:
    hall.tell_of(INES)
    hall.ask_all()
    assert hall.application().invitation is Invitation.WAITING
    event = hall.tell_of(INES)
    del hall.vendor.applicants[INES.id]
    for _ in range(asking.TRIES_UNTIL_GONE - 1):
        hall.ask_all()
        assert "404" in hall.said(event)
        assert hall.application().invitation is Invitation.WAITING
        hall.pass_time(HOUR)
    hall.ask_all()
    assert hall.application().invitation is Invitation.WITHDRAWN
    assert hall.said(event) == f"{asked.GONE} The application left the stage before its link went out."
    assert hall.questions()[0].state is FetchState.DONE


def test_of_somebody_whom_the_ats_never_showed_nothing_is_noted(hall: Hall) -> None:
    hall.tell_of(INES)
    hall.ask_all()
    stranger = Applicant("77", A_POSTING.id)
    event = hall.tell_of(stranger)
    for _ in range(asking.TRIES_UNTIL_GONE):
        hall.ask_all()
        hall.pass_time(HOUR)
    assert hall.said(event) == f"{asked.GONE} Nothing is noted of it."
    assert hall.applications(stranger.id) == []


def test_a_404_of_an_api_that_never_showed_anybody_is_given_up_and_asked_again_by_a_replay(hall: Hall) -> None:
    """Also where it lists postings: its key may not read candidates, and it says so in its own way."""
    hall.counts = True
    hall.want_lists()
    assert hall.ask_all() > 0
    event = hall.tell_of(INES)
    del hall.vendor.applicants[INES.id]
    for _ in range(asking.MOST_UNREADABLE):
        assert hall.state(event) is EventState.READ
        hall.ask_all()
        hall.pass_time(HOUR)
    assert hall.state(event) is EventState.UNREADABLE
    assert hall.said(event).startswith("The application could not be fetched: ")
    assert hall.ledger.read(lambda tx: fetch_standings.count_failed(tx, "careers")) == 1
    hall.vendor.apply(INES)
    hall.replay(event)
    hall.ask_all()
    assert hall.application().at_stage


LACKING = {
    "lever": {
        "stage": b'{"data": {"id": "8863880", "applications": [{"posting": "4711"}]}}',
        "job": b'{"data": {"id": "8863880"}}',
    },
    "smartrecruiters": {
        "stage": b'{"id": "8863880", "primaryAssignment": {"job": {"id": "4711"}}}',
        "job": b'{"id": "8863880", "primaryAssignment": {"job": {"id": "9"}, "status": "INTERVIEW"}}',
    },
    "pinpoint": {
        "stage": b'{"data": {"id": "8863880", "relationships": {"job": {"data": {"id": "4711"}}, "stage": {"meta": {}}}}}',
        "job": b'{"data": {"id": "8863880", "relationships": {"stage": {"data": {"id": "1"}}}},'
        b' "included": [{"type": "stages", "id": "1", "attributes": {"name": "AI Interview"}}]}',
    },
}


@pytest.mark.parametrize("lacking", ["stage", "job", "everything"])
def test_an_answer_that_lacks_the_job_or_the_stage_moves_nobody_and_is_given_up_at_last(
    hall: Hall, lacking: str
) -> None:
    body = LACKING[hall.vendor.KIND].get(lacking, b"{}")
    event = hall.tell_of(INES)
    for _ in range(asking.MOST_UNREADABLE):
        hall.vendor.then(Raw(body))
        assert hall.ask_all() == 1
        assert hall.applications() == []
        hall.pass_time(HOUR)
    assert hall.state(event) is EventState.UNREADABLE
    assert hall.said(event).startswith("The application could not be fetched: The answer can't be used: ")
    hall.replay(event)
    hall.ask_all()
    assert hall.application().at_stage


def test_an_answer_about_somebody_else_moves_nobody(hall: Hall) -> None:
    other = replace(INES, id="9999")
    hall.vendor.apply(other)
    event = hall.tell_of(INES)
    hall.vendor.applicants[INES.id] = other
    hall.ask_all()
    assert "about something else than the application that was asked for" in hall.said(event)
    assert hall.applications() + hall.applications(other.id) == []
