"""A result finds its candidate by what our own link carried, signed; nothing else writes into somebody's record."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config import Secret
from tests.ledger.completions import a_result
from tests.ledger.hiring import MORNING, Hiring
from tests.ledger.stage import BOLT, Stage
from worker import shown
from worker.domain.interview import Interview
from worker.ledger import attributions, listing, results
from worker.ledger.attributions import Doubt, Rule
from worker.ledger.keyring import Keyring
from worker.ledger.results import Kept, StoredResult
from worker.policy import matching


@pytest.fixture
def hiring(bridge: Stage) -> Hiring:
    return Hiring(bridge)


@pytest.fixture
def invited(hiring: Hiring) -> tuple[Hiring, Interview]:
    hiring.opens()
    made = hiring.makes()
    hiring.moves()
    return hiring, made


def only(hiring: Hiring) -> StoredResult:
    (found,) = hiring.results()
    return found


def test_the_signed_id_of_a_personal_link_finds_the_application(invited: tuple[Hiring, Interview]) -> None:
    hiring, made = invited
    hiring.finishes(made.id, external=hiring.signed())
    found = only(hiring)
    assert (found.whose.application_id, found.whose.rule) == (hiring.application().id, Rule.SIGNED_ID)
    assert shown.result(found)["claim"] is None


def test_it_finds_the_interview_too_where_no_other_name_is_known(invited: tuple[Hiring, Interview]) -> None:
    hiring, made = invited
    assert hiring.finishes("c0ffee12", external=hiring.signed()) is Kept.MATCHED
    assert (only(hiring).interview_id, only(hiring).matched_by) == (made.id, "signed id")
    assert hiring.finishes("c0ffee12", session="another") is Kept.UNMATCHED, (
        "an id that people can change teaches nothing"
    )


@pytest.mark.parametrize("change", ["proof", "application", "none", "cut", "long"])
def test_a_forged_or_altered_id_is_a_claim_and_changes_no_record(
    invited: tuple[Hiring, Interview], change: str
) -> None:
    hiring, made = invited
    hiring.moves(who="a-2")
    right, other = hiring.signed(), hiring.application("a-2").id
    _, application, proof = right.split(":")
    forged = {
        "proof": f"spr:{application}:{'A' * len(proof)}",
        "application": f"spr:{other}:{proof}",
        "none": f"spr:{application}",
        "cut": right[:-1],
        "long": f"{right}x",
    }[change]

    hiring.finishes(made.id, external=forged)

    found = only(hiring)
    assert (found.interview_id, found.whose.application_id, found.whose.doubt) == (made.id, None, Doubt.FORGED)
    assert "signature does not fit" in shown.result(found)["claim"]
    for who in ("a-1", "a-2"):
        assert hiring.stage.ask(listing.results_of, [hiring.application(who).id]) == {hiring.application(who).id: []}


def test_an_id_signed_with_the_key_before_still_counts_and_with_none_of_ours_does_not() -> None:
    old, new = Secret("the-old-data-key-of-this-test-alone"), Secret("the-new-data-key-of-this-test-alone")
    claim = matching.claim_in(matching.personal_id("01example", Keyring((old,)).proofs("01example")[0]))
    assert claim is not None
    rings = [Keyring((new, old)), Keyring((new,))]
    assert [matching.is_proven(claim, ring.proofs("01example")) for ring in rings] == [True, False]


def test_a_signed_id_at_another_jobs_interview_is_not_believed(invited: tuple[Hiring, Interview]) -> None:
    hiring, _ = invited
    hiring.opens("2", "Baker", requisition="r-2")
    elsewhere = hiring.makes()
    hiring.finishes(elsewhere.id, external=hiring.signed())
    assert (only(hiring).whose.application_id, only(hiring).whose.doubt) == (None, Doubt.ELSEWHERE)


def test_a_signed_id_at_another_organization_is_not_believed(invited: tuple[Hiring, Interview]) -> None:
    hiring, _ = invited
    said = a_result("c0ffee12", external_id=hiring.signed())
    hiring.stage.tell(results.keep, BOLT, "event", said)
    assert (only(hiring).interview_id, only(hiring).whose.doubt) == (None, Doubt.UNKNOWN)


def test_a_result_by_the_jobs_own_link_is_nobodys_and_does_not_stop_the_invitation(hiring: Hiring) -> None:
    hiring.opens()
    made = hiring.makes()
    hiring.finishes(made.id)
    hiring.moves()
    assert only(hiring).whose.application_id is None
    assert hiring.invited() == 1


def test_abandoned_and_taken_again_are_kept_apart_with_the_latest_and_the_best_marked(
    invited: tuple[Hiring, Interview],
) -> None:
    hiring, made = invited
    signed = hiring.signed()
    began = [MORNING + timedelta(hours=hour) for hour in range(4)]
    hiring.finishes(made.id, session="2", external=signed, score=80.0, started_at=began[1])
    hiring.finishes(made.id, session="3", external=signed, score=61.0, started_at=began[2])
    hiring.finishes(made.id, session="1", external=signed, score=None, started_at=began[0])  # its time ran out late
    hiring.finishes(made.id, session="4", external=signed, score=99.0, started_at=began[3], test=True)

    told = {one.result.session_id: shown.result(one) for one in hiring.results()}

    takes = {name: (one["attempt"], one["attempts"], one["latest"], one["best"]) for name, one in told.items()}
    assert takes == {
        "1": (1, 3, False, False),
        "2": (2, 3, False, True),
        "3": (3, 3, True, False),
        "4": (None, None, None, None),
    }


def test_an_external_id_of_ours_fits_where_talentsprout_takes_it(bridge: Stage) -> None:
    made = bridge.ask(attributions.personal_id, "0" * 20)
    assert len(made) <= 64
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-")


def test_of_equal_scores_the_later_is_the_best_and_a_session_told_of_twice_is_one_attempt(
    invited: tuple[Hiring, Interview],
) -> None:
    hiring, made = invited
    signed = hiring.signed()
    began = [MORNING + timedelta(hours=hour) for hour in range(2)]
    hiring.finishes(made.id, session="1", external=signed, score=80.0, started_at=began[0])
    hiring.finishes(made.id, session="2", external=signed, score=80.0, started_at=began[1])
    ended = replace(
        a_result(made.id, session="2", external_id=signed, score=None, started_at=began[1]), event="abandoned"
    )
    hiring.stage.tell(results.keep, "acme", "event", ended)

    takes = [(one.take.number, one.take.count, one.take.is_latest, one.take.is_best) for one in hiring.results()]

    assert takes == [(1, 2, False, False), (2, 2, False, True), (2, 2, True, False)]


def test_who_came_without_a_personal_link_and_again_has_attempts_too(invited: tuple[Hiring, Interview]) -> None:
    hiring, made = invited
    hiring.finishes(made.id, session="1", score=50.0)
    hiring.finishes(made.id, session="2", score=70.0)
    hiring.finishes(made.id, session="3", score=99.0, external=f"{hiring.signed()}x")  # not believed: nobody's
    hiring.opens("2", "Baker", requisition="r-2")
    hiring.finishes(hiring.makes().id, session="4", score=60.0)

    told = [(one["attempt"], one["attempts"], one["best"]) for one in map(shown.result, hiring.results())]

    assert told == [(1, 2, False), (2, 2, True), (None, None, None), (1, 1, True)]
