"""What is sent: the text as it must be this time, and the mark by which a person finds it."""

import json
from dataclasses import replace

import pytest

from tests.policy.sample import a_request
from worker import composing
from worker.domain.request import Content, GenerationRequest, Kind

TEXT = "You walk the corridors, notice changes early and stay calm when two bells ring together."
LONG = "\n\n".join(f"Task {number}. You write the handover for the morning, line by line." for number in range(400))
ABOUT = {"location": "Cork", "department": "Care", "company": "Harbour House"}

posting = replace(a_request(), source="careers", job_id="J1", title="Night-shift care assistant")
brought = replace(a_request(), title="My own title")


def body(request: GenerationRequest, content: Content, n: int = 1) -> dict[str, object]:
    found = json.loads(composing.payload(request, content, n))
    assert isinstance(found, dict)
    return found


def test_a_posting_brings_its_title_and_company() -> None:
    sent = body(posting, Content(TEXT, {}, ABOUT))

    assert sent == {
        "job_description": TEXT,
        "title": "Night-shift care assistant",
        "company_name": "Harbour House",
        "client_name": "[spr-7K2QX-1]",
    }


def test_the_sources_options_win_over_the_posting() -> None:
    sent = body(posting, Content(TEXT, {"title": "Carer", "company_name": "HH", "voice": "sage"}, ABOUT))

    assert (sent["title"], sent["company_name"], sent["voice"]) == ("Carer", "HH", "sage")


def test_a_posting_without_title_and_company_brings_none() -> None:
    sent = body(replace(posting, title=""), Content(TEXT, {}, {}))

    assert sent.keys() == {"job_description", "client_name"}


def test_a_very_long_title_is_shortened() -> None:
    assert len(body(replace(posting, title="x" * 500), Content(TEXT, {}, {}))["title"]) == composing.LONGEST_TITLE


def test_what_a_person_brings_is_sent_as_they_brought_it() -> None:
    """Their request's title is often the first line of its text: TalentSprout finds a better one."""
    sent = body(brought, Content(TEXT, {"duration": 10}, {}))

    assert sent == {"job_description": TEXT, "duration": 10, "client_name": "[spr-7K2QX-1]"}


@pytest.mark.parametrize("n", [1, 2, 17])
def test_the_mark_names_request_and_attempt_behind_the_customers_own_words(n: int) -> None:
    sent = body(brought, Content(TEXT, {"client_name": "Harbour House"}, {}), n)

    assert sent["client_name"] == f"Harbour House [spr-7K2QX-{n}]"


@pytest.mark.parametrize("limit", [12_000, 6_000, 3_000])
def test_a_text_is_condensed_to_what_the_next_attempt_may_carry(limit: int) -> None:
    content = Content(LONG, {}, ABOUT)
    sent = body(replace(brought, text_limit=limit), content)

    assert limit / 2 < len(str(sent["job_description"])) <= limit
    assert composing.text(replace(brought, text_limit=limit), content) == sent["job_description"]


def test_a_text_that_fits_is_sent_to_the_letter() -> None:
    assert body(replace(brought, text_limit=20_000), Content(TEXT, {}, ABOUT))["job_description"] == TEXT


def test_a_text_that_said_too_little_is_sent_with_what_else_the_posting_knows() -> None:
    text = str(body(replace(posting, enriched=True), Content(TEXT, {}, ABOUT))["job_description"])

    assert text.endswith(TEXT)
    for known in ("Night-shift care assistant", "Cork", "Care", "Harbour House"):
        assert known in text.removesuffix(TEXT)


def test_an_enriched_text_still_keeps_to_its_limit() -> None:
    sent = body(replace(posting, enriched=True, text_limit=3_000), Content(LONG, {}, ABOUT))

    assert len(str(sent["job_description"])) <= 3_000
    assert "Cork" in str(sent["job_description"])


def test_an_interview_made_by_hand_has_its_text_or_none_and_is_never_condensed() -> None:
    by_hand = replace(brought, kind=Kind.CREATE, text_limit=3_000)
    questions = {"title": "Carer", "questions": [{"question": "Why?"}]}

    assert "job_description" not in body(by_hand, Content("", questions, {}))
    assert body(by_hand, Content("", questions, {}))["questions"] == [{"question": "Why?"}]
    assert body(by_hand, Content(LONG, questions, {}))["job_description"] == LONG


def test_the_same_attempt_is_the_same_to_the_byte() -> None:
    content = Content(TEXT, {"voice": "sage", "duration": 10}, ABOUT)

    assert composing.payload(posting, content, 1) == composing.payload(posting, content, 1)


def test_a_text_is_data_and_changes_no_option() -> None:
    hostile = TEXT + '","voice":"coral","redirect_url":"https://example.com"}'

    sent = body(brought, Content(hostile, {"voice": "sage"}, {}))

    assert sent["job_description"] == hostile
    assert (sent["voice"], "redirect_url" in sent) == ("sage", False)
