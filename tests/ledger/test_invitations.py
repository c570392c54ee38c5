"""Who stands at the stage is invited once, to the right interview, whatever comes first."""

from collections.abc import Callable
from itertools import permutations

import pytest

from tests.ledger.hiring import AT, Hiring
from tests.ledger.stage import Stage, created, meanwhile
from worker.domain.application import Invitation
from worker.ledger import invitations


@pytest.fixture
def hiring(bridge: Stage) -> Hiring:
    return Hiring(bridge)


def test_a_candidate_at_the_stage_is_invited_to_the_interview_that_is_there(hiring: Hiring) -> None:
    hiring.opens()
    made = hiring.makes()

    assert hiring.moves() == "The candidate is invited."

    found = hiring.application()
    assert (found.invitation, found.interview_id, found.sent) == (Invitation.INVITED, made.id, 1)
    assert hiring.invited() == 1


def test_an_invitation_waits_for_the_interview_and_follows_in_its_transaction(hiring: Hiring) -> None:
    hiring.moves()
    assert hiring.application().invitation is Invitation.WAITING
    hiring.opens()
    assert hiring.application().invitation is Invitation.WAITING

    made = hiring.makes()

    assert hiring.application().interview_id == made.id
    assert hiring.invited() == 1


def test_an_adopted_interview_invites_too(hiring: Hiring) -> None:
    hiring.moves(job_id="1")
    hiring.opens()
    held = hiring.stage.send()
    hiring.stage.lose(held)

    hiring.stage.adopt(held.request_id, "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8")

    assert hiring.application().interview_id == "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"
    assert hiring.invited() == 1


def test_the_same_stage_twice_invites_once(hiring: Hiring) -> None:
    hiring.opens()
    hiring.makes()
    hiring.moves(at=1)
    assert "already" in hiring.moves(at=1)
    assert "already" in hiring.moves(at=2)
    assert hiring.invited() == 1


def test_who_leaves_the_stage_before_the_link_went_out_gets_none(hiring: Hiring) -> None:
    hiring.opens()
    hiring.moves(at=1)
    hiring.moves("Offer", at=2)
    assert hiring.application().invitation is Invitation.WITHDRAWN

    hiring.makes()
    hiring.stage.tell(invitations.follow_overlooked)

    assert hiring.invited() == 0


def test_who_was_rejected_stands_nowhere_whatever_the_stage_is_called(hiring: Hiring) -> None:
    hiring.moves(at=1)
    hiring.moves(AT, at=2, is_active=False)
    hiring.opens()
    hiring.makes()
    assert (hiring.application().invitation, hiring.invited()) == (Invitation.WITHDRAWN, 0)


def test_who_comes_back_before_the_link_went_out_is_invited(hiring: Hiring) -> None:
    for number, stage in enumerate((AT, "Phone", AT)):
        hiring.moves(stage, at=number)
    hiring.opens()
    hiring.makes()
    assert hiring.invited() == 1


def test_an_older_move_that_arrives_late_changes_nothing(hiring: Hiring) -> None:
    hiring.opens()
    hiring.makes()
    hiring.moves("Offer", at=5)
    assert hiring.moves(at=1) == "Something newer is known of this application; nothing changed."
    assert (hiring.application().stage, hiring.invited()) == ("Offer", 0)


@pytest.mark.parametrize("stage", [" ai  interview ", "9001"])
def test_the_stage_may_be_written_as_its_name_or_its_id(bridge: Stage, stage: str) -> None:
    hiring = Hiring(bridge, invites_at=stage)
    hiring.opens()
    hiring.makes()
    hiring.moves(stage_id="9001")
    assert hiring.invited() == 1


def test_a_source_without_a_stage_notes_candidates_and_invites_nobody(bridge: Stage) -> None:
    hiring = Hiring(bridge, invites_at=None)
    hiring.opens()
    hiring.makes()
    assert "names no stage" in hiring.moves()
    assert (hiring.application().stage, hiring.application().invitation) == (AT, Invitation.NONE)


def test_a_posting_that_closes_stops_the_invitation_until_it_opens_again(hiring: Hiring) -> None:
    hiring.opens()
    hiring.moves()
    hiring.closes()
    assert hiring.application().invitation is Invitation.CLOSED
    hiring.opens()
    assert hiring.application().invitation is Invitation.WAITING
    hiring.makes()
    assert hiring.invited() == 1


def test_nobody_is_invited_to_a_posting_that_is_closed(hiring: Hiring) -> None:
    hiring.opens()
    hiring.makes()
    hiring.closes()
    hiring.moves()
    assert (hiring.application().invitation, hiring.invited()) == (Invitation.CLOSED, 0)


def test_of_a_requisition_with_several_postings_a_person_chooses_unless_they_are_one_job(hiring: Hiring) -> None:
    hiring.opens("1", "Mechanic")
    hiring.opens("2", "Mécanicien")
    hiring.makes()
    hiring.makes()
    hiring.moves()
    assert (hiring.application().invitation, hiring.invited()) == (Invitation.UNCLEAR, 0)

    hiring.closes("2")
    assert hiring.invited() == 1


def test_of_one_job_in_several_places_the_newest_posting_with_an_interview_is_taken(hiring: Hiring) -> None:
    hiring.opens("1")
    first = hiring.makes()
    hiring.opens("2")
    hiring.moves()
    assert hiring.application().interview_id == first.id
    second = hiring.makes()
    hiring.moves(who="a-2")
    assert hiring.application("a-2").interview_id == second.id


def test_a_posting_that_an_application_names_and_nobody_knows_leads_to_its_requisition(hiring: Hiring) -> None:
    hiring.opens("1")
    made = hiring.makes()
    hiring.moves(job_id="never-announced")
    assert hiring.application().interview_id == made.id


STEPS: dict[str, Callable[[Hiring], object]] = {
    "applied": lambda hiring: hiring.moves("Applied", at=1),
    "reached": lambda hiring: hiring.moves(at=2),
    "again": lambda hiring: hiring.moves(at=2),
    "opened": lambda hiring: (hiring.opens(), hiring.makes()),
}


@pytest.mark.parametrize("order", list(permutations(STEPS)), ids="-".join)
def test_in_whatever_order_they_come_one_candidates_events_end_alike(hiring: Hiring, order: tuple[str, ...]) -> None:
    for step in order:
        STEPS[step](hiring)
    found = hiring.application()
    assert (found.stage, found.at_stage, found.invitation, found.sent) == (AT, True, Invitation.INVITED, 1)
    assert hiring.invited() == 1


def test_an_interview_and_a_stage_in_one_moment_are_brought_together_by_the_sweep(
    overlapping: Callable[..., Stage],
) -> None:
    one, other = Hiring(overlapping()), Hiring(overlapping())
    one.opens()
    held = one.stage.send()

    with meanwhile(one.stage.ledger, "INSERT INTO application", lambda: other.stage.settle(held, created())):
        one.moves()

    for hiring in (one, other):
        hiring.stage.tell(invitations.follow_overlooked)
    assert one.invited() == 1
