"""F-48 to F-53: answers that refuse, fail, or can't be read. Nothing loops, nothing runs twice by our doing, others go on."""

import json
from pathlib import Path

import pytest

from tests.faults.generating.workshop import LONGEST_WAIT, workshop
from worker.domain.interview import Origin
from worker.domain.request import Code, State
from worker.policy.aftermath import MOST_FAILURES, TEXT_LIMITS

A_LONG_TEXT = " ".join(
    f"In month {number} you repair {number} bicycles and write down how it went." for number in range(400)
)


@pytest.mark.parametrize(
    ("fault", "says", "code", "calls"),
    [
        ("status:400", {"param": "voice", "code": "invalid_enum_value"}, Code.INVALID_OPTION, 1),
        ("status:404", {"param": "template_id"}, Code.TEMPLATE_MISSING, 1),
        ("status:422", {}, Code.REJECTED, 2),  # once more with what else is known of the posting
        ("status:413", {"body": "<html>too large</html>"}, Code.MISCONFIGURED, 1),
    ],
)
def test_f48_a_request_that_is_refused_is_held_with_their_words_and_others_go_on(
    tmp_path: Path, fault: str, says: dict[str, str], code: Code, calls: int
) -> None:
    with workshop(tmp_path) as shop:
        shop.fault(fault, message="The sandbox says no.", times=calls, **says)
        refused = shop.file()
        held = shop.until_state("held")[0]
        shop.file()
        shop.until_state("created")

        assert held.id == refused
        assert held.because is not None
        assert held.because.code is code
        assert held.because.facts.get("param") == says.get("param")
        assert held.because.facts.get("message") == (None if "body" in says else "The sandbox says no.")
        assert len([one for one in shop.calls() if one["fault"] == fault]) == calls
        assert len(shop.calls()) == calls + 1
        shop.judge()


@pytest.mark.parametrize("fault", ["status:500", "status:502", "html_502", "status:503"])
def test_f49_a_failing_upstream_is_tried_eight_times_with_growing_waits_and_then_held(
    tmp_path: Path, fault: str
) -> None:
    with workshop(tmp_path, sweep="1h") as shop:
        shop.fault(fault, times=None, latency=0)
        failing = shop.file()
        shop.until_settled(failing)

        held = shop.request(failing)
        assert held.state is State.HELD
        assert held.because is not None
        assert held.because.code is Code.ATTEMPTS_USED
        assert len(shop.calls()) == MOST_FAILURES
        assert shop.budget().used <= MOST_FAILURES, "each try spends a slot"
        shop.judge()


@pytest.mark.slow
def test_f49_while_all_fails_retries_are_a_tenth_of_the_sends_and_then_one_in_half_a_minute(tmp_path: Path) -> None:
    with workshop(tmp_path, speed=600, sweep="1h") as shop:
        shop.fault("status:500", times=None, latency=0)
        shop.file_many(20)
        shop.until(lambda: len(shop.calls()) >= 20, "each was tried once")
        for _ in range(10):
            shop.land()
            shop.ahead += LONGEST_WAIT / 10
            shop.kick()
        shop.land()

        again = [one for one in shop.calls() if not one["label"].endswith("-1")]
        assert len(again) <= 20 / 10 + 2


def test_f49_a_failure_that_passes_leaves_one_interview(tmp_path: Path) -> None:
    with workshop(tmp_path, sweep="1h") as shop:
        shop.fault("status:500")
        failing = shop.file()
        label = shop.until_settled(failing).label

        assert [(one["label"], one["status"]) for one in shop.calls()] == [(f"{label}-1", 500), (f"{label}-2", 201)]
        shop.judge()


def test_f50_each_timeout_asks_for_a_shorter_text_and_the_shortest_is_held(tmp_path: Path) -> None:
    with workshop(tmp_path, sweep="1h") as shop:
        shop.fault("status:504", times=None, latency=0)
        slow = shop.file(text=A_LONG_TEXT)
        shop.until_settled(slow)

        sent = [one["body_bytes"] for one in shop.calls()]
        assert len(sent) == len(TEXT_LIMITS)
        assert all(size <= limit + 300 for size, limit in zip(sent, TEXT_LIMITS, strict=True)), sent
        assert sent == sorted(set(sent), reverse=True), "each is shorter than the one before"
        assert shop.request(slow).state is State.HELD
        shop.judge()


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        ("html_504_after", {}),
        ("status:504", {"body": "FUNCTION_INVOCATION_TIMEOUT", "creates": True, "latency": 0}),
        ("status:524", {"body": "<h1>A timeout occurred</h1>", "creates": True, "latency": 0}),
        ("status:500", {"body": "FUNCTION_INVOCATION_TIMEOUT", "creates": True, "latency": 0}),
        ("status:408", {"body": "", "creates": True}),
    ],
)
def test_f51_a_gateway_that_gave_up_says_nothing_about_what_ran(
    tmp_path: Path, fault: str, more: dict[str, object]
) -> None:
    with workshop(tmp_path) as shop:
        shop.fault(fault, **more)
        shop.file()
        unknown = shop.until_state("unknown")[0]
        shop.file()
        shop.until_state("created")

        assert unknown.because is not None
        assert unknown.because.code is Code.NO_ANSWER
        assert [one["executed"] for one in shop.calls()] == [True, True], "it did run, and was not sent again"
        shop.judge()


@pytest.mark.parametrize("status", [502, 503])
def test_f51_a_gateway_that_never_reached_them_is_tried_again(tmp_path: Path, status: int) -> None:
    with workshop(tmp_path, sweep="1h") as shop:
        shop.fault(f"status:{status}", body="<h1>Bad Gateway</h1>", latency=0)
        shop.until_settled(shop.file())

        assert [one["status"] for one in shop.calls()] == [status, 201]
        shop.judge()


def test_f52_an_error_after_executing_doubles_no_more_often_than_they_break_their_word(tmp_path: Path) -> None:
    """It can't be prevented: their documentation says that a 500 is safe to repeat."""
    with workshop(tmp_path, sweep="1h") as shop:
        shop.fault("created_500", times=2)
        failing = shop.file()
        label = shop.until_settled(failing).label

        assert [one["label"] for one in shop.calls(executed=True)] == [f"{label}-{n}" for n in (1, 2, 3)]
        shop.judge(breaches=2)


def test_f53_fields_that_are_new_and_optional_ones_that_are_gone_are_no_fault(tmp_path: Path) -> None:
    with workshop(tmp_path) as shop:
        shop.fault("none", fields={"mood": "sunny", "nested": {"a": [1]}}, without=["title", "questions", "status"])
        created = shop.file()
        shop.until_state("created")

        assert shop.interviews(created)[0].origin is Origin.CREATED
        shop.judge()


UNREADABLE: list[tuple[str, dict[str, object]]] = [
    ("200_no_share_link", {}),
    ("200_other_id_type", {}),
    ("garbage_200", {}),
    ("garbage_200", {"size": 50_000_000}),
    ("garbage_200", {"body": '{"id": "\udcff\udcfe", "share_link": "https://example.com/\udc80"}'}),
    ("garbage_200", {"body": "[" * 100_000}),
    ("none", {"body": ""}),
    ("none", {"body": "[]"}),
    ("none", {"body": '{"object": "candidate", "id": 7}'}),
    ("none", {"body": "<html>Welcome</html>", "content_type": "text/html"}),
    ("none", {"fields": {"share_link": "javascript:alert(1)"}}),
    ("none", {"fields": {"share_link": None}}),
    ("gzip_bomb", {"size": 64_000_000}),
    ("wrong_gzip", {}),
]


@pytest.mark.parametrize(("fault", "more"), UNREADABLE, ids=[f"{n}-{one[0]}" for n, one in enumerate(UNREADABLE)])
def test_f53_a_success_that_cannot_be_read_is_unknown_and_probably_there(
    tmp_path: Path, fault: str, more: dict[str, object]
) -> None:
    with workshop(tmp_path) as shop:
        shop.fault(fault, **more)
        first = shop.file()
        shop.until(lambda: shop.request(first).state not in (State.WAITING, State.SENDING), "it is settled")
        shop.file()
        shop.until(lambda: len(shop.calls()) == 2, "the next one was sent")
        shop.until(lambda: shop.requests()[1].state is State.CREATED, "it goes on")

        settled = shop.request(first)
        if fault == "gzip_bomb":  # the interview stands before the bomb, so it can be had
            assert settled.state is State.CREATED
        else:
            assert settled.state is State.UNKNOWN
            assert settled.because is not None
            assert settled.because.code is Code.UNREADABLE_ANSWER
            assert shop.attempts(first)[0].evidence["likely"] is True
        assert len(json.dumps(shop.attempts(first)[0].evidence)) < 2000, "what is kept of it is small"
        assert [one["executed"] for one in shop.calls()] == [True, True]
        shop.judge(unheard=int(fault == "none"))


@pytest.mark.parametrize(("fault", "more"), [("wrong_content_length", {}), ("truncate", {"size": 40_000})])
def test_f53_what_is_whole_in_an_answer_that_is_not_is_salvaged(
    tmp_path: Path, fault: str, more: dict[str, object]
) -> None:
    with workshop(tmp_path) as shop:
        shop.fault(fault, **more)
        first = shop.file()
        shop.until(lambda: shop.request(first).state not in (State.WAITING, State.SENDING), "it is settled")

        ran = shop.calls(executed=True)
        assert [one.interview.id for one in shop.interviews(first)] == [one["interview_id"] for one in ran]
        shop.judge()
