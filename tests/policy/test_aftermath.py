"""What becomes of a request: one row for each way in which an attempt can end."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from tests.policy.sample import NOW, a_request
from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Created, Evidence, NotExecuted, Refused, Remedy, Unknown
from worker.domain.request import Because, Code, GenerationRequest
from worker.policy import aftermath
from worker.policy.aftermath import (
    FAILING_FOR,
    MOST_FAILURES,
    OUT_OF_REACH_FOR,
    TEXT_LIMITS,
    AskAPerson,
    Finish,
    Hold,
    PauseOrganization,
    TryAgain,
)

ANSWERED = Evidence(connected=True, body_done=True, status=503, code="unavailable", x_request_id="r-1")
SILENT = Evidence(trouble="no connection")
INTERVIEW = Interview("3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8", "https://www.talentsprout.ai/interview/x", {})


def after(outcome, request: GenerationRequest | None = None, now: datetime = NOW) -> aftermath.Step:
    """With the longest wait that chance may give."""
    return aftermath.after(outcome, request or a_request(), now, lambda most: most)


def not_executed(remedy: Remedy, code: Code = Code.BACKING_OFF, evidence: Evidence = ANSWERED) -> NotExecuted:
    return NotExecuted(code, remedy, evidence)


def again(request: GenerationRequest, outcome: NotExecuted, now: datetime) -> GenerationRequest:
    """The request after another try that ended so."""
    step = after(outcome, request, now)
    assert isinstance(step, TryAgain), step
    kept = {field.name: getattr(step, field.name) for field in fields(step)}
    return replace(request, fence=request.fence + 1, **kept)


def test_a_readable_interview_finishes_it() -> None:
    for origin in (Origin.CREATED, Origin.SALVAGED):
        assert after(Created(INTERVIEW, ANSWERED, origin)) == Finish(INTERVIEW, origin)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_pauses_the_organization(status: int) -> None:
    evidence = Evidence(True, True, status)

    assert after(Refused(evidence)) == PauseOrganization(evidence)


@pytest.mark.parametrize("code", [Code.NO_ANSWER, Code.UNREADABLE_ANSWER, Code.DIED_SENDING])
def test_what_may_have_run_is_asked_of_a_person_however_often_it_was_tried(code: Code) -> None:
    evidence = Evidence(True, True, 200, likely=True, trouble="no interview can be read from the answer")
    expected = AskAPerson(
        Because(code, {"status": 200, "trouble": evidence.trouble, "body_done": True, "likely": True})
    )

    assert after(Unknown(code, evidence)) == expected
    assert after(Unknown(code, evidence), a_request(failures=7, fence=9)) == expected


@pytest.mark.parametrize(
    "code", [Code.REJECTED, Code.INVALID_OPTION, Code.TEMPLATE_MISSING, Code.MISCONFIGURED, Code.TOO_SHORT]
)
def test_what_no_repetition_can_help_is_held(code: Code) -> None:
    evidence = Evidence(True, True, 400, code="invalid_request", message="voice is unknown", param="voice")

    assert after(not_executed(Remedy.PERSON, code, evidence)) == Hold(
        Because(
            code,
            {
                "status": 400,
                "error": "invalid_request",
                "message": "voice is unknown",
                "param": "voice",
                "body_done": True,
            },
        )
    )


def test_a_spent_budget_costs_the_request_nothing() -> None:
    request = a_request(failures=3, failing_since=NOW - timedelta(hours=20), text_limit=6_000, enriched=True)

    assert after(not_executed(Remedy.ROOM, Code.ASKED_TO_WAIT), request) == TryAgain(
        NOW, None, 3, request.failing_since, 6_000, True
    )


def test_waits_double_from_one_second_to_thirty() -> None:
    waits = []
    for failures in range(MOST_FAILURES - 1):
        step = after(not_executed(Remedy.TIME), a_request(failures=failures))
        waits.append((step.due_at - NOW).total_seconds())

    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_chance_spreads_the_waits_and_none_is_shorter_than_a_quarter_of_a_second() -> None:
    request = a_request(failures=4)

    for share, seconds in [(0.5, 8.0), (0.0, 0.25)]:
        step = aftermath.after(not_executed(Remedy.TIME), request, NOW, lambda most, share=share: most * share)
        assert (step.due_at - NOW).total_seconds() == seconds


def test_the_eighth_failing_answer_holds_it() -> None:
    assert isinstance(after(not_executed(Remedy.TIME), a_request(failures=MOST_FAILURES - 2)), TryAgain)

    held = after(not_executed(Remedy.TIME), a_request(failures=MOST_FAILURES - 1))

    assert isinstance(held, Hold)
    assert held.because.code is Code.ATTEMPTS_USED
    assert held.because.facts["attempts"] == MOST_FAILURES
    assert held.because.facts["status"] == 503


def test_a_quarter_of_an_hour_of_failing_answers_holds_it() -> None:
    request = again(a_request(), not_executed(Remedy.TIME), NOW)

    assert isinstance(after(not_executed(Remedy.TIME), request, NOW + FAILING_FOR - timedelta(seconds=1)), TryAgain)
    assert isinstance(after(not_executed(Remedy.TIME), request, NOW + FAILING_FOR), Hold)


def test_a_failing_answer_says_which_try_it_was_and_when_the_next_is() -> None:
    step = after(not_executed(Remedy.TIME), a_request(failures=2))

    assert step.because.facts["attempt"] == 4
    assert step.because.facts["of"] == MOST_FAILURES
    assert step.because.facts["again_at"] == "2026-11-24T09:00:04+00:00"
    assert (step.failures, step.failing_since) == (3, NOW)


def test_a_day_out_of_reach_holds_it_and_less_does_not_count_as_a_failure() -> None:
    unreachable = not_executed(Remedy.REACH, evidence=SILENT)
    request = a_request()
    for hour in range(24):
        request = again(request, unreachable, NOW + timedelta(hours=hour))
    assert request.failures == 0

    held = after(unreachable, request, NOW + OUT_OF_REACH_FOR)

    assert isinstance(held, Hold)
    assert held.because.code is Code.ATTEMPTS_USED
    assert held.because.facts["trouble"] == "no connection"


def test_a_failing_answer_after_an_hour_out_of_reach_is_the_first_failure_and_not_the_last() -> None:
    """The line was down, which proves nothing against the request."""
    request = again(a_request(), not_executed(Remedy.REACH, evidence=SILENT), NOW)
    request = again(request, not_executed(Remedy.REACH, evidence=SILENT), NOW + timedelta(minutes=30))

    later = NOW + timedelta(hours=1)
    step = after(not_executed(Remedy.TIME), request, later)

    assert isinstance(step, TryAgain)
    assert (step.failures, step.failing_since) == (1, later)


def test_time_out_of_reach_between_two_failing_answers_does_not_count_against_the_request() -> None:
    request = again(a_request(), not_executed(Remedy.TIME), NOW)
    request = again(request, not_executed(Remedy.REACH, evidence=SILENT), NOW + timedelta(minutes=1))

    assert isinstance(after(not_executed(Remedy.TIME), request, NOW + timedelta(hours=2)), TryAgain)


def test_failing_answers_and_lost_connections_in_turn_do_not_go_on_for_ever() -> None:
    request, now = a_request(), NOW
    for _ in range(MOST_FAILURES - 1):
        request = again(request, not_executed(Remedy.TIME), now)
        request = again(request, not_executed(Remedy.REACH, evidence=SILENT), now)
        now += timedelta(minutes=20)

    assert isinstance(after(not_executed(Remedy.TIME), request, now), Hold)


def test_a_long_text_gets_shorter_with_each_time_out_of_theirs_and_then_it_is_held() -> None:
    too_slow = not_executed(Remedy.SHORTER_TEXT, evidence=replace(ANSWERED, status=504, code="timeout"))
    request, limits = a_request(), []
    while isinstance(step := after(too_slow, request), TryAgain):
        assert step.because.facts["of"] == len(TEXT_LIMITS)
        request = again(request, too_slow, NOW)
        limits.append(step.text_limit)

    assert limits == list(TEXT_LIMITS[1:])
    assert step == Hold(Because(Code.BACKING_OFF, aftermath.facts(too_slow.evidence)))


def test_a_short_text_is_tried_as_often_and_sent_as_it_is() -> None:
    too_slow = not_executed(Remedy.SHORTER_TEXT)
    request, tries = a_request(text_limit=97), 1
    while isinstance(after(too_slow, request), TryAgain):
        request, tries = again(request, too_slow, NOW), tries + 1
        assert request.text_limit == 97

    assert tries == len(TEXT_LIMITS)


def test_a_text_that_can_still_get_shorter_does_though_other_answers_failed_before() -> None:
    step = after(not_executed(Remedy.SHORTER_TEXT), a_request(failures=5))

    assert isinstance(step, TryAgain)
    assert step.text_limit == 12_000
    assert (step.because.facts["attempt"], step.because.facts["of"]) == (7, 9)


def test_a_text_that_says_too_little_is_enriched_once() -> None:
    too_vague = not_executed(Remedy.MORE_TEXT, Code.REJECTED, replace(ANSWERED, status=422))

    first = after(too_vague)
    assert (first.enriched, first.due_at, first.failures) == (True, NOW, 0)
    assert after(too_vague, a_request(enriched=True)) == Hold(
        Because(Code.REJECTED, aftermath.facts(too_vague.evidence))
    )


@pytest.mark.parametrize("remedy", Remedy)
def test_every_remedy_leads_somewhere(remedy: Remedy) -> None:
    assert isinstance(after(not_executed(remedy)), TryAgain | Hold)


def test_facts_hold_what_was_seen_and_nothing_else() -> None:
    assert aftermath.facts(Evidence()) == {}
    assert aftermath.facts(ANSWERED) == {
        "status": 503,
        "error": "unavailable",
        "x_request_id": "r-1",
        "body_done": True,
    }
