"""The classification table: status and document to outcome. What transport troubles mean is in test_broken_connections."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.talentsprout.calling import AN_INTERVIEW, ID, LINK, NOW, WINDOW, error_document
from worker.domain.interview import Origin
from worker.domain.outcome import BudgetNews, Created, NotExecuted, Outcome, Refused, Remedy, Unknown
from worker.domain.request import Code
from worker.talentsprout.client import Exchange
from worker.talentsprout.verdict import Accepted, Beliefs, KeyRefused, Odd, OutOfReach, judge, judge_ping

SENT = Exchange(connected=True, body_done=True)
NO_ANSWER = (Unknown, Code.NO_ANSWER, None)
LATER = (NotExecuted, Code.BACKING_OFF, Remedy.TIME)
SHORTER = (NotExecuted, Code.BACKING_OFF, Remedy.SHORTER_TEXT)
MISCONFIGURED = (NotExecuted, Code.MISCONFIGURED, Remedy.PERSON)
REJECTED = (NotExecuted, Code.REJECTED, Remedy.PERSON)
INVALID_OPTION = (NotExecuted, Code.INVALID_OPTION, Remedy.PERSON)
ROOM = (NotExecuted, Code.ASKED_TO_WAIT, Remedy.ROOM)
MORE_TEXT = (NotExecuted, Code.REJECTED, Remedy.MORE_TEXT)
REFUSED = (Refused, None, None)

ABOUT_TEXT = "job_description"


def outcome_of(status: int, body: bytes = b"", **headers: str) -> Outcome:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return judge(replace(SENT, status=status, body=body, headers=named, complete=True), now=NOW, window=WINDOW)


def gist(outcome: Outcome) -> tuple[type, Code | None, Remedy | None]:
    return type(outcome), getattr(outcome, "code", None), getattr(outcome, "remedy", None)


@pytest.mark.parametrize(
    ("status", "code", "param", "expected"),
    [
        (300, "moved", None, MISCONFIGURED),
        (400, "invalid_json", None, REJECTED),
        (400, "invalid_request", None, REJECTED),
        (400, "invalid_request", "voice", INVALID_OPTION),
        (400, "invalid_type", "duration", INVALID_OPTION),
        (400, "invalid_enum_value", "voice", INVALID_OPTION),
        (400, "invalid_type", ABOUT_TEXT, REJECTED),
        (400, "too_small", ABOUT_TEXT, (NotExecuted, Code.TOO_SHORT, Remedy.MORE_TEXT)),
        (400, "too_small", "questions", INVALID_OPTION),
        (400, "too_big", ABOUT_TEXT, (NotExecuted, Code.REJECTED, Remedy.SHORTER_TEXT)),
        (400, "too_big", "passing_score", INVALID_OPTION),
        (400, "brand_new_code", None, REJECTED),
        (401, "invalid_api_key", None, REFUSED),
        (402, "payment_required", None, REJECTED),
        (403, "insufficient_scope", None, REFUSED),
        (404, "template_not_found", "template_id", (NotExecuted, Code.TEMPLATE_MISSING, Remedy.PERSON)),
        (404, "not_found", None, REJECTED),
        (405, "method_not_allowed", None, MISCONFIGURED),
        (408, "timeout", None, NO_ANSWER),
        (409, "conflict", None, REJECTED),
        (413, "too_big", ABOUT_TEXT, MISCONFIGURED),
        (414, "x", None, MISCONFIGURED),
        (415, "x", None, MISCONFIGURED),
        (418, "teapot", None, REJECTED),
        (422, "invalid_job_description", None, MORE_TEXT),
        (422, "invalid_job_description", ABOUT_TEXT, MORE_TEXT),
        (422, "brand_new_code", ABOUT_TEXT, MORE_TEXT),
        (422, "brand_new_code", "languages", INVALID_OPTION),
        (422, "brand_new_code", None, REJECTED),
        (429, "rate_limit_exceeded", None, ROOM),
        (431, "x", None, MISCONFIGURED),
        (500, "internal_error", None, LATER),
        (502, "upstream_error", None, LATER),
        (503, "unavailable", None, LATER),
        (504, "timeout", None, SHORTER),
        (504, "brand_new_code", None, LATER),
        (524, "timeout", None, LATER),
        (599, "brand_new_code", None, LATER),
        (600, "brand_new_code", None, NO_ANSWER),
        (101, "brand_new_code", None, NO_ANSWER),
    ],
)
def test_answers_with_talentsprouts_error_document(status, code, param, expected):
    outcome = outcome_of(status, error_document(code, param))
    assert gist(outcome) == expected
    assert (outcome.evidence.status, outcome.evidence.code, outcome.evidence.param) == (status, code, param)
    assert outcome.evidence.message == "Something is wrong."
    assert outcome.evidence.x_request_id == "req_1"


PAGES = [b"", b"<html>Bad Gateway</html>", b'{"message":"x"}', b'{"error":"x"}', error_document("x")[:-3], b"\xff"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, MISCONFIGURED) for status in (300, 301, 302, 303, 304, 307, 308, 399)),
        *((status, MISCONFIGURED) for status in (400, 404, 422, 405, 413, 414, 415, 431)),
        (401, REFUSED),
        (403, REFUSED),
        (429, ROOM),
        (502, LATER),
        (503, LATER),
        *((status, NO_ANSWER) for status in (402, 408, 409, 418, 425, 451, 499)),
        *((status, NO_ANSWER) for status in (500, 501, 504, 505, 508, 520, 522, 524, 529, 599)),
        *((status, NO_ANSWER) for status in (101, 600, 999)),
    ],
)
def test_answers_without_it(status, expected):
    for page in PAGES:
        outcome = outcome_of(status, page)
        assert gist(outcome) == expected
        assert outcome.evidence.code is None
        assert outcome.evidence.trouble == f"{status} without TalentSprout's error document"
        assert not outcome.evidence.likely


@pytest.mark.parametrize(
    ("beliefs", "retried"),
    [
        (Beliefs(), {502, 503}),
        (Beliefs(gateway=False), set()),
        (Beliefs(timeout=True), {502, 503, 408, 504, 524}),
    ],
)
def test_what_a_gateway_says_by_itself_means_what_the_organization_believes(beliefs: Beliefs, retried: set[int]):
    bare = (replace(SENT, status=status, body=b"<html>", complete=True) for status in range(100, 1000))
    judged = [(one.status, judge(one, now=NOW, window=WINDOW, beliefs=beliefs)) for one in bare]

    assert {status for status, outcome in judged if gist(outcome) == LATER} == retried


@pytest.mark.parametrize("status", [408, 502, 503, 504, 524])
def test_what_talentsprout_says_itself_is_no_matter_of_belief(status: int):
    said = error_document("unavailable", None)

    judged = {
        gist(judge(replace(SENT, status=status, body=said, complete=True), now=NOW, window=WINDOW, beliefs=beliefs))
        for beliefs in (Beliefs(), Beliefs(gateway=False), Beliefs(timeout=True))
    }

    assert len(judged) == 1


def test_f54_a_redirect_needs_a_person_even_with_an_interview_in_it():
    assert gist(outcome_of(307, AN_INTERVIEW)) == MISCONFIGURED


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_with_an_interview_is_created(status):
    outcome = outcome_of(status, AN_INTERVIEW, x_request_id="req_9", x_ratelimit_remaining="3")
    assert isinstance(outcome, Created)
    assert (outcome.interview.id, outcome.interview.share_link, outcome.origin) == (ID, LINK, Origin.CREATED)
    assert outcome.news == BudgetNews(remaining=3)
    assert outcome.evidence.x_request_id == "req_9"
    assert outcome.evidence.trouble is None


def test_an_interview_that_looks_like_an_error_too_is_created():
    both = json.dumps({**json.loads(AN_INTERVIEW), "error": {"code": "internal_error"}}).encode()
    assert isinstance(outcome_of(200, both), Created)


def test_a_2xx_before_the_body_was_written_is_unknown():
    early = replace(SENT, body_done=False, status=200, body=AN_INTERVIEW, complete=True)
    outcome = judge(early, now=NOW, window=WINDOW)
    assert gist(outcome) == (Unknown, Code.UNREADABLE_ANSWER, None)
    assert outcome.evidence.likely


def test_a_429_closes_the_budget_and_brings_news():
    outcome = outcome_of(429, error_document("rate_limit_exceeded"), retry_after="7", x_ratelimit_limit="10")
    assert outcome.news == BudgetNews(limit=10, closed_for=timedelta(seconds=7))


def test_what_a_guard_gave_up_was_not_executed():
    outcome = judge(Exchange(connected=True, abandoned=True, trouble="given up"), now=NOW, window=WINDOW)
    assert gist(outcome) == (NotExecuted, Code.BACKING_OFF, Remedy.REACH)
    assert outcome.evidence.trouble == "given up"


def test_no_evidence_is_made_up():
    outcome = judge(Exchange(trouble="no connection"), now=NOW, window=WINDOW)
    assert outcome.news == BudgetNews()
    assert (outcome.evidence.connected, outcome.evidence.status, outcome.evidence.x_request_id) == (False, None, None)


def test_the_request_id_of_a_header_is_cleaned_and_shortened():
    outcome = outcome_of(500, error_document("internal_error"), x_request_id="req\x00\u202e_" + 500 * "9")
    assert outcome.evidence.x_request_id is not None
    assert outcome.evidence.x_request_id.startswith("req\ufffd_999")
    assert len(outcome.evidence.x_request_id) == 100


DOCUMENTS = st.builds(
    error_document,
    st.sampled_from(["timeout", "too_small", "too_big", "template_not_found", "x"]),
    st.none() | st.sampled_from(["job_description", "voice"]),
)
EXCHANGES = st.builds(
    Exchange,
    connected=st.booleans(),
    body_done=st.booleans(),
    abandoned=st.booleans(),
    status=st.none() | st.integers(100, 999) | st.sampled_from([200, 201, 400, 404, 422, 429, 500, 502, 504]),
    headers=st.dictionaries(st.sampled_from(["retry-after", "date", "x-request-id", "x-ratelimit-reset"]), st.text()),
    body=st.binary() | DOCUMENTS | st.integers(0, len(AN_INTERVIEW)).map(lambda end: AN_INTERVIEW[:end]),
    complete=st.booleans(),
    trouble=st.none() | st.text(),
    timed_out=st.booleans(),
)


@settings(deadline=None)
@given(EXCHANGES)
def test_every_exchange_has_an_outcome_and_a_2xx_is_never_repeated(exchange):
    outcome = judge(exchange, now=NOW, window=WINDOW)
    if exchange.abandoned or exchange.status is None:
        safe = exchange.abandoned or not exchange.body_done
        assert isinstance(outcome, NotExecuted if safe else Unknown)
    elif 200 <= exchange.status < 300:
        assert isinstance(outcome, Created | Unknown)
    else:
        assert not isinstance(outcome, Created)
        assert not outcome.evidence.likely
    judge_ping(exchange, now=NOW, window=WINDOW)


# Pings


def ping_of(status: int | None, body: bytes = b"", trouble: str | None = None, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    exchange = Exchange(connected=True, body_done=True, status=status, body=body, headers=named, trouble=trouble)
    return judge_ping(exchange, now=NOW, window=WINDOW)


def test_a_ping_that_is_answered_tells_scopes_and_organization():
    body = b'{"organization_id":"org_1","scopes":["interviews:write"]}'
    expected = Accepted(("interviews:write",), "org_1", BudgetNews(limit=120))
    assert ping_of(200, body, x_ratelimit_limit="120") == expected


def test_a_ping_may_tell_nothing_and_be_accepted():
    assert ping_of(204) == Accepted()


@pytest.mark.parametrize(("status", "code"), [(401, "invalid_api_key"), (403, "insufficient_scope")])
def test_a_refused_key_says_which_refusal(status, code):
    answer = ping_of(status, error_document(code))
    assert isinstance(answer, KeyRefused)
    assert (answer.evidence.status, answer.evidence.code) == (status, code)


def test_a_ping_without_an_answer_is_out_of_reach():
    assert ping_of(None, trouble="no connection: refused") == OutOfReach("no connection: refused")
    assert judge_ping(Exchange(abandoned=True), now=NOW, window=WINDOW) == OutOfReach("no answer")


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        (200, b"<html>", "the answer is not a ping's; check base_url"),
        (302, b"", "302 without TalentSprout's error document"),
        (404, b"<html>", "404 without TalentSprout's error document"),
        (500, error_document("internal_error"), "internal_error: Something is wrong."),
    ],
)
def test_an_answer_that_says_nothing_about_the_key_is_odd(status, body, trouble):
    assert ping_of(status, body) == Odd(status, trouble)


def test_a_429_to_a_ping_closes_its_tier():
    answer = ping_of(429, error_document("rate_limit_exceeded"), retry_after="9")
    assert answer == Odd(429, "rate_limit_exceeded: Something is wrong.", BudgetNews(closed_for=timedelta(seconds=9)))
