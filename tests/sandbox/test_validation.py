"""Each rule for a field, and the code that breaking it brings."""

import pytest

from worker.sandbox.settings import Characters, Endpoint, Switches, TemplateUse
from worker.sandbox.validation import Invalid, check, read_json

TEXT = "Night nurse for the harbour ward, calm and exact. "
GENERATION = {"job_description": TEXT * 2}
MANUAL = {"title": "Porter", "questions": [{"question": "Why?"}]}


def refused(endpoint, fields, switches=Switches()):
    with pytest.raises(Invalid) as caught:
        check(endpoint, fields, switches)
    refusal = caught.value.refusal
    return refusal.status, refusal.code, refusal.param


BROKEN = [
    ({"voice": "bass"}, "invalid_enum_value", "voice"),
    ({"voice": None}, "invalid_type", "voice"),
    ({"access_type": "secret"}, "invalid_enum_value", "access_type"),
    ({"languages": "en"}, "invalid_type", "languages"),
    ({"languages": []}, "too_small", "languages"),
    ({"languages": ["en", "English"]}, "invalid_request", "languages.1"),
    ({"duration": "15"}, "invalid_type", "duration"),
    ({"duration": 0}, "too_small", "duration"),
    ({"require_video": 1}, "invalid_type", "require_video"),
    ({"max_attempts": 1.5}, "invalid_type", "max_attempts"),
    ({"max_attempts": 0}, "too_small", "max_attempts"),
    ({"max_attempts": True}, "invalid_type", "max_attempts"),
    ({"passing_score": -1}, "too_small", "passing_score"),
    ({"passing_score": 100.5}, "too_big", "passing_score"),
    ({"redirect_url": "example.org"}, "invalid_request", "redirect_url"),
    ({"template_id": "none"}, "invalid_request", "template_id"),
    ({"company_name": 5}, "invalid_type", "company_name"),
    ({"client_name": []}, "invalid_type", "client_name"),
    ({"title": " "}, "too_small", "title"),
    ({"questions": []}, "too_small", "questions"),
    ({"questions": [{"question": "Why?"}] * 51}, "too_big", "questions"),
    ({"questions": ["Why?"]}, "invalid_type", "questions.0"),
    ({"questions": [{"question": "Why?"}, {}]}, "invalid_type", "questions.1.question"),
    (
        {"questions": [{"question": "Why?", "evaluation_criteria": 5}]},
        "invalid_type",
        "questions.0.evaluation_criteria",
    ),
    ({"job_description": 5}, "invalid_type", "job_description"),
]


@pytest.mark.parametrize(("change", "code", "param"), BROKEN, ids=[f"{code}-{param}" for _, code, param in BROKEN])
def test_a_broken_rule_is_told_with_its_code_and_field(change, code, param):
    assert refused(Endpoint.GENERATE, GENERATION | change) == (400, code, param)
    assert refused(Endpoint.CREATE, MANUAL | change) == (400, code, param)


@pytest.mark.parametrize(
    ("endpoint", "fields", "param"),
    [
        (Endpoint.GENERATE, {}, "job_description"),
        (Endpoint.CREATE, {"questions": MANUAL["questions"]}, "title"),
    ],
)
def test_a_required_field_that_is_missing_has_the_wrong_type(endpoint, fields, param):
    assert refused(endpoint, fields) == (400, "invalid_type", param)


def test_a_manual_interview_needs_questions_or_a_template():
    assert refused(Endpoint.CREATE, {"title": "Porter"}) == (400, "invalid_request", "questions")
    assert refused(Endpoint.CREATE, {"title": "Porter", "template_id": None}) == (400, "invalid_request", "questions")


def test_a_text_of_fifty_to_twenty_thousand_characters_is_accepted():
    for size in (50, 20_000):
        check(Endpoint.GENERATE, {"job_description": (TEXT * 500)[:size]}, Switches())

    assert refused(Endpoint.GENERATE, {"job_description": TEXT[:49]}) == (400, "too_small", "job_description")
    assert refused(Endpoint.GENERATE, {"job_description": (TEXT * 500)[:20_001]})[1] == "too_big"


@pytest.mark.parametrize(
    ("unit", "longest"), [(Characters.UTF16, 10_000), (Characters.CODEPOINTS, 20_000), (Characters.BYTES, 5_000)]
)
def test_what_a_character_is_can_be_switched(unit, longest):
    words = "day night ward nurse porter "
    emoji = "🌱"
    switches = Switches(characters=unit)
    room = {Characters.UTF16: 2, Characters.CODEPOINTS: 1, Characters.BYTES: 4}[unit]
    fitting = words + emoji * (longest - -(-len(words) // room))

    check(Endpoint.GENERATE, {"job_description": fitting}, switches)
    assert refused(Endpoint.GENERATE, {"job_description": fitting + emoji}, switches)[1] == "too_big"


def test_a_text_that_says_nothing_cannot_be_processed():
    assert refused(Endpoint.GENERATE, {"job_description": "- 12 / " * 20}) == (
        422,
        "invalid_job_description",
        "job_description",
    )


def test_lone_surrogates_are_characters_like_others():
    check(Endpoint.GENERATE, {"job_description": TEXT * 2 + "\ud800"}, Switches())


def test_unknown_fields_are_ignored_unless_the_switch_refuses_them():
    fields = GENERATION | {"colour": "green"}

    check(Endpoint.GENERATE, fields, Switches())

    assert refused(Endpoint.GENERATE, fields, Switches(unknown_fields_refused=True))[1:] == (
        "invalid_request",
        "colour",
    )


@pytest.mark.parametrize("body", [b"", b"{", b"{'a': 1}", b'{"a": NaN}', b"[" * 100_000, b"\xef\xbb\xbf{}"])
def test_what_is_not_json_is_told_so(body):
    with pytest.raises(Invalid) as caught:
        read_json(body)

    assert caught.value.refusal.code == "invalid_json"


def test_json_that_is_no_object_has_the_wrong_type():
    with pytest.raises(Invalid) as caught:
        read_json(b"[]")

    assert caught.value.refusal.code == "invalid_type"


def test_over_the_wire_the_field_is_named_in_the_envelope(client):
    answer = client.create(title="Porter", questions=[])

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error.keys() == {"type", "code", "message", "param", "request_id", "docs_url"}
    assert (error["type"], error["code"], error["param"]) == ("validation_error", "too_small", "questions")


def test_an_unknown_template_is_404(client):
    answer = client.create(title="Porter", template_id="00000000-0000-4000-8000-000000000000")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "template_not_found")


def test_a_template_in_a_generation_can_be_refused(start):
    client = start(switches=Switches(template_in_generation=TemplateUse.REFUSED))

    answer = client.generate(template_id="00000000-0000-4000-8000-000000000000")

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "template_id")
