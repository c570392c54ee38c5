"""By what a person is known again in whatever a stranger sends."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from worker.domain.event import CandidateReachedStage
from worker.domain.received import Received
from worker.policy import subjects
from worker.policy.subjects import Names, Spellings

EMAIL, ID = "ada.lovelace+jobs@example.org", "0f8fad5b-d9cb-469f-a165-70867728950e"
WANTED = Names(frozenset({EMAIL}), frozenset({ID}))
SPELLED = Spellings.of(WANTED)


def received(body: str | bytes, **headers: str) -> Received:
    content = body.encode() if isinstance(body, str) else body
    return Received(headers, content, datetime(2026, 11, 24, tzinfo=UTC))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"a": [{"email": EMAIL}], "id": ID}),
        json.dumps({"a": EMAIL.upper(), "b": f"see https://example.org/c/{ID}?x=1"}),
        json.dumps({"text": f"Write to <{EMAIL}>, about {ID}.\nÄ"}),
        "".join(f"\\u{ord(one):04x}" for one in f'"{EMAIL}"').join(['{"a": "', '"}']).replace("\\u0022", ""),
        f'{{"url": "https://example.org/?who={quote(EMAIL, safe="")}"}}',
        f"who={quote(EMAIL, safe='')}&id={ID}",
        f'not json at all \\ "{EMAIL}"',
    ],
)
def test_an_address_is_found_however_it_is_written(body: str) -> None:
    assert subjects.may_mention(received(body), SPELLED)
    assert EMAIL in subjects.mentioned(received(body)).emails


def test_a_header_may_name_somebody_too() -> None:
    assert subjects.may_mention(received("{}", who=EMAIL), SPELLED)
    assert subjects.mentioned(received("{}", who=EMAIL)).meet(WANTED)


def test_nobody_else_is_meant() -> None:
    other = received(json.dumps({"email": "ada@example.org", "id": "0f8fad5b-d9cb-469f-a165-708677289500", "n": "Zoë"}))
    assert not subjects.may_mention(other, SPELLED)
    assert not subjects.mentioned(other).meet(WANTED)


@pytest.mark.parametrize(
    "body", [b"@" * 200_000, b"a" * 500_000, b'{"a": ' + b"[" * 5000, b"\\u00" * 100_000, b"a@" * 99_999]
)
def test_whatever_is_sent_it_takes_no_time(body: bytes) -> None:
    """A search that starts at every letter would take minutes for these; the test's own time-out says so."""
    subjects.may_mention(received(body), SPELLED)
    subjects.mentioned(received(body))


def test_the_id_of_a_link_that_everybody_uses_is_nobodys() -> None:
    assert subjects.personal("spr:01j2c") is None
    assert subjects.personal("spr:01j2c:77") == "spr:01j2c:77"
    assert subjects.personal("their-own-id") == "their-own-id"


@pytest.mark.parametrize(
    "written", ["ZOË@EXAMPLE.ORG", "zoë@example.org", "zoe\u0308@example.org", "Zoe\u0308@example.org"]
)
@pytest.mark.parametrize("escaped", [True, False])
def test_an_address_beyond_ascii_is_found_in_any_case_and_composition(written: str, *, escaped: bool) -> None:
    body = received(json.dumps({"email": written}, ensure_ascii=escaped))
    for who in ("zoë@example.org", "ZOE\u0308@example.org"):
        named = subjects.given(who)
        assert subjects.may_mention(body, Spellings.of(named))
        assert subjects.mentioned(body).meet(named)


def test_an_application_is_not_the_candidate_of_the_same_number() -> None:
    ours = subjects.of_application(CandidateReachedStage(None, "17", None, application_id="4"))
    others = subjects.of_application(CandidateReachedStage(None, "4", None, application_id="17"))
    assert not ours.meet(others)
    assert subjects.meant("17").meet(ours)
    assert subjects.meant("4").meet(ours)
