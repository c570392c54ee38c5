"""One set of promises for every vendor that tells of candidates by ids alone: they are asked for, and invited once."""

from dataclasses import replace
from datetime import timedelta

from tests.fetching.hall import INES, Hall
from tests.fetching.town import A_POSTING
from tests.ledger.databases import Ledgers
from tests.standins.kinds import STANDINS
from worker.domain.application import Invitation
from worker.events import applications as asked
from worker.ledger import fetches
from worker.ledger.events import EventState
from worker.ledger.fetches import LEASE, FetchState


def test_an_application_that_is_named_by_ids_is_asked_for_and_invited(hall: Hall) -> None:
    made = hall.interview()
    event = hall.tell_of(INES)
    assert hall.applications() == []
    assert hall.said(event) == "Where the application stands is being asked for."
    assert hall.ask_all() == 1
    there = hall.application()
    assert (there.invitation, there.interview_id, there.sent) == (Invitation.INVITED, made, 1)
    assert (there.job_id, there.stage, there.name, there.email) == (A_POSTING.id, "AI Interview", INES.name, None)
    assert (hall.state(event), hall.said(event)) == (EventState.READ, "The candidate is invited.")
    assert hall.questions()[0].state is FetchState.DONE


def test_who_stands_elsewhere_is_noted_and_not_invited(hall: Hall) -> None:
    hall.interview()
    hall.vendor.move(INES.id, stage="Phone screen", stage_id="502")
    event = hall.tell_of(INES)
    hall.ask_all()
    assert hall.application().invitation is Invitation.NONE
    assert hall.said(event) == "The application moved on."


def test_an_invitation_waits_for_its_interview_and_is_withdrawn_with_the_application(hall: Hall) -> None:
    hall.tell_of(INES)
    hall.ask_all()
    assert hall.application().invitation is Invitation.WAITING
    hall.vendor.move(INES.id, state="out")
    event = hall.tell_of(hall.vendor.applicants[INES.id])
    hall.ask_all()
    assert hall.application().invitation is Invitation.WITHDRAWN
    assert hall.said(event) == "The application left the stage before its link went out."


def test_told_again_and_again_it_is_asked_again_and_invited_once(hall: Hall) -> None:
    hall.interview()
    first, second = hall.tell_of(INES), hall.tell_of(INES)
    assert hall.said(first) == asked.SUPERSEDED
    assert hall.ask_all() == 1
    third = hall.tell_of(INES)
    hall.replay(second)
    hall.replay(third)
    assert hall.ask_all() == 1
    assert hall.said(third) == "The candidate is invited already; nothing was sent again."
    assert hall.invitations() == 1
    assert len(hall.applications()) == 1


def test_an_event_that_comes_late_is_answered_with_what_is_so_now(lever_hall: Hall) -> None:
    """The order of events does not matter: what counts is when was asked."""
    lever_hall.interview()
    late = lever_hall.vendor.moved(replace(INES, stage_id="502"))
    lever_hall.tell_of(INES)
    lever_hall.ask_all()
    lever_hall.vendor.move(INES.id, stage="Offer", stage_id="503")
    lever_hall.deliver(late)
    lever_hall.ask_all()
    assert lever_hall.application().stage == "Offer"


def test_what_is_told_while_it_is_asked_for_is_asked_once_more(lever_hall: Hall) -> None:
    lever_hall.tell_of(INES)
    lever_hall.vendor.before_answer = lambda _: lever_hall.tell_of(INES) if len(lever_hall.vendor.asked) == 1 else None
    assert lever_hall.ask_all() == 2


def test_who_dies_between_the_answer_and_its_filing_is_asked_for_again(hall: Hall) -> None:
    """The answer of a dead process is nowhere; its lease ends, or is ended by whoever finds that it died."""
    hall.interview()
    hall.tell_of(INES)
    for apart in (timedelta(), timedelta(seconds=1)):
        hall.pass_time(apart)
        claimed = hall.ledger.write(lambda tx: fetches.claim(tx, "careers", timedelta(), "dead"))
        assert isinstance(claimed, fetches.Fetch)
        assert hall.ask_all() == 0
        hall.ledger.write(lambda tx: fetches.release(tx, "dead"))
    hall.ledger.write(lambda tx: fetches.claim(tx, "careers", timedelta(), "dead"))
    hall.pass_time(LEASE + timedelta(seconds=1))
    assert hall.ask_all() == 1
    assert hall.invitations() == 1


def test_an_answer_that_comes_after_the_lease_changes_nothing(lever_hall: Hall) -> None:
    lever_hall.interview()
    lever_hall.tell_of(INES)

    def overtake(_: object) -> None:
        if len(lever_hall.vendor.asked) == 1:
            lever_hall.pass_time(LEASE + timedelta(seconds=1))
            lever_hall.vendor.move(INES.id, stage="Offer", stage_id="503")
            lever_hall.ask_all()
            lever_hall.vendor.apply(INES)

    lever_hall.vendor.before_answer = overtake
    lever_hall.ask_once()
    assert (lever_hall.application().stage, lever_hall.application().invitation) == ("Offer", Invitation.NONE)


def test_a_source_without_a_stage_asks_nobody(hall: Hall) -> None:
    hall.with_source(stage=None)
    event = hall.tell_of(INES)
    assert (hall.state(event), hall.ask_all()) == (EventState.IGNORED, 0)


def test_a_posting_is_asked_for_before_candidates(sqlite_ledgers: Ledgers) -> None:
    with sqlite_ledgers.lent() as ledger, STANDINS["smartrecruiters"]() as vendor:
        hall = Hall(ledger, vendor)
        hall.with_source(stage="AI Interview")
        vendor.apply(INES)
        vendor.put(A_POSTING)
        hall.tell_of(INES)
        hall.announce()
        hall.ask_all()
        assert [one.path for one in vendor.asked] == [f"/jobs/{A_POSTING.id}", f"/candidates/{INES.id}"]
        assert hall.application().invitation is Invitation.WAITING
        assert hall.application().job_id == A_POSTING.id
