"""A result that nothing else names belongs to the only interview of its title and company; where that is not sure, to none."""

from datetime import timedelta

import pytest

from tests.ledger.completions import a_result
from tests.ledger.hiring import Hiring
from tests.ledger.stage import ACME, ADA, BOLT, NO_ANSWER, ONE_SECOND, Stage, an_interview, created
from worker import recruiting
from worker.domain.interview import Interview
from worker.domain.outcome import Created
from worker.domain.result import CandidateResult
from worker.ledger import aliases, interviews, late_matches, listing, namesakes, results
from worker.ledger.listing import Filters
from worker.ledger.results import Kept, StoredResult
from worker.operators import Refusal
from worker.policy.matching import Match

TITLE, COMPANY = "Night shift", "Harbour House"
CODE, OTHER_CODE = "c4xk9q2w", "c7aaaaaa"


def finished(name: str | None = CODE, session: str = "session-1", **more: object) -> CandidateResult:
    said = {"title": TITLE, "company": COMPANY} | more
    return a_result(*([name] if name else []), session=session, **said)


def keep(bridge: Stage, said: CandidateResult, organization: str = ACME, **more: object) -> Kept:
    return bridge.tell(results.keep, organization, "event-1", said, **more)


def make(bridge: Stage, title: str | None = TITLE, company: str | None = COMPANY, **more: object) -> Interview:
    made = an_interview(title=title, company_name=company, **more)
    bridge.file(title="Another title")
    bridge.settle(bridge.send(), Created(made))
    return made


def stored(bridge: Stage) -> list[StoredResult]:
    return list(reversed(bridge.ask(listing.results_page, Filters(), 100, None).items))


def matches(bridge: Stage) -> list[tuple[str | None, Match | None]]:
    return [(one.interview_id, one.matched_by) for one in stored(bridge)]


def test_the_only_interview_of_a_title_and_company_is_the_results(bridge: Stage) -> None:
    made = make(bridge)
    make(bridge, title="Day shift")
    make(bridge, company="Another House")

    assert keep(bridge, finished(title=" night  SHIFT")) is Kept.MATCHED

    assert matches(bridge) == [(made.id, Match.TITLE)]


def test_it_is_announced_once_whatever_is_known_later(told: Stage) -> None:
    made = make(told)
    keep(told, finished())
    before = len(told.ask(lambda tx: tx.conn.exec_driver_sql("SELECT id FROM delivery").all()))
    told.tell(aliases.learn, ACME, CODE, made.id)

    assert told.tell(late_matches.link) == 1

    assert matches(told) == [(made.id, Match.ALIAS)]
    assert len(told.ask(lambda tx: tx.conn.exec_driver_sql("SELECT id FROM delivery").all())) == before


@pytest.mark.parametrize(
    "more",
    [
        {"company": None},
        {"company": "Another House"},
        {"title": "Day shift"},
        {"title": None},
        {"name": "11111111-2222-4333-8444-555555555555"},  # TalentSprout's own id, and none of ours
    ],
)
def test_what_is_not_the_same_is_not_matched(bridge: Stage, more: dict[str, object]) -> None:
    make(bridge)
    assert keep(bridge, finished(**more)) is Kept.UNMATCHED
    assert bridge.tell(late_matches.link) == 0


@pytest.mark.parametrize("company", [COMPANY, None])
def test_of_two_that_may_be_meant_none_is_guessed_and_both_are_proposed(bridge: Stage, company: str | None) -> None:
    first = make(bridge)
    second = make(bridge, company=company)

    assert keep(bridge, finished()) is Kept.UNMATCHED

    assert bridge.tell(late_matches.link) == 0
    assert bridge.ask(namesakes.proposed, ACME, TITLE, COMPANY, 5) == [second.id, first.id]
    assert bridge.ask(namesakes.proposed, BOLT, TITLE, COMPANY, 5) == []


def test_an_interview_of_another_organization_is_not_meant(bridge: Stage) -> None:
    make(bridge)
    assert keep(bridge, finished(), BOLT) is Kept.UNMATCHED


def test_a_request_of_that_title_that_may_have_made_one_comes_first(bridge: Stage) -> None:
    made = make(bridge)
    open_one = bridge.file(title=TITLE)
    bridge.settle(bridge.send(), NO_ANSWER)
    assert keep(bridge, finished()) is Kept.UNMATCHED

    bridge.pass_time(timedelta(hours=1))
    bridge.cancel(open_one, not_there=True)

    assert bridge.tell(late_matches.link) == 1
    assert matches(bridge) == [(made.id, Match.TITLE)]


def test_a_result_that_came_first_is_linked_when_its_interview_is_known(bridge: Stage) -> None:
    sent_at = bridge.clock.now
    bridge.file(title=TITLE)
    held = bridge.send()
    bridge.pass_time(timedelta(minutes=3))
    assert keep(bridge, finished()) is Kept.UNMATCHED
    outcome = created(title=TITLE, company_name=COMPANY, created_at=(sent_at + timedelta(minutes=1)).isoformat())

    bridge.settle(held, outcome)

    assert bridge.tell(late_matches.link) == 1
    assert matches(bridge) == [(outcome.interview.id, Match.TITLE)]


def test_a_session_that_began_before_the_interview_was_made_is_of_another(bridge: Stage) -> None:
    keep(bridge, finished())
    bridge.pass_time(ONE_SECOND)
    make(bridge)
    assert bridge.tell(late_matches.link) == 0
    assert keep(bridge, finished(session="session-2")) is Kept.UNMATCHED, "its name is known from before"


def test_an_interview_that_results_name_otherwise_is_not_meant(bridge: Stage) -> None:
    made = make(bridge)
    keep(bridge, finished(made.id, session="session-0"))
    assert keep(bridge, finished()) is Kept.UNMATCHED


def test_of_two_names_one_must_be_wrong(bridge: Stage) -> None:
    make(bridge)
    assert keep(bridge, finished()) is Kept.MATCHED
    assert keep(bridge, finished(session="session-2")) is Kept.MATCHED, "the same name again"
    assert keep(bridge, finished(OTHER_CODE, session="session-3")) is Kept.UNMATCHED


def test_what_is_known_better_goes_before_a_title(bridge: Stage) -> None:
    make(bridge)
    keep(bridge, finished())
    other = an_interview(title="Baker")
    bridge.file()
    bridge.settle(bridge.send(), Created(Interview(other.id, f"https://www.talentsprout.ai/interview/{CODE}", {})))
    assert matches(bridge) == [(other.id, Match.LINK)]


def test_a_person_may_say_otherwise_which_teaches_the_name(bridge: Stage) -> None:
    make(bridge)
    keep(bridge, finished())
    keep(bridge, finished(session="session-2"))
    other = make(bridge, title="Night shift (old)")
    found = bridge.ask(interviews.get, other.id)

    bridge.tell(recruiting.attach, ADA, "session-1", found)

    assert matches(bridge) == [(other.id, Match.PERSON), (other.id, Match.ALIAS)]
    with pytest.raises(Refusal, match="already, by person"):
        bridge.tell(recruiting.attach, ADA, "session-1", found)


def test_results_of_others_are_kept_where_one_may_be_ours_by_its_title(bridge: Stage) -> None:
    make(bridge)
    make(bridge)
    assert keep(bridge, finished(), drop_foreign=True) is Kept.UNMATCHED
    assert keep(bridge, finished(title="Baker", session="session-2"), drop_foreign=True) is Kept.DROPPED


def test_a_result_of_a_personal_link_is_matched_by_title_to_its_own_job_alone(bridge: Stage) -> None:
    hiring = Hiring(bridge)
    hiring.opens("2", "Baker", requisition="r-2")
    bridge.settle(bridge.send(), created(title="Baker", company_name=COMPANY))
    hiring.moves()  # for the requisition r-1, which has no posting yet

    hiring.finishes(CODE, external=hiring.signed(), title="Baker", company=COMPANY)

    assert [one.interview_id for one in hiring.results()] == [None]
