"""Results: kept once, matched when they can be, and waiting for their interview when they can't."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ledger.completions import a_result
from tests.ledger.stage import ACME, BOLT, NO_ANSWER, Stage, an_interview, created
from worker.domain.interview import Interview
from worker.domain.outcome import Created
from worker.domain.result import CandidateResult
from worker.ledger import aliases, interviews, late_matches, listing, results
from worker.ledger.listing import Filters
from worker.ledger.results import Kept, StoredResult
from worker.policy import matching

SHORT = "c8d41f07"


def keep(bridge: Stage, result: CandidateResult, organization: str = ACME, event: str = "event-1") -> Kept:
    return bridge.tell(results.keep, organization, event, result)


def stored(bridge: Stage) -> list[StoredResult]:
    return list(bridge.ask(listing.results_page, Filters(), 100, None).items)


def the_only(bridge: Stage) -> StoredResult:
    (found,) = stored(bridge)
    return found


def make(bridge: Stage, interview: Interview) -> str:
    """An interview of a request of ours; the request's id."""
    request = bridge.file()
    bridge.settle(bridge.send(), Created(interview))
    return request


def test_a_result_that_names_its_interview_by_id_is_matched(bridge: Stage) -> None:
    made = an_interview(passing_score=70)
    make(bridge, made)

    assert keep(bridge, a_result(made.id)) is Kept.MATCHED

    found = the_only(bridge)
    assert (found.interview_id, found.matched_by, found.share_link) == (made.id, "id", made.share_link)
    assert (found.passing_score, found.contradicted) == (70, False)


def test_everything_that_was_said_comes_back(bridge: Stage) -> None:
    said = a_result(
        "nobody-knows",
        company="Harbour House",
        completed_at=bridge.clock.now - timedelta(minutes=1),
        test=True,
        evaluation={"strengths": ["calm"]},
        recording_url="https://media.example.com/recording",
    )

    keep(bridge, said)

    assert the_only(bridge).result == replace(said, foreign_ids=())
    assert bridge.ask(listing.one_result, the_only(bridge).id) == the_only(bridge)


def test_a_result_whose_link_names_the_interview_is_matched_by_its_link(bridge: Stage) -> None:
    made = an_interview()
    make(bridge, made)

    assert keep(bridge, a_result(SHORT, made.id)) is Kept.MATCHED

    assert the_only(bridge).matched_by == "link"


def test_a_result_that_uses_a_learned_name_is_matched_by_alias(bridge: Stage) -> None:
    made = an_interview()
    make(bridge, made)
    bridge.tell(aliases.learn, ACME, SHORT, made.id)

    keep(bridge, a_result(SHORT))

    assert (the_only(bridge).interview_id, the_only(bridge).matched_by) == (made.id, "alias")


def test_the_short_code_in_a_share_link_is_a_name_of_the_interview(bridge: Stage) -> None:
    identity = an_interview().id
    make(bridge, Interview(identity, f"https://www.talentsprout.ai/interview/{SHORT}?x=1", {}))

    keep(bridge, a_result(SHORT))

    assert (the_only(bridge).interview_id, the_only(bridge).matched_by) == (identity, "alias")


def test_the_first_teacher_of_a_name_is_right(bridge: Stage) -> None:
    first, second = an_interview(), an_interview()
    make(bridge, first)
    make(bridge, second)

    bridge.tell(aliases.learn, ACME, SHORT, first.id)
    bridge.tell(aliases.learn, ACME, SHORT, second.id)

    assert bridge.ask(interviews.named, ACME, SHORT).interview == first


@pytest.mark.parametrize("form", ["id", "id:more", "label"])
def test_a_result_that_came_through_a_personal_link_of_ours_is_matched_by_its_external_id(
    bridge: Stage, form: str
) -> None:
    made = an_interview()
    request = make(bridge, made)
    external = {
        "id": matching.external_id(request),
        "id:more": matching.external_id(request) + ":candidate-9",
        "label": matching.PREFIX + bridge.request(request).label.removeprefix("spr-").lower(),
    }[form]

    keep(bridge, a_result("unheard-of", external_id=external))

    assert (the_only(bridge).interview_id, the_only(bridge).matched_by) == (made.id, "external id")


def test_an_id_is_trusted_more_than_the_external_id_which_a_candidate_can_change(bridge: Stage) -> None:
    right, wrong = an_interview(), an_interview()
    make(bridge, right)
    request = make(bridge, wrong)

    keep(bridge, a_result(right.id, external_id=matching.external_id(request)))

    assert the_only(bridge).interview_id == right.id


def test_a_result_is_not_matched_across_organizations(bridge: Stage) -> None:
    made = an_interview()
    request = make(bridge, made)
    bridge.tell(aliases.learn, ACME, SHORT, made.id)

    for number, names in enumerate([(made.id,), (SHORT,), ("x",)]):
        result = a_result(*names, session=f"session-{number}", external_id=matching.external_id(request))
        assert keep(bridge, result, BOLT) is Kept.UNMATCHED

    bridge.tell(late_matches.link)
    assert [one.interview_id for one in stored(bridge)] == [None, None, None]


def test_a_result_is_kept_once_for_a_session_and_event(bridge: Stage) -> None:
    made = an_interview()
    make(bridge, made)

    assert keep(bridge, a_result(made.id)) is Kept.MATCHED
    assert keep(bridge, a_result(made.id), event="event-2") is Kept.REPEATED
    assert keep(bridge, replace(a_result(made.id), event="interview.abandoned")) is Kept.MATCHED
    assert keep(bridge, a_result(made.id, session="session-2")) is Kept.MATCHED

    assert len(stored(bridge)) == 3


@pytest.mark.parametrize("known", [True, False])
def test_a_result_that_contradicts_the_first_is_flagged_and_never_overwrites(bridge: Stage, known: bool) -> None:
    made = an_interview()
    if known:
        make(bridge, made)
    keep(bridge, a_result(made.id))

    assert keep(bridge, a_result(made.id, score=12.0)) is Kept.CONTRADICTED

    found = the_only(bridge)
    assert (found.result.score, found.contradicted) == (81.0, True)


def test_a_repeat_that_differs_only_in_unimportant_words_is_no_contradiction(bridge: Stage) -> None:
    keep(bridge, a_result("x"))

    assert keep(bridge, a_result("x", title="Night shift (m/w/d)")) is Kept.REPEATED


def test_a_result_of_an_unknown_interview_waits_and_is_linked_when_that_is_stored(bridge: Stage) -> None:
    made = an_interview()
    assert keep(bridge, a_result(made.id)) is Kept.UNMATCHED
    assert keep(bridge, a_result(made.id, session="session-2")) is Kept.UNMATCHED
    assert the_unmatched(bridge) == 2

    make(bridge, made)

    assert [one.interview_id for one in stored(bridge)] == [made.id, made.id]
    assert {one.matched_by for one in stored(bridge)} == {"id"}


def the_unmatched(bridge: Stage) -> int:
    return len(bridge.ask(listing.results_page, Filters(state="unmatched"), 100, None).items)


def test_a_result_that_came_under_a_short_code_is_linked_by_the_share_link(bridge: Stage) -> None:
    identity = an_interview().id
    keep(bridge, a_result(SHORT))

    make(bridge, Interview(identity, f"https://www.talentsprout.ai/interview/{SHORT}", {}))

    assert (the_only(bridge).interview_id, the_only(bridge).matched_by) == (identity, "link")


def test_a_result_of_an_adopted_interview_is_linked_by_the_adoption(bridge: Stage) -> None:
    made = an_interview()
    keep(bridge, a_result(made.id))
    request = bridge.file()
    bridge.settle(bridge.send(), NO_ANSWER)

    bridge.adopt(request, made.share_link)

    assert the_only(bridge).interview_id == made.id


def test_a_result_waits_for_interviews_of_its_own_organization_alone(bridge: Stage) -> None:
    made = an_interview()
    keep(bridge, a_result(made.id), BOLT)

    make(bridge, made)

    assert the_only(bridge).interview_id is None


# In the same moment: neither transaction saw the other, so the sweep links them.


def test_a_result_and_its_interview_stored_in_the_same_moment_find_each_other(overlapping) -> None:
    bridge, other = overlapping(), overlapping()
    made = an_interview()
    bridge.file()
    held = bridge.send()

    def both(tx) -> None:
        results.keep(tx, ACME, "event-1", a_result(made.id))
        other.settle(held, Created(made))

    bridge.ledger.write(both)
    assert the_only(bridge).interview_id is None

    assert bridge.tell(late_matches.link) == 1

    assert (the_only(bridge).interview_id, the_only(bridge).matched_by) == (made.id, "id")
    assert bridge.tell(late_matches.link) == 0


def test_a_name_that_is_learned_later_finds_the_results_that_used_it(bridge: Stage) -> None:
    made = an_interview()
    make(bridge, made)
    keep(bridge, a_result(SHORT))
    bridge.tell(aliases.learn, ACME, SHORT, made.id)

    assert bridge.tell(late_matches.link) == 1

    assert (the_only(bridge).interview_id, the_only(bridge).matched_by) == (made.id, "alias")


@pytest.mark.parametrize("form", ["id", "label"])
def test_a_result_through_our_own_link_is_linked_when_its_request_gets_an_interview(bridge: Stage, form: str) -> None:
    request = bridge.file()
    label = bridge.request(request).label.removeprefix("spr-")
    keep(bridge, a_result(SHORT, external_id=matching.PREFIX + (request if form == "id" else label)))
    assert bridge.tell(late_matches.link) == 0
    outcome = created()

    bridge.settle(bridge.send(), outcome)

    assert (the_only(bridge).interview_id, the_only(bridge).matched_by) == (outcome.interview.id, "external id")


@pytest.mark.parametrize("form", ["id", "label"])
def test_a_result_through_our_own_link_that_came_in_the_same_moment_is_linked_later(overlapping, form: str) -> None:
    bridge, other = overlapping(), overlapping()
    request = bridge.file()
    label = bridge.request(request).label.removeprefix("spr-")
    held, outcome = bridge.send(), created()

    def both(tx) -> None:
        external = matching.PREFIX + (request if form == "id" else label) + ":candidate-9"
        results.keep(tx, ACME, "event-1", a_result(SHORT, external_id=external))
        other.settle(held, outcome)

    bridge.ledger.write(both)
    assert the_only(bridge).interview_id is None

    assert bridge.tell(late_matches.link) == 1

    assert (the_only(bridge).interview_id, the_only(bridge).matched_by) == (outcome.interview.id, "external id")


def test_results_that_never_find_their_interview_do_not_stand_in_the_way_of_others(overlapping) -> None:
    """Candidates can change the external id: many that name nothing must not fill every round."""
    bridge, other = overlapping(), overlapping()
    request = bridge.file()
    held = bridge.send()

    def keep_all(tx) -> None:
        for number in range(late_matches.MOST_AT_ONCE):
            bogus = a_result(session=f"s{number}", external_id=f"spr:nothing-{number}")
            results.keep(tx, ACME, "event-1", bogus)
        results.keep(tx, ACME, "event-1", a_result(session="last", external_id=matching.external_id(request)))
        other.settle(held, created())

    bridge.ledger.write(keep_all)

    assert bridge.tell(late_matches.link) == 1
