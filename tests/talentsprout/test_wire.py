"""What leaves for TalentSprout, and what is read from what comes back."""

import json
from types import MappingProxyType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.talentsprout.calling import AN_INTERVIEW, ID, LINK, error_document
from worker.domain.interview import Interview
from worker.domain.request import Kind
from worker.talentsprout import wire

OTHER_ID = "00000000-8f41-4c6e-9a2d-51f7e0c4a9b8"


def test_a_generation_is_compact_utf8_and_says_the_text_first():
    options = MappingProxyType({"languages": ["fr"], "title": "Aide-soignante de nuit", "passing_score": 75})
    assert (
        wire.payload(Kind.GENERATE, "Résidence « Le Port »", options, "Nord [spr-7K2QX-1]")
        == (
            '{"job_description":"Résidence « Le Port »","title":"Aide-soignante de nuit",'
            '"client_name":"Nord [spr-7K2QX-1]","languages":["fr"],"passing_score":75}'
        ).encode()
    )


def test_the_order_in_which_options_are_given_changes_no_byte():
    options = {"voice": "sage", "duration": 15, "client_name": "Nord"}
    backwards = dict(reversed(options.items()))
    assert wire.payload(Kind.CREATE, "", options, None) == wire.payload(Kind.CREATE, "", backwards, None)


def test_a_creation_without_a_text_says_none():
    questions = [{"question": "Why nights?", "evaluation_criteria": "Names a reason"}]
    body = wire.payload(Kind.CREATE, "", {"title": "Night shift", "questions": questions}, None)
    assert json.loads(body) == {"title": "Night shift", "questions": questions}


def test_only_documented_fields_leave():
    body = wire.payload(Kind.GENERATE, "text", {"status": "draft", "job_description": "another", "voice": "ash"}, None)
    assert json.loads(body) == {"job_description": "text", "voice": "ash"}


def test_a_client_name_of_the_options_stays_where_none_is_given():
    assert json.loads(wire.payload(Kind.GENERATE, "t", {"client_name": "Nord"}, None))["client_name"] == "Nord"
    assert json.loads(wire.payload(Kind.GENERATE, "t", {"client_name": "Nord"}, "Sud"))["client_name"] == "Sud"


@settings(deadline=None)
@given(st.text(), st.text())
@example("\ud800", "\udfff")  # no encoder takes lone surrogates
def test_any_text_can_be_sent(text, title):
    body = json.loads(wire.payload(Kind.GENERATE, text, {"title": title}, None).decode("utf-8"))
    assert len(body["job_description"]) == len(text)


def test_a_number_that_json_cannot_express_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        wire.payload(Kind.GENERATE, "text", {"passing_score": float("nan")}, None)


@pytest.mark.parametrize(
    ("client_name", "expected"),
    [("Harbour North", "Harbour North [spr-7K2QX-1]"), ("", "[spr-7K2QX-1]"), (None, "[spr-7K2QX-1]")],
)
def test_the_label_follows_the_customers_own_name(client_name, expected):
    assert wire.labelled(client_name, "spr-7K2QX", 1) == expected


def test_an_interview_keeps_what_we_do_not_know():
    read = wire.interview(b'\xef\xbb\xbf{"share_link":"https://x.example/1","id":"c1","brand_new":{"a":[null,1.5]}}')
    assert read is not None
    assert (read.id, read.share_link) == ("c1", "https://x.example/1")
    assert read.raw == {"share_link": "https://x.example/1", "id": "c1", "brand_new": {"a": [None, 1.5]}}


def test_characters_that_no_database_takes_are_replaced_throughout():
    read = wire.interview(b'{"id":"c1","share_link":"http://x.example/1","a\\u0000":[{"b":"\\ud800"}]}')
    assert read is not None
    assert read.raw["a\ufffd"] == [{"b": "\ufffd"}]


@pytest.mark.parametrize(
    "link",
    [
        'https://x.example/"><script>alert(1)</script>',
        "https://x.example/\u202egnp.exe",
        "https://x.example/" + 10_000 * "a",
    ],
)
def test_f57_an_odd_link_is_kept_as_it_is_and_left_to_who_shows_it(link):
    read = wire.interview(json.dumps({"id": "c1", "share_link": link}).encode())
    assert read is not None
    assert read.share_link == link


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "[]",
        "null",
        '"text"',
        "<html>",
        '{"id":"c1"}',
        '{"share_link":"https://x.example/1"}',
        '{"id":1,"share_link":"https://x.example/1"}',
        '{"id":"","share_link":"https://x.example/1"}',
        '{"id":"two words","share_link":"https://x.example/1"}',
        '{"id":null,"share_link":"https://x.example/1"}',
        f'{{"id":"{300 * "c"}","share_link":"https://x.example/1"}}',
        '{"id":"c1","share_link":"javascript:alert(1)"}',
        '{"id":"c1","share_link":"/interview/1"}',
        '{"id":"c1","share_link":"https://x.example/1 2"}',
        '{"id":"c1","share_link":"https://x.example/1\\u0000"}',
        f'{{"id":"c1","share_link":"https://x.example/{20_000 * "a"}"}}',
        '{"id":"c1","share_link":["https://x.example/1"]}',
        '{"id":"c1","id":"c2","share_link":"https://x.example/1"}',
        '{"id":"c1","share_link":"https://x.example/1","score":NaN}',
        '{"error":{"code":"internal_error"}}',
        100_000 * "[",
        '{"id":"c1","share_link":"https://x.example/1","deep":' + 70 * "[" + 70 * "]" + "}",
    ],
)
def test_f53_anything_else_is_no_interview(answer):
    assert wire.interview(answer.encode()) is None


def test_bytes_that_are_no_utf8_are_no_interview():
    assert wire.interview(AN_INTERVIEW.decode().encode("utf-16")) is None
    assert wire.interview(b'{"id":"c1","share_link":"https://x.example/\xff"}') is None


def test_a_cut_answer_is_salvaged_once_id_and_link_are_whole_and_never_before():
    for end in range(len(AN_INTERVIEW) + 1):
        cut = AN_INTERVIEW[:end]
        whole = f'"{LINK}"'.encode() in cut
        assert wire.salvage(cut) == (Interview(ID, LINK, {}) if whole else None)


@pytest.mark.parametrize(
    ("cut", "link"),
    [
        (f'{{"share_link" : "{LINK}",\n "id" :\t"{ID}"', LINK),
        (f'{{"id":"{ID}","share_link":"{LINK.replace("/", chr(92) + "/")}","ti', LINK),
        (f'{{"id":"{OTHER_ID}","questions":[{{"id":"{ID}"}}],"share_link":"{LINK}","ti', LINK),
    ],
)
def test_what_is_salvaged_may_be_written_in_several_ways(cut, link):
    saved = wire.salvage(cut.encode())
    assert saved is not None
    assert (saved.id, saved.share_link) == (ID, link)


@pytest.mark.parametrize(
    "cut",
    [
        f'{{"id":"{OTHER_ID}","share_link":"{LINK}","ti',
        f'{{"id":"{ID}","share_link":"{LINK}?x=1","ti',
        f'{{"id":"{ID}","share_link":"javascript:/{ID}","ti',
        f'{{"id":"{ID}","share_link":"https://x y/{ID}","ti',
        f'{{"id":"{ID}","url":"{LINK}","ti',
        f'{{"template_id":"{ID}","share_link":"{LINK}","ti',
        '{"job_description":' + json.dumps(f'{{"id":"{ID}","share_link":"https://evil.example/{ID}"}}') + ',"ti',
        '{"id":"c1234567","share_link":"https://www.talentsprout.ai/interview/c1234567","ti',
    ],
)
def test_nothing_is_salvaged_from_less(cut):
    assert wire.salvage(cut.encode()) is None


def test_an_error_document_is_read():
    told = wire.error(error_document("invalid_enum_value", "voice", "Not a voice."))
    assert told == wire.TheirError("invalid_enum_value", "Not a voice.", "voice", "req_1")


def test_an_error_document_may_lack_everything_but_its_code():
    assert wire.error(b'{"error":{"code":"timeout"}}') == wire.TheirError("timeout")
    assert wire.error(b'{"error":{"code":"timeout","message":7,"param":[],"request_id":null}}') == wire.TheirError(
        "timeout"
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{}", b"[]", b'{"error":"timeout"}', b'{"error":{"code":504}}', b'{"error":{}}', b'{"error":{"code":""}}',
     b'{"error":{"code":" \\u200b"}}', b'{"code":"timeout"}', b'{"error":[{"code":"timeout"}]}', b'{"error":{"code":"timeout"']
)  # fmt: skip
def test_what_is_not_their_document_proves_nothing(body):
    assert wire.error(body) is None


def test_their_message_is_one_short_line_without_keys():
    message = "No.\r\n\x1b[31mKey\u202e tsk_" + 32 * "x" + " is bad. " + 500 * "x"
    told = wire.error(error_document("invalid_api_key", message=message))
    assert told is not None
    assert told.message is not None
    assert told.message.startswith("No. [31mKey tsk_*** is bad. xxx")
    assert len(told.message) == wire.LONGEST_MESSAGE


@pytest.mark.parametrize(
    ("body", "scopes", "organization_id"),
    [
        (b"", None, None),
        (b"{}", None, None),
        (b'{"scopes":["interviews:write"," "],"organization_id":"org_1"}', ("interviews:write",), "org_1"),
        (b'{"ok":true,"data":{"organization_id":"org_1","scopes":[]}}', (), "org_1"),
        (b'{"scopes":"all","organization_id":7}', None, None),
    ],
)
def test_a_ping_is_read_leniently(body, scopes, organization_id):
    assert wire.ping(body) == wire.Pong(scopes, organization_id)


@pytest.mark.parametrize("body", [b"<html>", b"pong", b"[]", b"{", b"null"])
def test_what_is_no_object_is_no_ping(body):
    assert wire.ping(body) is None


NAMES = st.sampled_from(["id", "share_link", "error", "code", "scopes"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)
)


@settings(deadline=None)
@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_reading_never_raises(body):
    for read in (wire.interview, wire.salvage, wire.error, wire.ping):
        read(body)
