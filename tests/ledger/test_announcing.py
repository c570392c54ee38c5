"""What is announced, to whom, and how often."""

from dataclasses import replace

import pytest

from tests.ledger.completions import a_result
from tests.ledger.dispatching import ALL, CHAT, CRM, claim, events, happen, planned
from tests.ledger.stage import ACME, BOLT, FORBIDDEN, NO_ANSWER, REJECTED, Stage, an_interview, created
from worker.domain.delivery import Occurrence, Subjects
from worker.domain.interview import Origin
from worker.domain.message import Happened
from worker.ledger import announcing, deliveries, interviews, organizations, results, targets


def test_each_target_that_wants_it_is_told_once_however_often_it_is_announced(told: Stage) -> None:
    assert happen(told, "one") == 2
    assert happen(told, "one") == 0
    assert happen(told, "two") == 2
    assert events(told, CRM) == events(told, CHAT) == [Happened.BATCH_FINISHED] * 2


def test_nobody_is_told_of_what_he_does_not_want_or_what_is_another_organizations(told: Stage) -> None:
    told.tell(targets.prepare, [targets.Wanted(CRM, ACME, "webhook", [Happened.REQUEST_HELD])])
    happen(told, "one")
    told.tell(announcing.announce, Occurrence(Happened.REQUEST_HELD, BOLT, "request x", "x", Subjects(request="x")))
    assert planned(told) == []


def test_a_target_that_left_the_configuration_gets_nothing_new_and_keeps_what_it_had(told: Stage) -> None:
    happen(told, "one")
    told.tell(targets.prepare, [targets.Wanted(CHAT, ACME, "webhook", ALL)])
    assert happen(told, "two") == 1
    assert claim(told, CRM) == []
    assert told.ask(deliveries.next_due, [CRM, CHAT]).keys() == {CHAT}

    told.tell(targets.prepare, [targets.Wanted(name, ACME, "webhook", ALL) for name in (CRM, CHAT)])
    assert len(claim(told, CRM)) == 1


def test_an_interview_is_announced_whichever_way_it_became_known(told: Stage) -> None:
    told.file()
    told.settle(told.send(), created())
    adopted = told.file()
    told.settle(told.send(), NO_ANSWER)
    told.adopt(adopted, "https://www.talentsprout.ai/interview/abc234")

    assert events(told) == ["interview.created", "request.unknown", "interview.created"]


def test_an_interview_that_comes_late_is_announced_and_a_surplus_one_is_not(told: Stage) -> None:
    told.file()
    held = told.send()
    told.lose(held)
    told.settle(held, created())
    told.settle(held, created())

    assert events(told) == ["request.unknown", "interview.created"]


def test_an_outcome_that_is_settled_again_announces_nothing(told: Stage) -> None:
    told.file()
    held, made = told.send(), created()
    told.settle(held, made)
    told.settle(held, made)
    told.file()
    refused = told.send()
    told.settle(refused, REJECTED)
    told.settle(refused, REJECTED)

    assert events(told) == ["interview.created", "request.held"]


def test_a_request_that_is_held_twice_is_announced_twice_with_the_reason_of_each_time(told: Stage) -> None:
    request = told.file("Too short.")
    told.retry(request, text="Harbour House looks for a night-shift care assistant who stays calm at three.")
    told.settle(told.send(), REJECTED)

    codes = [one.facts["because"]["code"] for one in planned(told, target=CRM)]
    assert codes == ["too_short", "rejected"]


def test_what_is_rolled_back_is_not_announced(told: Stage) -> None:
    def unit(tx: object) -> None:
        organizations.hold(tx, ACME, "ada")
        raise RuntimeError("the transaction ends here")

    with pytest.raises(RuntimeError):
        told.tell(unit)
    assert planned(told) == []


def test_a_pause_is_announced_and_its_end_once_nothing_else_pauses(told: Stage) -> None:
    told.file()
    told.settle(told.send(), FORBIDDEN)
    told.tell(organizations.hold, ACME, "ada")
    told.tell(organizations.probed, ACME, accepted=True)
    assert events(told) == ["organization.paused", "organization.paused"]
    told.tell(organizations.resume, ACME)
    assert events(told)[2:] == ["organization.resumed"]
    by = [one.facts["organization"]["paused_by"] for one in planned(told, target=CRM)]
    assert by == [None, "ada", None]


def test_a_result_is_announced_when_its_interview_is_known_and_not_before(told: Stage) -> None:
    made = an_interview()
    told.tell(results.keep, ACME, "event", a_result(made.id))
    assert events(told) == []

    told.tell(interviews.store, ACME, made, Origin.CREATED, None)

    assert sorted(events(told)) == ["interview.created", "result.completed"]


def test_neither_a_preview_nor_a_repeat_nor_a_contradiction_is_announced(told: Stage) -> None:
    made = an_interview()
    told.tell(interviews.store, ACME, made, Origin.CREATED, None)
    told.tell(results.keep, ACME, "event", replace(a_result(made.id, session="s-1"), test=True))
    told.tell(results.keep, ACME, "event", a_result(made.id, session="s-2"))
    told.tell(results.keep, ACME, "event", a_result(made.id, session="s-2"))
    told.tell(results.keep, ACME, "event", replace(a_result(made.id, session="s-2"), score=1.0))

    assert events(told) == ["interview.created", "result.completed"]
