"""Why a request is not final: one sentence for every code, with what to do, and never a secret."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.policy.sample import a_request
from worker.domain.request import Because, Code, GenerationRequest, State
from worker.policy import reasons
from worker.policy.reasons import Reason, Situation, Stopped

NOW = datetime(2026, 11, 24, 13, 58, 4, tzinfo=UTC)
SOON = NOW + timedelta(seconds=8)
LATER = NOW + timedelta(minutes=34)
KEY = "tsk_" + "x" * 32

waiting = replace(a_request(), state=State.WAITING, due_at=NOW, fence=0)
seen = Situation(now=NOW, limit=20, worker_seen=NOW)
failing = replace(
    waiting,
    due_at=SOON,
    because=Because(Code.BACKING_OFF, {"status": 502, "attempt": 3, "of": 8, "again_at": SOON.isoformat()}),
)
unreachable = replace(waiting, due_at=LATER, because=Because(Code.BACKING_OFF, {"trouble": "no connection"}))


def resting(code: Code, state: State = State.HELD, **facts: object) -> GenerationRequest:
    return replace(waiting, state=state, because=Because(code, facts))


# One row for each code, and one for each way in which its sentence can differ.
TABLE: list[tuple[Code, GenerationRequest, Situation, str]] = [
    (
        Code.BATCH_PAUSED,
        waiting,
        replace(seen, batch_stopped=Stopped("01j", "Maria", NOW)),
        "The batch was paused by Maria at 13:58 UTC.",
    ),
    (
        Code.CANCELLED_BY_PERSON,
        waiting,
        replace(seen, batch_stopped=Stopped("01j", "Maria", NOW, is_cancelled=True)),
        "Being cancelled by Maria.",
    ),
    (Code.NEXT_SLOT, waiting, replace(seen, starts_at=SOON), "Next in line: a slot opens in 8 s."),
    (Code.NEXT_SLOT, waiting, replace(seen, starts_at=NOW), "Next in line: starts now."),
    (Code.NEXT_SLOT, waiting, seen, "Next in line; a call goes alone first."),
    (Code.NEXT_SLOT, waiting, replace(seen, starts_at=LATER), "Next in line: a slot opens at 14:32 UTC."),
    (
        Code.IN_LINE,
        waiting,
        replace(seen, ahead=36, starts_at=LATER),
        "37th in line. Starts about 14:32 UTC if no live jobs arrive first.",
    ),
    (
        Code.IN_LINE,
        waiting,
        replace(seen, ahead=1, starts_at=SOON),
        "2nd in line. Starts in about 8 s if no live jobs arrive first.",
    ),
    (Code.IN_LINE, waiting, replace(seen, ahead=2), "3rd in line."),
    (
        Code.ASKED_TO_WAIT,
        waiting,
        replace(seen, closed_until=LATER),
        "TalentSprout asked us to wait until 14:32:04 UTC.",
    ),
    (
        Code.SHARED_BUDGET,
        waiting,
        replace(seen, foreign=6, starts_at=LATER),
        "Someone else is using 6 of the 20 slots of this account. Starts about 14:32 UTC if no live jobs arrive first.",
    ),
    (Code.BACKING_OFF, failing, seen, "TalentSprout answered 502. Trying again in 8 s, attempt 3 of 8."),
    (
        Code.BACKING_OFF,
        unreachable,
        seen,
        "TalentSprout could not be reached (no connection). Trying again at 14:32 UTC.",
    ),
    (
        Code.REFUSED,
        waiting,
        replace(seen, paused_since=NOW, pause_facts={"status": 401}),
        "Paused: TalentSprout refused the API key at 13:58 UTC. Nothing is lost; sending resumes once a ping succeeds.",
    ),
    (
        Code.PAUSED,
        waiting,
        replace(seen, paused_since=NOW, pause_facts={"status": 401}, paused_by="maria"),
        "Paused by maria at 13:58 UTC. Nothing is lost; sending resumes when somebody says so.",
    ),
    (
        Code.REFUSED,
        waiting,
        replace(seen, paused_since=NOW, pause_facts={"status": 403}),
        (
            "Paused: TalentSprout says that the API key lacks a scope at 13:58 UTC. "
            "Nothing is lost; sending resumes once a ping succeeds."
        ),
    ),
    (
        Code.REFUSED,
        waiting,
        replace(seen, paused_since=NOW, pause_facts={"account": "org-2", "known_account": "org-1"}),
        (
            "Paused: TalentSprout says that the API key belongs to org-2, and not to org-1 as before, at 13:58 UTC. "
            "Nothing is lost; sending resumes once a ping succeeds."
        ),
    ),
    (
        Code.NO_WORKER,
        waiting,
        replace(seen, worker_alive=False, worker_seen=NOW),
        "No worker has reported since 13:58 UTC.",
    ),
    (Code.NO_WORKER, waiting, replace(seen, worker_alive=False, worker_seen=None), "No worker has reported yet."),
    (Code.UNDER_WAY, replace(waiting, state=State.SENDING), seen, "Being claimed."),
    (
        Code.UNDER_WAY,
        replace(waiting, state=State.SENDING),
        replace(seen, sent_at=NOW),
        "Sent at 13:58 UTC; waiting for the answer.",
    ),
    (
        Code.TOO_SHORT,
        resting(Code.TOO_SHORT, length=31, needed=50),
        seen,
        "The description has 31 characters; TalentSprout needs 50.",
    ),
    (
        Code.TOO_SHORT,
        resting(Code.TOO_SHORT, status=422, message="Say more."),
        seen,
        "TalentSprout found the description too short, also with title and place added. TalentSprout says: Say more.",
    ),
    (
        Code.TEMPLATE_MISSING,
        resting(Code.TEMPLATE_MISSING, status=404),
        seen,
        "TalentSprout has no template of this id.",
    ),
    (
        Code.INVALID_OPTION,
        resting(Code.INVALID_OPTION, status=400, param="voice"),
        seen,
        "TalentSprout does not accept the option voice.",
    ),
    (
        Code.MISCONFIGURED,
        resting(Code.MISCONFIGURED, status=307),
        seen,
        "The answer was 307, which TalentSprout's API does not give: is base_url right?",
    ),
    (
        Code.ATTEMPTS_USED,
        resting(Code.ATTEMPTS_USED, status=503, error="unavailable", attempts=8),
        seen,
        "All 8 attempts are used up; the last one ended with 503 unavailable.",
    ),
    (
        Code.ATTEMPTS_USED,
        resting(Code.ATTEMPTS_USED, trouble="no connection", attempts=40),
        seen,
        "All 40 attempts are used up; the last one ended with no connection.",
    ),
    (Code.REJECTED, resting(Code.REJECTED, status=409), seen, "TalentSprout rejected the request with 409."),
    (
        Code.BACKING_OFF,
        resting(Code.BACKING_OFF, status=504, error="timeout"),
        seen,
        "TalentSprout took too long, even for the shortest text that makes sense.",
    ),
    (
        Code.APPROVAL,
        resting(Code.APPROVAL, rule="nurses"),
        seen,
        "The rule nurses wants a person's word before the interview is made.",
    ),
    (
        Code.CHANGED,
        resting(Code.CHANGED, of="spr-7K2QA", what="numbers and wording"),
        seen,
        (
            "The posting changed after spr-7K2QA was made: numbers and wording. "
            "A person decides whether it gets another interview."
        ),
    ),
    (
        Code.SKIPPED,
        resting(Code.SKIPPED, State.CANCELLED, rule="interns", why="Interns are not interviewed."),
        seen,
        "The rule interns makes no interview for this posting any more: Interns are not interviewed.",
    ),
    (
        Code.POSTING_CLOSED,
        resting(Code.POSTING_CLOSED, State.CANCELLED),
        seen,
        "The posting closed before its interview was made.",
    ),
    (
        Code.SUPERSEDED,
        resting(Code.SUPERSEDED, State.CANCELLED),
        seen,
        "The posting went back to a text that has its interview.",
    ),
    (
        Code.CANCELLED_BY_PERSON,
        resting(Code.CANCELLED_BY_PERSON, State.CANCELLED, actor="maria"),
        seen,
        "Cancelled by maria.",
    ),
    (
        Code.NO_ANSWER,
        resting(Code.NO_ANSWER, State.UNKNOWN),
        replace(seen, sent_at=NOW),
        (
            "Sent at 13:58:04 UTC and no answer came. The interview may exist. "
            "Look for the label spr-7K2QX-0 in TalentSprout."
        ),
    ),
    (
        Code.UNREADABLE_ANSWER,
        resting(Code.UNREADABLE_ANSWER, State.UNKNOWN),
        replace(seen, sent_at=NOW),
        (
            "Sent at 13:58:04 UTC and the answer could not be read. The interview probably exists. "
            "Look for the label spr-7K2QX-0 in TalentSprout."
        ),
    ),
    (
        Code.DIED_SENDING,
        resting(Code.DIED_SENDING, State.UNKNOWN),
        seen,
        (
            "Sent and the process ended before the answer came. The interview may exist. "
            "Look for the label spr-7K2QX-0 in TalentSprout."
        ),
    ),
]


def why(request: GenerationRequest, situation: Situation) -> Reason:
    found = reasons.why(request, situation)
    assert found is not None
    return found


@pytest.mark.parametrize(("code", "request_", "situation", "sentence"), TABLE)
def test_the_sentence(code: Code, request_: GenerationRequest, situation: Situation, sentence: str) -> None:
    found = why(request_, situation)

    assert (found.code, found.text) == (code, sentence)
    assert found.action.endswith(".")


def test_every_code_of_the_closed_list_has_a_sentence() -> None:
    assert {code for code, *_ in TABLE} == set(Code)


def test_what_is_created_needs_no_reason() -> None:
    assert reasons.why(replace(waiting, state=State.CREATED), seen) is None


def test_a_state_without_a_stored_reason_has_a_sentence_all_the_same() -> None:
    for state in set(State) - {State.CREATED}:
        assert why(replace(waiting, state=state), seen).text


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ({"paused_since": NOW}, {"worker_alive": False, "closed_until": LATER, "foreign": 3, "ahead": 2}),
        ({"worker_alive": False}, {"closed_until": LATER, "foreign": 3, "ahead": 2}),
        ({"closed_until": LATER}, {"foreign": 3, "ahead": 2}),
        ({"foreign": 3}, {"ahead": 2}),
    ],
)
def test_the_strongest_obstacle_is_named(stronger: dict, weaker: dict) -> None:
    assert why(waiting, replace(seen, **stronger, **weaker)).code is why(waiting, replace(seen, **stronger)).code


def test_a_backoff_that_is_over_is_no_reason_any_more() -> None:
    assert why(replace(failing, due_at=NOW), replace(seen, starts_at=NOW)).code is Code.NEXT_SLOT


def test_a_closed_budget_that_has_opened_is_no_reason_any_more() -> None:
    assert why(waiting, replace(seen, closed_until=NOW, starts_at=NOW)).code is Code.NEXT_SLOT


def test_a_time_is_given_where_it_is_known_and_nowhere_else() -> None:
    assert why(waiting, replace(seen, starts_at=LATER)).until == LATER
    assert why(failing, seen).until == SOON
    assert why(waiting, replace(seen, closed_until=LATER)).until == LATER
    assert why(waiting, replace(seen, paused_since=NOW)).until is None
    assert why(resting(Code.REJECTED), seen).until is None
    assert why(resting(Code.NO_ANSWER, State.UNKNOWN), replace(seen, retry_from=LATER)).until == LATER


@pytest.mark.parametrize(
    ("request_", "situation", "action"),
    [
        (
            resting(Code.NO_ANSWER, State.UNKNOWN),
            replace(seen, retry_from=LATER),
            (
                "If it is there: sprout requests adopt spr-7K2QX LINK. "
                "If it is not, from 14:32:04 UTC on: sprout requests retry spr-7K2QX --not-there."
            ),
        ),
        (
            resting(Code.NO_ANSWER, State.UNKNOWN),
            replace(seen, retry_from=NOW),
            (
                "If it is there: sprout requests adopt spr-7K2QX LINK. "
                "If it is not: sprout requests retry spr-7K2QX --not-there."
            ),
        ),
        (
            resting(Code.TOO_SHORT, length=31, needed=50),
            seen,
            "Give another text: sprout requests retry spr-7K2QX --text FILE.",
        ),
        (
            replace(resting(Code.TOO_SHORT, length=31, needed=50), source="careers"),
            seen,
            "Change the posting in its ATS (it is read by itself), or sprout requests retry spr-7K2QX --text FILE.",
        ),
        (
            resting(Code.TEMPLATE_MISSING),
            seen,
            "When that is mended: sprout requests retry spr-7K2QX.",
        ),
        (
            resting(Code.CANCELLED_BY_PERSON, State.CANCELLED, actor="maria"),
            seen,
            "To revive it: sprout requests retry spr-7K2QX.",
        ),
        (
            waiting,
            replace(seen, paused_since=NOW, pause_facts={"status": 403}),
            "Give the key the scope for interviews in TalentSprout, Settings, Developers.",
        ),
        (
            waiting,
            replace(seen, paused_since=NOW, pause_facts={"status": 401}),
            "Put a valid key where the configuration's api_key points to, and start the bridge again.",
        ),
        (waiting, replace(seen, paused_since=NOW, paused_by="maria"), "To go on: sprout organizations resume acme."),
        (waiting, replace(seen, worker_alive=False), "Start one: sprout up, or sprout worker."),
        (waiting, seen, "Nothing to do."),
    ],
)
def test_what_a_person_does_about_it(request_: GenerationRequest, situation: Situation, action: str) -> None:
    assert why(request_, situation).action == action


@pytest.mark.parametrize("code", Code)
def test_no_sentence_repeats_what_only_a_log_may_know(code: Code) -> None:
    """Facts are numbers, statuses, names; what else lies among them stays there."""
    facts = {"api_key": KEY, "share_link": "https://www.talentsprout.ai/interview/abcd", "email": "ada@example.com"}
    for state in (State.WAITING, State.HELD, State.CANCELLED, State.UNKNOWN):
        found = why(replace(resting(code, state, **facts), due_at=SOON), replace(seen, pause_facts=facts))
        for secret in facts.values():
            assert secret not in found.text + found.action


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (101, "101st"),
        (111, "111th"),
        (112, "112th"),
    ],
)
def test_places_are_written_as_people_say_them(number: int, written: str) -> None:
    assert reasons.ordinal(number) == written
