"""The outcome: fenced, so that an older attempt can't undo a newer one; a success counts whenever it comes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ledger.stage import (
    ACME,
    FORBIDDEN,
    MARGIN,
    NO_ANSWER,
    ONE_SECOND,
    QUARANTINE,
    REJECTED,
    STEP,
    TEXT,
    UNAVAILABLE,
    UNREACHABLE,
    UNREADABLE,
    Stage,
    an_interview,
    created,
    everything,
    limited,
)
from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Attempt, Created, Evidence, NotExecuted, Outcome, Remedy
from worker.domain.request import Code, State
from worker.ledger import attempts, audit, interviews, organizations, settling, tables
from worker.policy.aftermath import MOST_FAILURES

EVERY_OUTCOME = {
    "unavailable": UNAVAILABLE,
    "unreachable": UNREACHABLE,
    "rejected": REJECTED,
    "forbidden": FORBIDDEN,
    "no answer": NO_ANSWER,
    "unreadable": UNREADABLE,
    "limited": limited(ONE_SECOND),
}


def overtaken(bridge: Stage) -> tuple[str, Attempt, Attempt]:
    """A request whose first attempt woke up late, while its second one is on the wire."""
    request = bridge.file()
    first = bridge.send()
    bridge.lose(first)
    bridge.pass_time(QUARANTINE)
    bridge.retry(request, not_there=True)
    return request, first, bridge.send()


def test_a_success_stores_the_interview_with_all_that_was_said_of_it(bridge: Stage) -> None:
    request = bridge.file()
    outcome = created(passing_score=70, title="Night shift")

    settled = bridge.settle(bridge.send(), outcome)

    assert settled == settling.Settled(State.CREATED)
    stored = bridge.ask(interviews.get, outcome.interview.id)
    assert (stored.interview, stored.request_id, stored.origin) == (outcome.interview, request, Origin.CREATED)
    assert stored.interview.passing_score() == 70
    assert bridge.request(request).interview_id == outcome.interview.id


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (UNAVAILABLE, State.WAITING),
        (UNREACHABLE, State.WAITING),
        (limited(ONE_SECOND), State.WAITING),
        (FORBIDDEN, State.WAITING),
        (REJECTED, State.HELD),
        (NO_ANSWER, State.UNKNOWN),
        (UNREADABLE, State.UNKNOWN),
    ],
)
def test_what_becomes_of_a_request(bridge: Stage, outcome: Outcome, state: State) -> None:
    request = bridge.file()

    assert bridge.settle(bridge.send(), outcome).state is state

    assert bridge.state_of(request) is state
    assert bridge.newest(request).outcome == type(outcome).__name__


def test_a_request_whose_answers_keep_failing_is_held_after_eight(bridge: Stage) -> None:
    request = bridge.file()
    for number in range(1, MOST_FAILURES + 1):
        assert bridge.state_of(request) is State.WAITING
        bridge.clock.now = max(bridge.clock.now, bridge.request(request).due_at)
        bridge.settle(bridge.send(), UNAVAILABLE)
        assert bridge.request(request).failures in (number, number - 1)

    assert bridge.state_of(request) is State.HELD
    assert bridge.request(request).because.code is Code.ATTEMPTS_USED


def test_the_next_attempt_sends_less_or_more_as_the_answer_asked(bridge: Stage) -> None:
    request = bridge.file(TEXT * 150)
    too_slow = NotExecuted(Code.BACKING_OFF, Remedy.SHORTER_TEXT, Evidence(True, True, 504))
    too_vague = NotExecuted(Code.REJECTED, Remedy.MORE_TEXT, Evidence(True, True, 422))

    bridge.settle(bridge.send(), too_slow)
    assert bridge.request(request).text_limit == 12_000
    bridge.clock.now = max(bridge.clock.now, bridge.request(request).due_at)
    bridge.settle(bridge.send(), too_vague)
    assert bridge.request(request).enriched
    bridge.settle(bridge.send(), too_vague)
    assert bridge.state_of(request) is State.HELD


def test_an_answer_that_names_an_interview_of_another_request_leaves_an_unknown(bridge: Stage) -> None:
    owner, request = bridge.file(), bridge.file()
    made = created()
    bridge.settle(bridge.send(), made)

    assert bridge.settle(bridge.send(), made).state is State.UNKNOWN

    assert bridge.state_of(request) is State.UNKNOWN
    assert bridge.interviews_of(owner) == [made.interview]


@pytest.mark.parametrize("name", EVERY_OUTCOME)
def test_an_older_attempt_cannot_change_what_a_newer_one_does(bridge: Stage, name: str) -> None:
    request, first, second = overtaken(bridge)

    assert bridge.settle(first, EVERY_OUTCOME[name]).state is State.SENDING

    assert (bridge.state_of(request), bridge.request(request).fence) == (State.SENDING, second.n)
    assert bridge.settle(second, created()).state is State.CREATED


def test_a_worker_that_wakes_up_late_cannot_undo_a_newer_outcome(bridge: Stage) -> None:
    request = bridge.file()
    slow = bridge.claim()
    bridge.lose(slow)
    made = created()
    bridge.settle(bridge.send(), made)

    bridge.settle(slow, UNREACHABLE)

    assert bridge.state_of(request) is State.CREATED
    assert bridge.interviews_of(request) == [made.interview]


@pytest.mark.parametrize("name", EVERY_OUTCOME)
def test_nothing_undoes_a_success(bridge: Stage, name: str) -> None:
    request = bridge.file()
    held = bridge.send()
    made = created()
    bridge.settle(held, made)

    assert bridge.settle(held, EVERY_OUTCOME[name]).state is State.CREATED

    assert bridge.interviews_of(request) == [made.interview]


@pytest.mark.parametrize("name", EVERY_OUTCOME)
def test_a_late_outcome_does_not_touch_what_was_put_back_in_line(bridge: Stage, name: str) -> None:
    request = bridge.file()
    held = bridge.send()
    bridge.lose(held)
    bridge.pass_time(QUARANTINE)
    bridge.retry(request, not_there=True)
    before = bridge.request(request)

    bridge.settle(held, EVERY_OUTCOME[name])

    assert bridge.request(request) == before


def put_back(bridge: Stage, request: str) -> None:
    bridge.pass_time(QUARANTINE)
    bridge.retry(request, not_there=True)


def cancelled(bridge: Stage, request: str) -> None:
    bridge.pass_time(QUARANTINE)
    bridge.cancel(request, not_there=True)


def claimed_again(bridge: Stage, request: str) -> None:
    put_back(bridge, request)
    bridge.claim()


def sent_again(bridge: Stage, request: str) -> None:
    put_back(bridge, request)
    bridge.send()


def held_again(bridge: Stage, request: str) -> None:
    put_back(bridge, request)
    bridge.settle(bridge.send(), REJECTED)


def left_unknown(bridge: Stage, request: str) -> None:
    pass


@pytest.mark.parametrize("meanwhile", [left_unknown, put_back, cancelled, claimed_again, sent_again, held_again])
def test_a_late_success_counts_whatever_happened_meanwhile(
    bridge: Stage, meanwhile: Callable[[Stage, str], None]
) -> None:
    request = bridge.file()
    held = bridge.send()
    bridge.lose(held)
    meanwhile(bridge, request)
    late = created()

    assert bridge.settle(held, late).state is State.CREATED

    found = bridge.request(request)
    assert (found.state, found.interview_id, found.because) == (State.CREATED, late.interview.id, None)
    assert bridge.interviews_of(request) == [late.interview]
    bridge.pass_time(STEP)
    assert bridge.try_claim() == attempts.NothingDue(None)


def test_a_second_interview_is_kept_as_surplus_and_a_person_is_told(bridge: Stage) -> None:
    request, first, second = overtaken(bridge)
    one, two = created(), created()
    bridge.settle(second, one)

    settled = bridge.settle(first, two)

    assert settled == settling.Settled(State.CREATED, surplus=two.interview.id)
    assert bridge.request(request).interview_id == one.interview.id
    stored = bridge.ask(interviews.of_request, request)
    assert {kept.interview.id: kept.origin for kept in stored} == {
        one.interview.id: Origin.CREATED,
        two.interview.id: Origin.SURPLUS,
    }
    noted = bridge.ask(audit.of, request)[0]
    assert (noted.actor, noted.action, dict(noted.detail)) == (
        "bridge",
        "surplus interview",
        {"interview": two.interview.id},
    )


def test_the_interview_that_a_person_adopted_is_no_surplus_when_its_answer_comes(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.send()
    bridge.lose(held)
    late = created()
    bridge.adopt(request, late.interview.share_link)

    assert bridge.settle(held, late) == settling.Settled(State.CREATED)

    assert len(bridge.interviews_of(request)) == 1


def test_an_adopted_link_with_a_short_code_is_the_interview_whose_answer_carries_that_link(bridge: Stage) -> None:
    """Links of TalentSprout may name an interview by a short code where its id is a UUID."""
    request = bridge.file()
    held = bridge.send()
    bridge.lose(held)
    link = "https://www.talentsprout.ai/interview/c8d41f07"
    bridge.adopt(request, link)

    assert bridge.settle(held, Created(Interview(an_interview().id, link, {}))) == settling.Settled(State.CREATED)

    assert len(bridge.interviews_of(request)) == 1


@pytest.mark.parametrize("name", ["created", "salvaged", *EVERY_OUTCOME])
def test_settling_the_same_outcome_again_changes_nothing(bridge: Stage, name: str) -> None:
    """A journal is replayed, or a commit's answer was lost."""
    ours = {"created": created(), "salvaged": replace(created(), origin=Origin.SALVAGED)}
    outcome = {**EVERY_OUTCOME, **ours}[name]
    bridge.file()
    held = bridge.send()
    first = bridge.settle(held, outcome)
    compared = [tables.request, tables.interview, tables.attempt, tables.organization, tables.audit]
    before = [bridge.ask(everything, table) for table in compared]

    again = bridge.settle(held, outcome)

    assert again == first
    assert [bridge.ask(everything, table) for table in compared] == before


def test_a_replayed_success_whose_request_has_it_already_keeps_what_was_said(bridge: Stage) -> None:
    """A journal's line holds the id and the link alone: it must not empty the interview that is stored."""
    request = bridge.file()
    held = bridge.send()
    made = created(passing_score=70)
    bridge.settle(held, made)

    bridge.settle(held, Created(Interview(made.interview.id, made.interview.share_link, {})))

    assert bridge.interviews_of(request) == [made.interview]


def test_a_late_answer_replaces_what_the_leases_end_had_to_assume(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.send()
    bridge.lose(held)
    ended_at = bridge.newest(request).ended_at
    assert bridge.newest(request).outcome == "lease ended"
    bridge.pass_time(ONE_SECOND)

    bridge.settle(held, UNAVAILABLE)

    newest = bridge.newest(request)
    assert (newest.outcome, newest.evidence["status"], newest.ended_at) == ("NotExecuted", 503, ended_at)


def test_what_was_proven_not_to_run_can_not_exist_and_all_else_may(bridge: Stage) -> None:
    expected = {"unavailable": False, "unreachable": False, "rejected": False, "forbidden": False, "limited": False}
    for name, outcome in EVERY_OUTCOME.items():
        request = bridge.file()
        held = bridge.send()
        assert bridge.ask(attempts.may_exist, request), "while it is on the wire"
        bridge.settle(held, outcome)
        assert bridge.ask(attempts.may_exist, request) is expected.get(name, True), name
        if bridge.state_of(request) is State.WAITING:
            bridge.pass_time(MARGIN)
            bridge.cancel(request)
        if name == "forbidden":
            bridge.tell(organizations.probed, ACME, accepted=True)


def test_an_attempt_that_was_never_sent_leaves_nothing_that_may_exist(bridge: Stage) -> None:
    request = bridge.file()
    bridge.lose(bridge.claim())

    assert not bridge.ask(attempts.may_exist, request)


def test_evidence_for_people_holds_what_was_seen_and_no_more(bridge: Stage) -> None:
    request = bridge.file()
    evidence = Evidence(
        connected=True, body_done=True, status=503, code="unavailable", message="Try later.", x_request_id="r-1"
    )

    bridge.settle(bridge.send(), NotExecuted(Code.BACKING_OFF, Remedy.TIME, evidence))

    assert bridge.newest(request).evidence == {
        "connected": True,
        "body_done": True,
        "status": 503,
        "code": "unavailable",
        "message": "Try later.",
        "x_request_id": "r-1",
    }


def test_the_order_of_a_paused_organization_stays(bridge: Stage) -> None:
    first = bridge.file()
    bridge.file()
    due_at = bridge.request(first).due_at
    held = bridge.send()
    bridge.pass_time(timedelta(seconds=20))

    bridge.settle(held, FORBIDDEN)

    assert bridge.request(first).due_at == due_at
